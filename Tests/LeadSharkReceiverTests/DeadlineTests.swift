#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkReceiver

@Suite("Time limits")
struct DeadlineTests {
    static let request = HTTP.post(Fixture.request(for: .dmSent, secret: TestReceiver.secret))

    @Test(
        "A client that stops in the middle of a request gets 408 after the deadline and not before",
        arguments: ["P", "POST /webhooks/leadshark HTTP/1.1\r\nHost: rec"])
    func slowHead(_ start: String) async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: { $0.clock = clock }) { receiver in
            let client = try await receiver.client()
            try await client.send(start)
            let waited = try await clock.advance(until: client)
            #expect(waited >= .seconds(8))
            let answer = try await client.response()
            #expect(answer.status == 408)
            #expect(answer.header("Connection") == "close")
            #expect(receiver.logs.causes == ["slowClient"])
        }
    }

    @Test("Bytes that drip do not move the deadline", arguments: [false, true])
    func drippingBody(_ isChunked: Bool) async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: { $0.clock = clock }) { receiver in
            let client = try await receiver.client()
            let length = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 200000"
            try await client.send(HTTP.get("/webhooks/leadshark", method: "POST", headers: [length]))
            var drops = 0
            while try await !client.hasInput(withinMilliseconds: 3) {
                if drops < 16 {
                    try await client.send(isChunked ? "1\r\nx\r\n" : "x")
                    drops += 1
                    clock.advance(by: .milliseconds(500))
                } else {
                    // In small steps: a second after its answer the receiver cuts the connection.
                    clock.advance(by: .milliseconds(2))
                }
            }
            #expect(drops == 16)
            let answer = try await client.response()
            #expect(answer.status == 408)
            let line = try #require(receiver.logs.lines.first { $0.metadata["cause"] == "slowClient" })
            #expect(line.metadata["webhook"] == "leadshark")
            #expect(receiver.store.received.isEmpty)
        }
    }

    @Test("A store that does not commit in time is answered 503, and the event may be a duplicate later")
    func slowStore() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: { $0.clock = clock }) { receiver in
            receiver.store.become(.hangs)
            let client = try await receiver.client()
            try await client.send(Self.request)
            await receiver.store.arrivals(1)
            try await clock.advance(until: client)
            #expect(clock.now.offset >= .seconds(8))
            let answer = try await client.response()
            #expect(answer.status == 503)
            #expect(answer.body == #"{"error":"service unavailable"}"#)
            #expect(answer.header("Retry-After") == "10")
            #expect(receiver.logs.causes.filter { $0 == "deadlinePassed" }.count == 1)
            receiver.store.become(.works)
            let again = try await receiver.client()
            try await again.send(Self.request)
            let second = try await again.response()
            #expect(second.body == #"{"status":"duplicate"}"#)
        }
    }

    @Test("An idle connection is closed after its time, without an answer")
    func idle() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: { $0.clock = clock }) { receiver in
            let client = try await receiver.client()
            try await client.send(Self.request)
            let first = try await client.response()
            #expect(first.status == 200)
            let waited = try await clock.advance(until: client)
            #expect(waited >= .seconds(15))
            #expect(try await client.everything() == "")
        }
    }

    @Test("A connection that never says anything is closed too")
    func silent() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: { $0.clock = clock }) { receiver in
            let client = try await receiver.client()
            try await clock.advance(until: client)
            #expect(try await client.everything() == "")
        }
    }

    @Test("After the last answer the connection is cut in a second, whatever the client does")
    func draining() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: { $0.clock = clock }) { receiver in
            let client = try await receiver.client()
            try await client.send(HTTP.get("/nowhere", method: "POST", headers: ["Content-Length: 1000"]))
            let answer = try await client.response()
            #expect(answer.status == 404)
            // The receiver has said its last; now it lets go although the client holds on.
            #expect(try await client.ending() == .closed)
            var isCut = false
            while !isCut {
                clock.advance(by: .milliseconds(250))
                do { try await client.send("x") } catch { isCut = true }
            }
            #expect(clock.now.offset >= .seconds(1))
        }
    }

    @Test("Half a head behind a whole request gets 408 after its deadline")
    func headBehindARequest() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: { $0.clock = clock }) { receiver in
            let client = try await receiver.client()
            try await client.send(Self.request + Array("POST /web".utf8))
            let first = try await client.response()
            #expect(first.status == 200)
            let waited = try await clock.advance(until: client)
            #expect(waited >= .seconds(8))
            let second = try await client.response()
            #expect(second.status == 408)
        }
    }
}
#endif
