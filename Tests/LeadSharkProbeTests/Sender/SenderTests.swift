#if Server
import LeadSharkProbe
import LeadSharkTesting
import LeadSharkWebhooks
import NIOConcurrencyHelpers
import NIOHTTP1
import TestPeers
import Testing

@Suite("The sender")
struct SenderTests {
    private func sender(
        _ url: String, concurrency: Int = 1, timeout: Duration = .seconds(3600),
        clock: any Clock<Duration> = ContinuousClock()
    ) throws -> Sender {
        var configuration = Sender.Configuration()
        configuration.concurrency = concurrency
        // The client waits by the real clock: not to be late on a busy machine, it waits for an hour.
        configuration.timeout = timeout
        configuration.connectTimeout = .seconds(3600)
        return Sender(
            url: try EndpointURL(url), secret: try TestSecret.make(), configuration: configuration, clock: clock)
    }

    // MARK: What goes wrong

    @Test("An endpoint that is not there is counted as refused")
    func refused() async throws {
        let summary = try await ClosedPort.with { port in
            try await sender("http://127.0.0.1:\(port)/", concurrency: 4).send(.fixtures([.dmSent]), count: 20)
        }
        #expect(summary.failures == [.refused: 20])
        #expect(summary.statuses.isEmpty)
        #expect(summary.count == 20)
        #expect(!summary.isSuccess)
        #expect(summary.medianLatency == nil)
    }

    @Test("Hanging up, silence and a name that does not resolve have their own kinds")
    func kinds() async throws {
        try await ScriptedServer.with({ _, _ in .hangUp }) { server in
            let sender = try sender(server.url())
            #expect(await sender.send(.fixtures([.dmSent]), count: 1).failures == [.closed: 1])
        }
        try await ScriptedServer.with({ _, _ in .silence }) { server in
            let sender = try sender(server.url(), timeout: .milliseconds(50))
            #expect(await sender.send(.fixtures([.dmSent]), count: 1).failures == [.answerTimedOut: 1])
        }
        let nowhere = try sender("http://name.invalid/")
        #expect(await nowhere.send(.fixtures([.dmSent]), count: 1).failures == [.nameNotResolved: 1])
    }

