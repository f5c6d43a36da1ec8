#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkReceiver

@Suite("Signatures")
struct SignatureTests {
    static let body = Fixture.payload(for: .newLike)
    static let signature = TestReceiver.secret.signature(for: body.span).hexadecimal

    static func flipped(_ text: String, at index: Int) -> String {
        var bytes = Array(text.utf8)
        bytes[index] = bytes[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        return String(decoding: bytes, as: UTF8.self)
    }

    static let wrong: [[String]] = [
        [],
        [""],
        ["   "],
        ["0"],
        [String(signature.dropLast())],
        [signature + "0"],
        ["sha256=" + signature],
        ["0x" + signature.dropFirst(2)],
        ["+" + signature.dropFirst()],
        [signature + "," + signature],
        [signature + " " + signature],
        [signature + "\u{301}"],
        ["\u{ff10}" + signature.dropFirst()],
        [String(repeating: "g", count: 64)],
        [String(repeating: "0", count: 64)],
        [String(repeating: "0", count: 4000)],
        [flipped(signature, at: 0)],
        [flipped(signature, at: 31)],
        [flipped(signature, at: 63)],
        [signature, flipped(signature, at: 5)],
        [flipped(signature, at: 5), signature],
        [signature, ""],
        [signature, signature.uppercased()],
    ]

    @Test("A signature that does not hold is refused, always with the same answer", arguments: wrong)
    func refused(_ values: [String]) async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send(HTTP.post(Self.body, headers: values.map { "X-Webhook-Signature: \($0)" }))
            let answer = try await client.response()
            #expect(answer.status == 401)
            #expect(answer.body == #"{"error":"unauthorized"}"#)
            #expect(answer.headers.keys.sorted() == ["cache-control", "content-length", "content-type", "date"])
            #expect(receiver.store.received.isEmpty)
            let line = try #require(receiver.logs.lines.first { $0.metadata["cause"] != nil })
            #expect(line.metadata["webhook"] == "leadshark")
            #expect(line.metadata["status"] == "401")
            #expect(line.metadata["byteCount"] == "\(Self.body.count)")
            #expect(!receiver.logs.lines.contains { $0.text.contains(Self.signature) })
        }
    }

    @Test("A signature that holds is accepted, in either case, and twice if both are equal")
    func accepted() async throws {
        let values: [[String]] = [
            [Self.signature], [Self.signature.uppercased()], [Self.signature, Self.signature],
        ]
        for values in values {
            try await TestReceiver.run { receiver in
                let client = try await receiver.client()
                try await client.send(HTTP.post(Self.body, headers: values.map { "X-Webhook-Signature: \($0)" }))
                let answer = try await client.response()
                #expect(answer.status == 200)
            }
        }
    }

    @Test("A single flipped bit in the body is refused", arguments: [0, 40, body.count - 1], 0..<8)
    func flippedBody(_ index: Int, _ bit: Int) async throws {
        try await TestReceiver.run { receiver in
            var body = Self.body
            body[index] ^= 1 << UInt8(bit)
            let client = try await receiver.client()
            try await client.send(HTTP.post(body, headers: ["X-Webhook-Signature: \(Self.signature)"]))
            let answer = try await client.response()
            #expect(answer.status == 401)
        }
    }

    @Test("Each webhook has its own secret: one's is refused at the other")
    func severalWebhooks() async throws {
        let crm = try SigningSecret("of the CRM")
        let mail = try SigningSecret("of the mail")
        let webhooks = [
            WebhookEndpoint.Configuration(
                name: try #require(WebhookName("crm")), secrets: SecretSet(current: crm)),
            WebhookEndpoint.Configuration(
                name: try #require(WebhookName("mail")), secrets: SecretSet(current: mail)),
        ]
        try await TestReceiver.run(webhooks: webhooks) { receiver in
            let answers = [
                try await receiver.post(1, to: "/webhooks/crm", secret: mail),
                try await receiver.post(1, to: "/webhooks/mail", secret: crm),
                try await receiver.post(1, secret: crm),
                try await receiver.post(1, to: "/webhooks/crm", secret: crm),
                // The same bytes at another webhook are another event.
                try await receiver.post(1, to: "/webhooks/mail", secret: mail),
            ]
            #expect(answers.map(\.status) == [401, 401, 404, 200, 200])
            #expect(answers.suffix(2).map(\.body) == Array(repeating: #"{"status":"stored"}"#, count: 2))
            #expect(receiver.store.received.map(\.webhook.text) == ["crm", "mail"])
        }
    }

    @Test("During a rotation both secrets are accepted, and the event tells which it was")
    func rotation() async throws {
        let old = try SigningSecret("the old one")
        let new = try SigningSecret("the new one")
        let webhooks = [WebhookEndpoint.Configuration(secrets: SecretSet(current: new, previous: old))]
        try await TestReceiver.run(webhooks: webhooks) { receiver in
            let answers = [
                try await receiver.post(1, secret: old), try await receiver.post(2, secret: new),
                try await receiver.post(3, secret: TestReceiver.secret),
            ]
            #expect(answers.map(\.status) == [200, 200, 401])
            #expect(receiver.store.received.map(\.verified.secret) == [.previous, .current])
            let tellings = receiver.logs.lines.count { $0.message.contains("signed with the previous secret") }
            #expect(tellings == 1)
        }
    }
}
#endif
