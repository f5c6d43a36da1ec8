#if Server
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A request to an endpoint.
struct ProbeRequest: Sendable {
    var method: HTTPMethod = .POST
    var url: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?
}

/// What an endpoint answered.
struct ProbeAnswer: Sendable {
    var status: Int
    /// The `Location` header, when it is short and printable.
    var location: String?
}

/// The HTTP client of a sender or a doctor. It follows no redirect and repeats nothing by itself.
struct ProbeClient: Sendable {
    private let client: HTTPClient
    private let timeout: Duration
    private let clock: any Clock<Duration>

    /// The most of an answer's body that is read.
    static let maximumAnswerBytes = 64 * 1024

    /// Lends a client and shuts it down afterwards.
    static func with<R: Sendable>(
        timeout: Duration, connectTimeout: Duration, connections: Int, clock: any Clock<Duration>,
        _ body: (ProbeClient) async throws -> R
    ) async rethrows -> R {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(connectTimeout)),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let result = try await body(ProbeClient(client: client, timeout: timeout, clock: clock))
            try? await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// Sends a request, and measures how long it takes until the answer is there as a whole.
    func exchange(_ request: ProbeRequest) async -> (result: Result<ProbeAnswer, ProbeFailure>, duration: Duration) {
        var result: Result<ProbeAnswer, ProbeFailure> = .failure(ProbeFailure(.other))
        let duration = await clock.measure {
            do {
                result = .success(try await answer(to: request))
            } catch {
                result = .failure(Task.isCancelled ? ProbeFailure(.cancelled) : ProbeFailure(error))
            }
        }
        return (result, duration)
    }

    private func answer(to request: ProbeRequest) async throws -> ProbeAnswer {
        var message = HTTPClientRequest(url: request.url)
        message.method = request.method
        message.headers.add(name: "User-Agent", value: "leadshark-webhooks-probe")
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        if let body = request.body { message.body = .bytes(body) }
        let response = try await client.execute(message, timeout: TimeAmount(timeout))
        var count = 0
        for try await part in response.body {
            count += part.readableBytes
            if count > Self.maximumAnswerBytes { break }
        }
        let location = response.headers.first(name: "Location").flatMap { text in
            text.utf8.count <= 200 && text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text : nil
        }
        return ProbeAnswer(status: Int(response.status.code), location: location)
    }
}
#endif