    @Test("TLS failures have their own kinds")
    func tlsKinds() async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let sender = try sender("https://localhost:\(server.port)/")
            #expect(await sender.send(.fixtures([.dmSent]), count: 1).failures == [.tls: 1])
        }
        try await ScriptedServer.with(identity: .selfSigned(), { _, _ in .status(200) }) { server in
            let sender = try sender("https://localhost:\(server.port)/")
            #expect(await sender.send(.fixtures([.dmSent]), count: 1).failures == [.certificate: 1])
        }
    }

    @Test("A redirect is counted, not followed")
    func redirect() async throws {
        try await ScriptedServer.with({ _, _ in .status(308, headers: [("Location", "/other")]) }) { server in
            let summary = try await sender(server.url()).send(.fixtures([.dmSent]), count: 3)
            #expect(summary.statuses == [308: 3])
            #expect(!summary.isSuccess)
            #expect(server.requests.count == 3)
        }
    }

    @Test("A cancelled run ends, with what it has so far")
    func cancelled() async throws {
        try await ScriptedServer.with({ _, _ in .silence }) { server in
            let sender = try sender(server.url(), concurrency: 2)
            let run = Task { await sender.send(.fixtures([.dmSent]), count: 1_000) }
            try await server.waitForRequest()
            run.cancel()
            let summary = await run.value
            #expect(summary.count <= 2)
            #expect(!summary.isSuccess)
        }
    }

    @Test("Nothing to send is no success", arguments: [0, -1])
    func nothing(count: Int) async throws {
        let summary = try await sender("http://127.0.0.1:1/").send(.fixtures([.dmSent]), count: count)
        #expect(summary.count == 0)
        #expect(!summary.isSuccess)
        #expect(summary.rate == 0)
    }

    // MARK: What is sent

    @Test("Every event is another, signed, and of the types in turn")
    func fixtures() async throws {
        let secret = try TestSecret.make()
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let summary = try await sender(server.url("/webhooks/leadshark"), concurrency: 8)
                .send(.fixtures(EventType.documented), count: 120)
            #expect(summary.statuses == [200: 120])
            #expect(summary.isSuccess)
            #expect(server.requests.count == 120)
            #expect(Set(server.requests.map(\.body)).count == 120)
            #expect(server.requests.allSatisfy { $0.isSigned(with: secret) })
            #expect(server.requests.allSatisfy { $0.head.method == .POST && $0.head.uri == "/webhooks/leadshark" })
            #expect(server.requests.allSatisfy { $0.values("Content-Type") == ["application/json"] })
            #expect(server.requests.allSatisfy { $0.values(WebhookHeaders.event).first == $0.type })
            for type in EventType.documented {
                #expect(server.requests.count { $0.type == type.rawValue } == 20)
            }
        }
    }

    @Test(
        "A file's bytes are sent and signed as they are, JSON or not",
        arguments: ["", "no json \u{0}", #"{"event":"x","data":{}}"#])
    func file(text: String) async throws {
        let secret = try TestSecret.make()
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let summary = try await sender(server.url()).send(.payload(Array(text.utf8)), count: 2)
            #expect(summary.isSuccess)
            #expect(server.requests.map(\.body) == [Array(text.utf8), Array(text.utf8)])
            #expect(server.requests.allSatisfy { $0.isSigned(with: secret) })
        }
    }

    @Test("The events carry the time that a function gives, or a fixed one")
    func timestamps() async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let sender = try sender(server.url())
            let types = EventType.documented + [.test]
            _ = await sender.send(.fixtures(types, timestamp: { "2026-11-24T22:00:00.000Z" }), count: types.count)
            let given = try server.requests.map { try JSONValue(parsing: $0.body)["timestamp"]?.text }
            #expect(given == types.map { _ in "2026-11-24T22:00:00.000Z" })
            _ = await sender.send(.fixtures([.dmSent]), count: 1)
            let body = try #require(server.requests.last?.body)
            #expect(body == Fixture.payload(for: .dmSent, number: 1))
        }
    }

    @Test("Numbers go to a function that makes the payloads, each once")
    func made() async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            _ = try await sender(server.url(), concurrency: 5).send(.made { Array("\($0)".utf8) }, count: 50)
            let numbers = server.requests.compactMap { Int(String(decoding: $0.body, as: UTF8.self)) }
            #expect(numbers.sorted() == Array(0..<50))
        }
    }

    @Test("The GET test comes in its three forms", arguments: TestPayloadPlace.allCases)
    func get(place: TestPayloadPlace) async throws {
        let secret = try TestSecret.make()
        let payload = Fixture.testEvent(id: "ä 1")
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let summary = try await sender(server.url("/hook?a=1"))
                .send(.payload(payload), count: 1, method: .get(place))
            #expect(summary.statuses == [200: 1])
            let request = try #require(server.requests.first)
            #expect(request.head.method == .GET)
            switch place {
            case .nowhere:
                #expect(request.head.uri == "/hook?a=1")
                #expect(request.body.isEmpty)
                #expect(request.values(WebhookHeaders.signature).isEmpty)
            case .body:
                #expect(request.head.uri == "/hook?a=1")
                #expect(request.body == payload)
                #expect(request.isSigned(with: secret))
            case .query:
                #expect(request.head.uri.hasPrefix("/hook?a=1&payload=%7B%22event%22"))
                #expect(request.body.isEmpty)
                let query = request.head.uri.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()
                #expect(request.isSigned(with: secret, over: Array(query)))
            }
        }
    }

    // MARK: What is counted

    @Test("Statuses are counted each, and only 2xx is a success")
    func statuses() async throws {
        try await ScriptedServer.with({ _, number in .status([200, 200, 401, 503][number % 4]) }) { server in
            let summary = try await sender(server.url()).send(.fixtures([.newLike]), count: 40)
            #expect(summary.statuses == [200: 20, 401: 10, 503: 10])
            #expect(summary.accepted == 20)
            #expect(summary.answered == 40)
            #expect(!summary.isSuccess)
        }
    }

    @Test("Time is measured by the clock that was given")
    func time() async throws {
        let clock = ManualClock()
        let script: ScriptedServer.Script = { _, number in
            clock.advance(by: number == 99 ? .seconds(3) : .milliseconds(10))
            return .status(200)
        }
        try await ScriptedServer.with(script) { server in
            let summary = try await sender(server.url(), clock: clock).send(.fixtures([.dmSent]), count: 100)
            #expect(summary.elapsed == .milliseconds(99 * 10 + 3_000))
            #expect(summary.maximumLatency == .seconds(3))
            let median = try #require(summary.medianLatency) / .milliseconds(1)
            #expect((10...10.4).contains(median))
            #expect(try #require(summary.latency99) < .seconds(1))
            #expect((25...25.1).contains(summary.rate))
        }
    }

    @Test("No more are under way than asked for")
    func concurrency() async throws {
        let gauge = NIOLockedValueBox((now: 0, most: 0))
        let made: @Sendable (Int) -> [UInt8] = { number in
            gauge.withLockedValue { gauge in
                gauge.now += 1
                gauge.most = max(gauge.most, gauge.now)
            }
            return Array("\(number)".utf8)
        }
        let script: ScriptedServer.Script = { _, _ in
            gauge.withLockedValue { $0.now -= 1 }
            return .status(200)
        }
        try await ScriptedServer.with(script) { server in
            _ = try await sender(server.url(), concurrency: 3).send(.made(made), count: 100)
            #expect((1...3).contains(gauge.withLockedValue(\.most)))
        }
    }
}
#endif
