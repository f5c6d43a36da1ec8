#if Server
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkHandlers
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import NIOHTTP1
import TestPeers
import Testing

@Suite("Forwarding events")
struct HTTPForwardHandlerTests {
    private let log = CapturedLog()
    private let clock = TestClock()

    private func handler(
        _ url: String, headers: [(name: String, value: String)] = [], timeout: Duration = .seconds(30)
    ) throws -> HTTPForwardHandler {
        var configuration = HTTPForwardHandler.Configuration()
        configuration.timeout = timeout
        // Nothing is left to chance.
        configuration.backoff.minimumShare = 1
        configuration.longBackoff.minimumShare = 1
        return try HTTPForwardHandler(
            url: url, headers: headers, configuration: configuration, now: clock.now, logger: log.logger)
    }

    private func outcome(of answer: ScriptedAnswer) async throws -> DeliveryOutcome {
        try await ScriptedServer.with({ _, _ in answer }) { server in
            try await handler(server.url()).handle(delivery())
        }
    }

    // MARK: No answer

    @Test("A destination that is not there is tried again")
    func refused() async throws {
        let outcome = try await ClosedPort.with { port in
            try await handler("http://127.0.0.1:\(port)/").handle(delivery())
        }
        #expect(outcome == .retry(after: .seconds(5), reason: "the connection failed: Connection refused"))
        #expect(log.count(.warning) == 1)
    }

