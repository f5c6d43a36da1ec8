#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkReceiver

@Suite("Bodies")
struct BodyTests {
    static func post(_ body: [UInt8], headers: [String] = []) async throws -> (
        answer: RawClient.Response, received: [NewEvent]
    ) {
        let client = SendableBox<(RawClient.Response, [NewEvent])>()
        try await TestReceiver.run { receiver in
            let connection = try await receiver.client()
            try await connection.send(HTTP.post(body, headers: headers, secret: TestReceiver.secret))
            client.set((try await connection.response(), receiver.store.received))
        }
        return try #require(client.value)
    }

    @Test(
        "What is signed is stored, however unreadable: the worker is to judge it",
        arguments: [
            [], [0], [0xff, 0xfe], Array("null".utf8), Array("{".utf8), Array("[1,2".utf8), [0xc3, 0x28],
            [0xef, 0xbb, 0xbf] + Array(#"{"event":"dm.sent","data":{}}"#.utf8),
            Array(repeating: UInt8(ascii: "["), count: 100_000),
            Array(#"{"event":"\ud800","data":{}}"#.utf8), Array(#"{"event":"dm.sent"}"#.utf8),
            Array("{\"\(String(repeating: "k", count: 100_000))\":1}".utf8), Array(0...255),
        ] as [[UInt8]])
    func unreadable(_ body: [UInt8]) async throws {
        let (answer, received) = try await Self.post(body)
        #expect(answer.status == 200)
        #expect(answer.body == #"{"status":"stored"}"#)
        #expect(received.map(\.verified.payload) == [body])
    }

    @Test(
        "No content type and no encoding keeps a signed event out",
        arguments: [
            [], ["Content-Type: application/json; charset=utf-8"], ["Content-Type: text/plain"],
            ["Content-Type: application/x-www-form-urlencoded"], ["Content-Type:"], ["Content-Type: ;;;"],
            ["Content-Encoding: gzip"], ["Accept: application/xml"],
            ["Content-Type: application/json", "Content-Type: text/html"],
        ])
    func contentType(_ headers: [String]) async throws {
        let body = Fixture.payload(for: .leadSent)
        let (answer, received) = try await Self.post(body, headers: headers)
        #expect(answer.status == 200)
        #expect(received.map(\.verified.payload) == [body])
    }

    @Test("A byte order mark is part of what is signed")
    func byteOrderMark() async throws {
        let body = Fixture.payload(for: .leadSent)
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            let signature = TestReceiver.secret.signature(for: body.span).hexadecimal
            try await client.send(
                HTTP.post([0xef, 0xbb, 0xbf] + body, headers: ["X-Webhook-Signature: \(signature)"]))
            let answer = try await client.response()
            #expect(answer.status == 401)
        }
    }

    @Test("A body of exactly the limit is taken, sized or in chunks", arguments: [false, true])
    func largestBody(_ isChunked: Bool) async throws {
        try await TestReceiver.run(configure: { $0.limits.maximumBodyByteCount = 5000 }) { receiver in
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: 5000)
            let signature = "X-Webhook-Signature: \(TestReceiver.secret.signature(for: body.span).hexadecimal)"
            let client = try await receiver.client()
            try await client.send(
                isChunked
                    ? HTTP.chunked(
                        [Array(body[..<1]), Array(body[1..<4096]), Array(body[4096...])], headers: [signature])
                    : HTTP.post(body, headers: [signature]))
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(receiver.store.received.map(\.verified.payload) == [body])
        }
    }

