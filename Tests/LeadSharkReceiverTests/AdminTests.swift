#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import ServiceLifecycle
import Testing

@testable import LeadSharkReceiver

@Suite("Health checks")
struct AdminTests {
    static func answer(_ receiver: TestReceiver, _ target: String, method: String = "GET") async throws
        -> RawClient.Response
    {
        let port = try #require(receiver.addresses.admin?.port)
        let client = try await RawClient.connect(port: port)
        try await client.send(HTTP.get(target, method: method))
        return try await client.response(toHead: method == "HEAD")
    }

    @Sendable static func withAdmin(_ configuration: inout ReceiverConfiguration) {
        configuration.adminListen = ListenAddress(host: "127.0.0.1", port: 0)
    }

    @Test("Only the two checks are there, and they can only be read")
    func otherTargets() async throws {
        try await TestReceiver.run(configure: Self.withAdmin) { receiver in
            let unknown = try await Self.answer(receiver, "/webhooks/leadshark")
            #expect(unknown.status == 404)
            let query = try await Self.answer(receiver, "/health/live?x")
            #expect(query.status == 404)
            let method = try await Self.answer(receiver, "/health/live", method: "DELETE")
            #expect(method.status == 405)
            #expect(method.header("Allow") == "GET, HEAD")
        }
    }

    @Test("A running receiver is live and ready")
    func ready() async throws {
        try await TestReceiver.run(configure: Self.withAdmin) { receiver in
            let live = try await Self.answer(receiver, "/health/live")
            #expect(live.status == 200)
            #expect(live.body == #"{"status":"live"}"#)
            let ready = try await Self.answer(receiver, "/health/ready")
            #expect(ready.body == #"{"status":"ready"}"#)
            let head = try await Self.answer(receiver, "/health/ready", method: "HEAD")
            #expect(head.status == 200)
        }
    }

    @Test("A store that fails makes it live but not ready")
    func failingStore() async throws {
        try await TestReceiver.run(configure: Self.withAdmin) { receiver in
            receiver.store.become(.fails)
            let ready = try await Self.answer(receiver, "/health/ready")
            #expect(ready.status == 503)
            #expect(ready.body == #"{"status":"store unhealthy"}"#)
            let live = try await Self.answer(receiver, "/health/live")
            #expect(live.status == 200)
        }
    }

    @Test("A store that hangs is not ready either, and is asked once only")
    func hangingStore() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: {
            Self.withAdmin(&$0)
            $0.clock = clock
        }) { receiver in
            receiver.store.become(.hangs)
            let port = try #require(receiver.addresses.admin?.port)
            let first = try await RawClient.connect(port: port)
            try await first.send(HTTP.get("/health/ready"))
            await receiver.store.arrivals(1)
            try await clock.advance(until: first)
            let answer = try await first.response()
            #expect(answer.body == #"{"status":"store unhealthy"}"#)
            let second = try await Self.answer(receiver, "/health/ready")
            #expect(second.status == 503)
        }
    }

    @Test("A receiver that stops is not ready, while it still answers")
    func stopping() async throws {
        try await TestReceiver.run(stopsByItself: true, configure: Self.withAdmin) { receiver in
            receiver.store.become(.hangsOnEvents)
            let client = try await receiver.client()
            try await client.send(HTTP.post(Fixture.request(for: .dmSent, secret: TestReceiver.secret)))
            await receiver.store.arrivals(1)
            await receiver.group.triggerGracefulShutdown()
            // The services hear of it one after the other.
            var ready = try await Self.answer(receiver, "/health/ready")
            while ready.status == 200 { ready = try await Self.answer(receiver, "/health/ready") }
            #expect(ready.status == 503)
            #expect(ready.body == #"{"status":"stopping"}"#)
            receiver.store.become(.works)
            let answer = try await client.response()
            #expect(answer.status == 200)
        }
    }
}
#endif
