#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import LeadSharkReceiver

/// A receiver on free ports, for as long as a test's body runs.
struct TestReceiver: Sendable {
    static let secret = secret("a secret for tests")

    static func secret(_ text: String) -> SigningSecret {
        do { return try SigningSecret(text) } catch { preconditionFailure("\(error)") }
    }

    let addresses: ReceiverAddresses
    let store: ControlledStore
    let logs: LogRecorder
    let group: ServiceGroup

    var port: Int { addresses.webhooks.port }

    static func run(
        webhooks: [WebhookEndpoint.Configuration] = [.init(secrets: SecretSet(current: secret))],
        handlers: [any DeliveryHandler] = [], stopsByItself: Bool = false,
        configure: (inout ReceiverConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestReceiver) async throws -> Void
    ) async throws {
        let store = ControlledStore()
        let logs = LogRecorder()
        let (listening, report) = AsyncStream.makeStream(of: ReceiverAddresses.self)
        var configuration = ReceiverConfiguration(webhooks: webhooks)
        configuration.listen = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.adminListen = nil
        configuration.stopSignals = []
        // A clock that stands still: on a busy machine no time limit answers before the test does.
        configuration.clock = ManualClock()
        // The service group measures its stop by the real clock: a test must not be cut off on a busy machine.
        configuration.gracePeriod = .seconds(3600)
        configure(&configuration)
        configuration.onListening = { report.yield($0) }
        let receiver = try Receiver(
            configuration: configuration, store: store, handlers: handlers, logger: logs.logger)
        let group = receiver.makeServiceGroup()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { report.finish() }
                try await group.run()
            }
            var iterator = listening.makeAsyncIterator()
            guard let addresses = await iterator.next() else {
                try await tasks.waitForAll()
                Issue.record("the receiver ended before it listened")
                return
            }
            let receiver = TestReceiver(addresses: addresses, store: store, logs: logs, group: group)
            do {
                try await body(receiver)
            } catch {
                store.become(.works)
                await group.triggerGracefulShutdown()
                throw error
            }
            store.become(.works)
            if !stopsByItself { await group.triggerGracefulShutdown() }
            try await tasks.waitForAll()
        }
    }

    /// Returns when all event loops have done what they had to, and what came to others of it.
    static func letEventLoopsCatchUp() async throws {
        for _ in 0..<2 {
            for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try await loop.submit {}.get() }
        }
    }

    func client() async throws -> RawClient { try await RawClient.connect(port: port) }

    /// Sends one request over a connection of its own.
    func answer(to request: String) async throws -> RawClient.Response {
        let client = try await client()
        try await client.send(request)
        return try await client.response()
    }

    /// Sends one signed event over a connection of its own.
    func post(
        _ number: Int, to path: String = "/webhooks/leadshark", secret: SigningSecret = TestReceiver.secret
    ) async throws -> RawClient.Response {
        let request = Fixture.request(for: .newComment, number: number, secret: secret)
        let client = try await client()
        try await client.send(HTTP.post(request, to: path))
        return try await client.response()
    }
}

/// Requests as text and bytes.
enum HTTP {
    static func post(_ request: SignedRequest, to path: String = "/webhooks/leadshark") -> [UInt8] {
        post(request.body, to: path, headers: request.headers.map { "\($0.name): \($0.value)" })
    }

    static func post(
        _ body: [UInt8], to path: String = "/webhooks/leadshark", headers: [String] = [],
        secret: SigningSecret? = nil
    ) -> [UInt8] {
        var lines = ["POST \(path) HTTP/1.1", "Host: receiver", "Content-Length: \(body.count)"] + headers
        if let secret { lines.append("X-Webhook-Signature: \(secret.signature(for: body.span).hexadecimal)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    static func chunked(
        _ chunks: [[UInt8]], to path: String = "/webhooks/leadshark", headers: [String] = []
    ) -> [UInt8] {
        let lines = ["POST \(path) HTTP/1.1", "Host: receiver", "Transfer-Encoding: chunked"] + headers
        var bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        for chunk in chunks {
            bytes += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }

    static func get(_ target: String, method: String = "GET", headers: [String] = []) -> String {
        (["\(method) \(target) HTTP/1.1", "Host: receiver"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }
}
#endif