    @Test("By default 256 KiB are taken, sized or in chunks, and not one byte more", arguments: [false, true])
    func defaultLimit(_ isChunked: Bool) async throws {
        try await TestReceiver.run { receiver in
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: 262_144)
            let signature = "X-Webhook-Signature: \(TestReceiver.secret.signature(for: body.span).hexadecimal)"
            let client = try await receiver.client()
            try await client.send(
                isChunked ? HTTP.chunked([body], headers: [signature]) : HTTP.post(body, headers: [signature]))
            let taken = try await client.response()
            #expect(taken.status == 200)
            if isChunked {
                try await client.send(HTTP.chunked([body, [0x78]], headers: [signature]))
            } else {
                try await client.send(
                    HTTP.get("/webhooks/leadshark", method: "POST", headers: ["Content-Length: 262145"]))
            }
            let refused = try await client.response()
            #expect(refused.status == 413)
            #expect(receiver.store.received.count == 1)
        }
    }

    @Test("A length over the limit is refused before any of the body is sent", arguments: ["5001", "99999999999"])
    func announcedTooLarge(_ length: String) async throws {
        try await TestReceiver.run(configure: { $0.limits.maximumBodyByteCount = 5000 }) { receiver in
            let client = try await receiver.client()
            try await client.send(
                HTTP.get("/webhooks/leadshark", method: "POST", headers: ["Content-Length: \(length)"]))
            let answer = try await client.response()
            #expect(answer.status == 413)
            #expect(answer.header("Connection") == "close")
            #expect(receiver.logs.causes == ["bodyTooLarge"])
            #expect(try await client.ending() == .closed)
        }
    }

    @Test(
        "A length that is no number, or larger than any, is malformed",
        arguments: ["-1", "1x", "", "99999999999999999999999"])
    func impossibleLength(_ length: String) async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send(
                HTTP.get("/webhooks/leadshark", method: "POST", headers: ["Content-Length: \(length)"]))
            let answer = try await client.response()
            #expect(answer.status == 400)
            _ = try await client.ending()
        }
    }

    @Test("Chunks over the limit are refused while they come, and little more is read")
    func chunkedTooLarge() async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send(
                HTTP.get("/webhooks/leadshark", method: "POST", headers: ["Transfer-Encoding: chunked"]))
            let chunk = Array("4000\r\n".utf8) + [UInt8](repeating: 0x78, count: 0x4000) + Array("\r\n".utf8)
            let maximum = 64 << 20
            let sent = await client.sendEndlessly(chunk, maximum: maximum)
            #expect(sent < maximum, "the receiver read on and on")
            let causes = receiver.logs.causes
            #expect(causes == ["bodyTooLarge"])
        }
    }

    @Test("Chunks of one byte are refused when there are too many")
    func tinyChunks() async throws {
        try await TestReceiver.run(configure: { $0.limits.maximumBodyPartCount = 100 }) { receiver in
            let client = try await receiver.client()
            try await client.send(HTTP.chunked(Array(repeating: [0x78], count: 101)))
            let answer = try await client.response()
            #expect(answer.status == 413)
            #expect(receiver.logs.causes == ["tooManyBodyParts"])
        }
    }

    @Test("Chunk extensions do not count as a body, but are not endless either")
    func chunkExtensions() async throws {
        try await TestReceiver.run(configure: { $0.limits.maximumBodyByteCount = 1000 }) { receiver in
            let client = try await receiver.client()
            try await client.send(
                HTTP.get("/webhooks/leadshark", method: "POST", headers: ["Transfer-Encoding: chunked"]))
            try await client.send("1;")
            let sent = await client.sendEndlessly([UInt8](repeating: 0x61, count: 16 << 10), maximum: 64 << 20)
            #expect(sent < 64 << 20)
            #expect(receiver.logs.causes == ["bodyTooLarge"])
        }
    }

    @Test("All bodies together are bounded, and the memory is given back")
    func bodyMemory() async throws {
        try await TestReceiver.run(configure: {
            $0.limits.maximumBufferedByteCount = 10_000
            $0.limits.reservedBodyByteCount = 0
        }) { receiver in
            var hoarder = try await receiver.client()
            let body = [UInt8](repeating: 0x78, count: 9000)
            let request = HTTP.post(body, secret: TestReceiver.secret)
            try await hoarder.send(Array(request.dropLast()))
            // The first one's bytes may still be on their way, so try until they are there.
            var status = 200
            while status == 200 {
                let other = try await receiver.client()
                try await other.send(request)
                status = try await other.response().status
                // The other one may have been there first, and the hoarder refused: then it has to come again.
                if try await hoarder.hasInput(withinMilliseconds: 1) {
                    hoarder = try await receiver.client()
                    try await hoarder.send(Array(request.dropLast()))
                }
            }
            #expect(status == 503)
            #expect(receiver.logs.causes.contains("bodyMemoryFull"))
            try await hoarder.send(Array(request.suffix(1)))
            let answer = try await hoarder.response()
            #expect(answer.status == 200)
            let after = try await receiver.client()
            try await after.send(request)
            let last = try await after.response()
            #expect(last.body == #"{"status":"duplicate"}"#)
        }
    }

    @Test("A body that ends before its length is refused and not stored", arguments: [false, true])
    func truncated(_ isChunked: Bool) async throws {
        try await TestReceiver.run { receiver in
            let body = Fixture.payload(for: .leadSent)
            let signature = "X-Webhook-Signature: \(TestReceiver.secret.signature(for: body.span).hexadecimal)"
            let request =
                isChunked ? HTTP.chunked([body], headers: [signature]) : HTTP.post(body, headers: [signature])
            let client = try await receiver.client()
            try await client.send(Array(request.dropLast()))
            try await client.finishSending()
            let answer = try await client.response()
            #expect(answer.status == 400)
            #expect(receiver.logs.causes == ["truncatedBody"])
            #expect(receiver.store.received.isEmpty)
        }
    }

    @Test("A client that says that it sends no more is answered")
    func halfClosed() async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send(HTTP.post(Fixture.request(for: .dmSent, secret: TestReceiver.secret)))
            try await client.finishSending()
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(try await client.ending() == .closed)
        }
    }
}
#endif