    @Test("A destination that hangs up is tried again")
    func hangsUp() async throws {
        #expect(
            try await outcome(of: .hangUp)
                == .retry(after: .seconds(5), reason: "the connection was closed without an answer"))
    }

    @Test("A destination that does not answer in time is tried again")
    func silent() async throws {
        try await ScriptedServer.with({ _, _ in .silence }) { server in
            let handler = try handler(server.url(), timeout: .milliseconds(50))
            #expect(try await handler.handle(delivery()) == .retry(after: .seconds(5), reason: "no answer in time"))
        }
    }

    @Test("A destination that speaks no TLS is tried again")
    func noTLS() async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let handler = try handler("https://127.0.0.1:\(server.port)/")
            guard case .retry(.seconds(5), let reason) = try await handler.handle(delivery()) else {
                Issue.record("it is not tried again")
                return
            }
            #expect(reason.hasPrefix("TLS failed"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test("A name that does not resolve is tried again")
    func noName() async throws {
        let handler = try handler("http://name.invalid/")
        guard case .retry(.seconds(5), let reason) = try await handler.handle(delivery()) else {
            Issue.record("it is not tried again")
            return
        }
        #expect(reason == "the host's name does not resolve")
    }

    @Test("A cancelled attempt has no outcome")
    func cancelled() async throws {
        try await ScriptedServer.with({ _, _ in .silence }) { server in
            let handler = try handler(server.url())
            let event = try delivery()
            let attempt = Task { try await handler.handle(event) }
            try await server.waitForRequest()
            attempt.cancel()
            await #expect(throws: CancellationError.self) { try await attempt.value }
        }
    }

    // MARK: What an answer means

    @Test("The destination refuses this very event: dead letter", arguments: [400, 413, 422])
    func refusedEvent(status: Int) async throws {
        #expect(
            try await outcome(of: .status(status))
                == .deadLetter(reason: "the destination refused the event with status \(status)"))
    }

    @Test(
        "Passing trouble is tried again soon",
        arguments: [408, 409, 423, 425, 429, 500, 501, 502, 503, 504, 507, 599])
    func passingTrouble(status: Int) async throws {
        #expect(
            try await outcome(of: .status(status))
                == .retry(after: .seconds(5), reason: "the destination answered \(status)"))
    }

    @Test("Retry-After is honoured, up to a day", arguments: [408, 425, 429, 500, 503])
    func retryAfter(status: Int) async throws {
        let reason = "the destination answered \(status)"
        for (value, wait) in [
            ("7", Duration.seconds(7)), ("Fri, 20 Mar 2026 09:47:10 GMT", .seconds(30)),
            ("999999999", .seconds(86_400)),
        ] {
            #expect(
                try await outcome(of: .status(status, headers: [("Retry-After", value)]))
                    == .retry(after: wait, reason: reason))
        }
        #expect(
            try await outcome(of: .status(status, headers: [("Retry-After", "garbage")]))
                == .retry(after: .seconds(5), reason: reason))
    }

    @Test(
        "What somebody can mend is tried again after a long while, with an error in the log",
        arguments: [
            300, 304, 401, 402, 403, 404, 405, 406, 407, 410, 411, 415, 418, 421, 428, 431, 451, 499, 600, 999,
        ])
    func mendable(status: Int) async throws {
        guard case .retry(.seconds(900), let reason) = try await outcome(of: .status(status)) else {
            Issue.record("\(status) is not tried again after a quarter of an hour")
            return
        }
        #expect(reason.hasPrefix("the destination answered \(status): "))
        #expect(log.count(.error) == 1)
    }

    @Test("Retry-After makes the long wait longer, never shorter")
    func retryAfterLong() async throws {
        for (value, wait) in [("5", Duration.seconds(900)), ("3600", .seconds(3_600))] {
            guard
                case .retry(let after, _) = try await outcome(of: .status(404, headers: [("Retry-After", value)]))
            else {
                Issue.record("it is not tried again")
                return
            }
            #expect(after == wait)
        }
    }

    /// The waits after each of the worker's attempts but the last, with all that chance gives or with none of it.
    private func waits(status: Int, chance: UInt64, retryAfter: String? = nil) async throws -> [Duration] {
        let headers = retryAfter.map { [("Retry-After", $0)] } ?? []
        return try await ScriptedServer.with({ _, _ in .status(status, headers: headers) }) { server in
            let handler = try HTTPForwardHandler(
                url: server.url(), generator: Constant(value: chance), logger: log.logger)
            var waits: [Duration] = []
            for attempt in 1..<Worker.Configuration().maximumAttempts {
                guard case .retry(let wait?, _) = try await handler.handle(delivery(attempt: attempt)) else { break }
                waits.append(wait)
            }
            return waits
        }
    }

    private func hours(_ waits: [Duration]) -> Double { waits.reduce(.zero, +) / .seconds(3600) }

    @Test("All attempts together span two days of passing trouble, and a week of what somebody has to mend")
    func schedules() async throws {
        for (status, least, most) in [(503, 37.0, 48.0), (401, 137.0, 172.0)] {
            let shortest = try await waits(status: status, chance: 0)
            let longest = try await waits(status: status, chance: .max)
            #expect(shortest.count == 19 && longest.count == 19)
            #expect(hours(shortest) > least && hours(shortest) < hours(longest) && hours(longest) < most)
            #expect(hours(longest) > most - 2)
            #expect(zip(longest, longest.dropFirst()).allSatisfy { $0 <= $1 })
        }
        // A destination that always asks for a second does not use the attempts up.
        #expect(
            try await waits(status: 429, chance: 0, retryAfter: "1") == (try await waits(status: 429, chance: 0)))
    }

    @Test("A redirect is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { other in
            let location = other.url("/stolen")
            try await ScriptedServer.with({ _, _ in .status(status, headers: [("Location", location)]) }) {
                server in
                guard case .retry(.seconds(900), let reason) = try await handler(server.url()).handle(delivery())
                else {
                    Issue.record("it is not tried again after a long while")
                    return
                }
                #expect(reason.contains("redirects are not followed"))
                #expect(server.requests.count == 1)
            }
            #expect(other.requests.isEmpty)
        }
    }

    @Test("Any 2xx is done", arguments: [200, 201, 202, 204, 299])
    func done(status: Int) async throws {
        #expect(try await outcome(of: .status(status)) == .done)
        #expect(log.entries.isEmpty)
    }

    @Test("A long answer is not read to its end, and a 2xx all the same")
    func longAnswer() async throws {
        let body = [UInt8](repeating: 0, count: 4 << 20)
        #expect(try await outcome(of: .status(200, body: body)) == .done)
    }

    // MARK: What is sent

    @Test("The bytes are those that were signed, whatever they look like")
    func bytes() async throws {
        let payload = Array(
            "{ \"event\" : \"dm.sent\",\r\n\t\"data\":{ \"x\":1.0e0, \"s\":\"\\u00e9 é 🦈\" } } ".utf8)
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let event = try delivery(of: payload)
            #expect(try await handler(server.url("/in?key=1")).handle(event) == .done)
            let request = try #require(server.requests.first)
            #expect(request.head.method == .POST)
            #expect(request.head.uri == "/in?key=1")
            #expect(request.body == payload)
            #expect(request.values("Content-Type") == ["application/json"])
            #expect(request.values("Content-Length") == ["\(payload.count)"])
            #expect(request.values("Idempotency-Key") == [event.identity.hexadecimal])
            #expect(request.values("X-Webhook-Event") == ["dm.sent"])
            #expect(request.values("X-Webhook-Signature") == [])
        }
    }

    @Test(
        "A type that is not safe in a header is not put into one",
        arguments: ["a\\r\\nX-Evil: 1", "a b", "é", "", "\\u0000"])
    func unsafeType(type: String) async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let event = try delivery(of: Array(#"{"event":"\#(type)","data":{}}"#.utf8))
            #expect(try await handler(server.url()).handle(event) == .done)
            #expect(server.requests.first?.values("X-Webhook-Event") == [])
            #expect(server.requests.first?.values("X-Evil") == [])
        }
    }

    @Test("The operator's own headers go along")
    func ownHeaders() async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let handler = try handler(
                server.url(), headers: [("Authorization", "Bearer abc"), ("X-Team", "sales")])
            #expect(try await handler.handle(delivery()) == .done)
            let request = try #require(server.requests.first)
            #expect(request.values("Authorization") == ["Bearer abc"])
            #expect(request.values("X-Team") == ["sales"])
        }
    }

    // MARK: The log

    @Test("A lasting trouble is logged once a minute, a change at once, its end once")
    func noFlood() async throws {
        let statuses = Array(repeating: 404, count: 50) + [404, 403, 500] + [200, 200]
        try await ScriptedServer.with({ _, number in .status(statuses[number]) }) { server in
            let handler = try handler(server.url())
            for _ in 0..<50 { _ = try await handler.handle(delivery()) }
            #expect(log.count(.error) == 1)
            clock.advance(by: 60)
            _ = try await handler.handle(delivery())
            #expect(log.count(.error) == 2)
            _ = try await handler.handle(delivery())
            #expect(log.count(.error) == 3)
            _ = try await handler.handle(delivery())
            #expect(log.count(.warning) == 1)
            for _ in 0..<2 { #expect(try await handler.handle(delivery()) == .done) }
            #expect(log.count(.notice) == 1)
            #expect(log.entries.count == 5)
        }
    }

    @Test(
        "Neither the log nor a reason holds a path, a query, a token, an answer or a lead",
        arguments: [302, 400, 401, 500])
    func nothingSecret(status: Int) async throws {
        let answer = ScriptedAnswer.status(status, headers: [("Location", "/private")], body: Array("private".utf8))
        try await ScriptedServer.with({ _, _ in answer }) { server in
            let handler = try handler(
                server.url("/private?token=private"), headers: [("Authorization", "Bearer private")])
            let outcome = try await handler.handle(delivery(name: "private"))
            #expect(!"\(outcome)".contains("private"))
            #expect(!log.text.contains("private"))
        }
    }

    @Test("A handler that was shut down tries again later, and may be shut down twice")
    func shutDown() async throws {
        try await ScriptedServer.with({ _, _ in .status(200) }) { server in
            let handler = try handler(server.url())
            #expect(try await handler.handle(delivery()) == .done)
            await handler.shutdown()
            await handler.shutdown()
            guard case .retry = try await handler.handle(delivery()) else {
                Issue.record("it is not tried again")
                return
            }
        }
    }
}

/// Chance that always gives the same.
struct Constant: RandomNumberGenerator, Sendable {
    let value: UInt64
    mutating func next() -> UInt64 { value }
}
#endif
