#if Server
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkReceiver

@Suite("The GET test")
struct GETTestTests {
    static let body = Fixture.payload(for: .dmSent)
    static let query = "payload=%7B%22event%22%3A%22dm.sent%22%7D&x=1?2"

    static func signed(_ bytes: [UInt8]) -> String {
        "X-Webhook-Signature: \(TestReceiver.secret.signature(for: bytes.span).hexadecimal)"
    }

    static func expected(_ place: String, _ count: Int, _ signature: String) -> String {
        #"{"status":"test received","payload":"\#(place)","byte_count":\#(count),"signature":"\#(signature)"}"#
    }

    static let forms: [(target: String, headers: [String], body: [UInt8], expected: String)] = [
        ("", [], [], expected("none", 0, "missing")),
        ("", [signed([])], [], expected("none", 0, "valid")),
        ("", [signed(body)], [], expected("none", 0, "invalid")),
        ("?", [], [], expected("none", 0, "missing")),
        ("?\(query)", [], [], expected("query", query.utf8.count, "missing")),
        ("?\(query)", [signed(Array(query.utf8))], [], expected("query", query.utf8.count, "valid")),
        ("?\(query)", [signed(body)], [], expected("query", query.utf8.count, "invalid")),
        ("", [], body, expected("body", body.count, "missing")),
        ("", [signed(body)], body, expected("body", body.count, "valid")),
        ("?\(query)", [signed(body)], body, expected("body", body.count, "valid")),
        ("?\(query)", [signed(Array(query.utf8))], body, expected("body", body.count, "invalid")),
        ("", ["X-Webhook-Signature: zz"], body, expected("body", body.count, "invalid")),
    ]

    @Test("Whatever form it has, it is answered with what arrived and never stored", arguments: forms.indices)
    func form(_ index: Int) async throws {
        let form = Self.forms[index]
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            var headers = form.headers
            if !form.body.isEmpty { headers.append("Content-Length: \(form.body.count)") }
            let head = HTTP.get("/webhooks/leadshark\(form.target)", headers: headers)
            try await client.send(Array(head.utf8) + form.body)
            let answer = try await client.response()
            #expect(answer.status == 200)
            #expect(answer.body == form.expected)
            #expect(receiver.store.received.isEmpty)
            let line = try #require(receiver.logs.lines.first { $0.message.contains("GET test") })
            #expect(line.metadata["webhook"] == "leadshark")
            #expect(!receiver.logs.lines.contains { $0.text.contains("payload=") || $0.text.contains("%7B") })
        }
    }

    @Test("A GET test of a webhook that is not there is not found")
    func unknown() async throws {
        try await TestReceiver.run { receiver in
            let answer = try await receiver.answer(to: HTTP.get("/webhooks/other?x=1"))
            #expect(answer.status == 404)
        }
    }
}
#endif
