#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkReceiver

@Suite("Connections")
struct GuardTests {
    static let request = HTTP.post(Fixture.request(for: .dmSent, secret: TestReceiver.secret))

    @Test("A connection is used again after 200 and after 401")
    func keepAlive() async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            var statuses: [Int] = []
            for _ in 0..<3 {
                try await client.send(Self.request)
                statuses.append(try await client.response().status)
                try await client.send(HTTP.post(Array("{}".utf8)))
                statuses.append(try await client.response().status)
            }
            #expect(statuses == [200, 401, 200, 401, 200, 401])
        }
    }

    @Test("Pipelined requests are answered in order")
    func pipelining() async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            let other = HTTP.post(Fixture.request(for: .newLike, secret: TestReceiver.secret))
            try await client.send(
                Self.request + Array(HTTP.get("/nowhere").utf8) + other + Self.request
                    + Array(HTTP.get("/webhooks/leadshark", method: "PUT").utf8))
            var bodies: [String] = []
            for _ in 0..<5 { bodies.append(try await client.response().body) }
            #expect(
                bodies == [
                    #"{"status":"stored"}"#, #"{"error":"not found"}"#, #"{"status":"stored"}"#,
                    #"{"status":"duplicate"}"#, #"{"error":"method not allowed"}"#,
                ])
        }
    }

    @Test("A flood of pipelined requests is cut, and the receiver goes on")
    func pipelinedFlood() async throws {
        try await TestReceiver.run { receiver in
            receiver.store.become(.hangs)
            let client = try await receiver.client()
            try await client.send(Self.request)
            await receiver.store.arrivals(1)
            let flood = Array(HTTP.get("/nowhere").utf8)
            _ = await client.sendEndlessly(
                Array(repeating: flood, count: 1000).flatMap { $0 }, maximum: 40_000)
            receiver.store.become(.works)
            let first = try await client.response()
            #expect(first.body == #"{"status":"stored"}"#)
            let answer = try await receiver.post(2)
            #expect(answer.status == 200)
        }
    }

    @Test(
        "A client that asks to close, in whatever spelling, or speaks HTTP/1.0, finds the connection closed",
        arguments: ["close", "Close", "CLOSE", "close, te", "keep-alive, close"])
    func connectionClose(_ value: String) async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send(HTTP.get("/webhooks/leadshark", headers: ["Connection: \(value)"]))
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(answer.header("Connection") == "close")
            #expect(try await client.ending() == .closed)
        }
    }

    @Test("HTTP/1.0 is answered and closed, without a host too")
    func oldVersion() async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send("GET /webhooks/leadshark HTTP/1.0\r\n\r\n")
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(try await client.ending() == .closed)
        }
    }

    static let malformedRequests: [String] = [
        "\r\n\r\nnonsense\r\n\r\n",
        "GET\r\n\r\n",
        "POST /webhooks/leadshark\r\n\r\n",
        "POST /webhooks/leadshark HTTP/2.0\r\nHost: receiver\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\n: no name\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nX Y: blank\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.0\r\nHost: receiver\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nContent-Length: +2\r\n\r\n12",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nContent-Length: 2, 2\r\n\r\n12",
        "POST /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\nContent-Length: 0x2\r\n\r\n12",
        "POST /webhooks/leadshark HTTP/1.1\nHost: receiver\nContent-Length: 2\n\n12",
        "GET /webhooks/leadshark HTTP/1.1\r\nHost: receiver\r\n X-Folded: a\r\n\r\n",
        "GET /webhooks/leadshark HTTP/1.1\r\n\r\n",
        "GET /webhooks/leadshark HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /webhooks/leadshark HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ]

    @Test("What is not HTTP as it should be is refused", arguments: malformedRequests)
    func malformed(_ request: String) async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send(request)
            let answer = try await client.response()
            #expect(answer.status == 400)
            #expect(answer.body == #"{"error":"bad request"}"#)
            #expect(receiver.store.received.isEmpty)
        }
    }

    @Test("Headers over their limits are refused")
    func headerLimits() async throws {
        let many = (0..<101).map { "X-Field-\($0): 1" }
        let long = ["X-Field: \(String(repeating: "x", count: 9000))"]
        let large = (0..<5).map { "X-Field-\($0): \(String(repeating: "x", count: 4000))" }
        for headers in [many, long, large] {
            try await TestReceiver.run { receiver in
                let answer = try await receiver.answer(to: HTTP.get("/webhooks/leadshark", headers: headers))
                #expect(answer.status == 431)
                #expect(receiver.logs.causes == ["headersTooLarge"])
            }
        }
    }

    @Test("A head without an end is refused at the limit, not stored for ever")
    func endlessHead() async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send("GET /webhooks/leadshark HTTP/1.1\r\nX-Field: ")
            let sent = await client.sendEndlessly([UInt8](repeating: 0x78, count: 16 << 10), maximum: 64 << 20)
            #expect(sent < 64 << 20)
            #expect(receiver.logs.causes == ["headersTooLarge"])
        }
    }

    @Test(
        "After a refusal little of an endless body is read, and the answer can be read",
        arguments: ["/nowhere", "/webhooks/leadshark"], [false, true])
    func endlessBody(_ target: String, _ isChunked: Bool) async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            let length = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 1000000000"
            let method = target == "/nowhere" ? "POST" : "DELETE"
            try await client.send(HTTP.get(target, method: method, headers: [length]))
            let answer = try await client.response()
            #expect(answer.status == (target == "/nowhere" ? 404 : 405))
            let chunk = [UInt8](repeating: 0x30, count: 16 << 10)
            let sent = await client.sendEndlessly(chunk, maximum: 64 << 20)
            #expect(sent < 64 << 20, "the receiver read on and on")
        }
    }

    @Test(
        "An upgrade that is asked for is not made: a signed event is stored, and nothing behind it is read",
        arguments: [
            ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"], ["Connection: upgrade", "Upgrade: websocket"],
        ])
    func upgrade(_ headers: [String]) async throws {
        try await TestReceiver.run { receiver in
            let body = Fixture.payload(for: .dmSent)
            let client = try await receiver.client()
            try await client.send(HTTP.post(body, headers: headers, secret: TestReceiver.secret))
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(answer.header("Connection") == "close")
            let sent = await client.sendEndlessly([UInt8](repeating: 0, count: 16 << 10), maximum: 64 << 20)
            #expect(sent < 64 << 20, "the receiver read on and on")
        }
    }

    @Test("CONNECT is refused, and nothing behind it is read")
    func connect() async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n")
            let answer = try await client.response()
            #expect(answer.status == 404)
            let sent = await client.sendEndlessly([UInt8](repeating: 0, count: 16 << 10), maximum: 64 << 20)
            #expect(sent < 64 << 20, "the receiver read on and on")
        }
    }

    @Test("A client that waits for permission to send its body gets it")
    func expectContinue() async throws {
        try await TestReceiver.run { receiver in
            let body = Fixture.payload(for: .dmSent)
            let whole = HTTP.post(body, headers: ["Expect: 100-continue"], secret: TestReceiver.secret)
            let client = try await receiver.client()
            try await client.send(Array(whole.dropLast(body.count)))
            let interim = try await client.response()
            #expect(interim.status == 100)
            try await client.send(body)
            let answer = try await client.response()
            #expect(answer.status == 200)
        }
    }

    @Test("Who asks before sending too much is refused at once; other expectations are not met")
    func refusedExpectations() async throws {
        try await TestReceiver.run { receiver in
            let tooLarge = try await receiver.answer(
                to: HTTP.get(
                    "/webhooks/leadshark", method: "POST",
                    headers: ["Content-Length: 1000000", "Expect: 100-continue"]))
            let other = try await receiver.answer(
                to: HTTP.get(
                    "/webhooks/leadshark", method: "POST", headers: ["Content-Length: 1", "Expect: miracles"]))
            #expect([tooLarge.status, other.status] == [413, 417])
        }
    }

    @Test("No more connections than allowed are served; the others wait for their turn")
    func connectionLimit() async throws {
        let clock = ManualClock()
        try await TestReceiver.run(configure: {
            $0.clock = clock
            $0.limits.maximumConnectionCount = 1
        }) { receiver in
            var holders: [RawClient] = []
            for _ in 0..<20 { holders.append(try await receiver.client()) }
            let late = try await receiver.client()
            try await late.send(Self.request)
            #expect(try await !late.hasInput(withinMilliseconds: 20))
            holders = []
            let answer = try await late.response()
            #expect(answer.status == 200)
        }
    }

    @Test("Hundreds of clients without a signature header are each refused, and a signed one is served")
    func unsignedFlood() async throws {
        try await TestReceiver.run { receiver in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let client = try await receiver.client()
                        try await client.send(HTTP.post(Array("{}".utf8)))
                        return try await client.response().status
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(statuses == [401])
            let answer = try await receiver.post(1)
            #expect(answer.status == 200)
        }
    }
}
#endif
