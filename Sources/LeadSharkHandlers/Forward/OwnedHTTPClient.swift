#if Server
import AsyncHTTPClient
import NIOCore

/// An HTTP client that is shut down with its owner at the latest.
final class OwnedHTTPClient: Sendable {
    let client: HTTPClient

    init(connectTimeout: Duration) {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(connectTimeout)), decompression: .disabled)
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // It keeps itself alive until it is done, and calling it after `shutdown()` does nothing.
        client.shutdown { _ in }
    }

    func shutdown() async { try? await client.shutdown() }
}
#endif
