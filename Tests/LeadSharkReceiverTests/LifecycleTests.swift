#if Server
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import ServiceLifecycle
import Testing

@testable import LeadSharkReceiver

@Suite("Starting and stopping")
struct LifecycleTests {
    static let webhook = WebhookEndpoint.Configuration(secrets: SecretSet(current: TestReceiver.secret))

    static func error(of configuration: ReceiverConfiguration) async -> ReceiverError? {
        var configuration = configuration
        configuration.stopSignals = []
        do {
            let receiver = try Receiver(
                configuration: configuration, store: ControlledStore(), handlers: [], logger: LogRecorder().logger)
            try await receiver.run()
            return nil
        } catch {
            return error as? ReceiverError
        }
    }

    @Test("A configuration that cannot work is refused before anything listens")
    func badConfiguration() async throws {
        #expect(await Self.error(of: ReceiverConfiguration(webhooks: []))?.code == .noWebhook)
        let twice = ReceiverConfiguration(webhooks: [Self.webhook, Self.webhook])
        #expect(await Self.error(of: twice)?.code == .duplicateWebhook)
        var limitless = ReceiverConfiguration(webhooks: [Self.webhook])
        limitless.limits.maximumBodyByteCount = 0
        #expect(await Self.error(of: limitless)?.code == .invalidLimit)
        var late = ReceiverConfiguration(webhooks: [Self.webhook])
        late.limits.answerDeadline = .seconds(10)
        let error = await Self.error(of: late)
        #expect(error?.code == .invalidLimit)
        #expect(error?.message == "answerDeadline may be at most 9.5 seconds: LeadShark gives up after 10 s")
    }

    @Test("A port that is in use is named", arguments: [false, true])
    func portInUse(_ isAdmin: Bool) async throws {
        try await TestReceiver.run { receiver in
            var configuration = ReceiverConfiguration(webhooks: [Self.webhook])
            let free = ListenAddress(host: "127.0.0.1", port: 0)
            configuration.listen = isAdmin ? free : receiver.addresses.webhooks
            configuration.adminListen = isAdmin ? receiver.addresses.webhooks : nil
            let error = await Self.error(of: configuration)
            #expect(error?.code == .addressInUse)
            #expect(error?.message.contains("127.0.0.1:\(receiver.port)") == true)
        }
    }

    @Test("A host that is not this machine's is named", arguments: ["192.0.2.1", "no-such-host.invalid"])
    func addressNotAvailable(_ host: String) async throws {
        var configuration = ReceiverConfiguration(webhooks: [Self.webhook])
        configuration.listen = ListenAddress(host: host, port: 0)
        configuration.adminListen = nil
        let error = await Self.error(of: configuration)
        #expect(error?.code == .addressNotAvailable)
        #expect(error?.message.contains("\(host):0") == true)
    }

    @Test("A stop answers what is in flight, also a body that is still coming, and takes nothing new")
    func gracefulStop() async throws {
        // A clock that never moves: on a busy machine no time limit answers before the test does.
        let clock = ManualClock()
        try await TestReceiver.run(stopsByItself: true, configure: { $0.clock = clock }) { receiver in
            receiver.store.become(.hangs)
            let waiting = try await receiver.client()
            try await waiting.send(
                HTTP.post(Fixture.request(for: .newLike, number: 1, secret: TestReceiver.secret)))
            await receiver.store.arrivals(1)

            let body = Fixture.payload(for: .newLike, number: 2)
            let request = HTTP.post(body, headers: ["Expect: 100-continue"], secret: TestReceiver.secret)
            let sending = try await receiver.client()
            try await sending.send(Array(request.dropLast(body.count)))
            let interim = try await sending.response()
            #expect(interim.status == 100)

            let idle = try await receiver.client()
            try await idle.send(HTTP.get("/webhooks/leadshark"))
            _ = try await idle.response()

            await receiver.group.triggerGracefulShutdown()
            #expect(try await idle.ending() == .closed)
            // The other connections, on loops of their own, may not have been told yet.
            try await TestReceiver.letEventLoopsCatchUp()
            receiver.store.become(.works)
            let first = try await waiting.response()
            #expect(first.status == 200)
            #expect(first.header("Connection") == "close")
            try await sending.send(body)
            let second = try await sending.response()
            #expect(second.status == 200)
            #expect(second.header("Connection") == "close")
            var refused = false
            do {
                let late = try await receiver.client()
                try await late.send(HTTP.get("/webhooks/leadshark"))
                _ = try await late.response()
            } catch { refused = true }
            #expect(refused)
        }
    }

    @Test("A client that stalls in the middle of a request does not hold up a stop for longer than its deadline")
    func stopWithStalledClient() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(stopsByItself: true, configure: { $0.clock = clock }) { receiver in
            let body = Fixture.payload(for: .newLike)
            let request = HTTP.post(body, headers: ["Expect: 100-continue"], secret: TestReceiver.secret)
            let client = try await receiver.client()
            try await client.send(Array(request.dropLast(body.count)))
            let interim = try await client.response()
            #expect(interim.status == 100)
            await receiver.group.triggerGracefulShutdown()
            try await clock.advance(until: client)
            let answer = try await client.response()
            #expect(answer.status == 408)
        }
    }

    @Test("Receivers start and stop again and again under load, and lose nothing that they acknowledged")
    func stopsUnderLoad() async throws {
        for round in 0..<5 {
            let acknowledged = SendableBox<Int>()
            let stored = SendableBox<Int>()
            try await TestReceiver.run(stopsByItself: true) { receiver in
                let count = await withTaskGroup(of: Int.self) { group in
                    for client in 0..<16 {
                        group.addTask {
                            var count = 0
                            while true {
                                let number = round * 1_000_000 + client * 10_000 + count
                                guard let answer = try? await receiver.post(number), answer.status == 200 else {
                                    return count
                                }
                                count += 1
                            }
                        }
                    }
                    group.addTask {
                        await receiver.store.arrivals(20)
                        await receiver.group.triggerGracefulShutdown()
                        return 0
                    }
                    return await group.reduce(0, +)
                }
                acknowledged.set(count)
                stored.set(receiver.store.received.count)
            }
            #expect(try #require(stored.value) >= (try #require(acknowledged.value)))
        }
    }

    @Test("Nothing secret and nothing personal is logged on any path")
    func nothingPersonalInLogs() async throws {
        try await TestReceiver.run { receiver in
            let body = Fixture.payload(for: .dmSent, name: "Canary Person")
            let signature = TestReceiver.secret.signature(for: body.span).hexadecimal
            let requests: [[UInt8]] = [
                HTTP.post(body, secret: TestReceiver.secret),
                HTTP.post(body + [32], headers: ["X-Webhook-Signature: \(signature)"]),
                HTTP.post(body, to: "/no-such-path?name=Canary", headers: ["X-Webhook-Signature: \(signature)"]),
                Array(HTTP.get("/webhooks/leadshark?name=Canary").utf8),
                Array("Canary nonsense\r\n\r\n".utf8),
            ]
            for request in requests {
                let client = try await receiver.client()
                try await client.send(request)
                _ = try await client.response()
            }
            receiver.store.become(.fails)
            let client = try await receiver.client()
            try await client.send(HTTP.post(body, secret: TestReceiver.secret))
            _ = try await client.response()
            let text = receiver.logs.lines.map(\.text).joined(separator: "\n")
            #expect(text.contains("signatureMismatch"))
            #expect(!text.contains("Canary"))
            #expect(!text.contains(signature))
            #expect(!text.contains("a secret for tests"))
        }
    }
}
#endif
