import LeadSharkWebhooks
import Testing

@Suite("Re-formatted bodies")
struct ReformattedBodiesTests {
    private let secret: SigningSecret
    private let payload: [UInt8]
    private let signature: String
    /// The payload, as a proxy might write it anew.
    private let body: [UInt8]

    init() throws {
        let secret = try SigningSecret("whsec_test")
        let payload = Array(#"{"event":"dm.sent","data":{"id":2,"message":"é/\n"}}"#.utf8)
        body = Array(#"{ "event": "dm.sent", "data": {"id": 2.0, "message": "\u00e9\/\u000a"} }"#.utf8)
        signature = secret.signature(for: payload.span).hexadecimal
        self.secret = secret
        self.payload = payload
    }

    private func verifier(_ bodies: ReformattedBodies, previous: SigningSecret? = nil) -> WebhookVerifier {
        WebhookVerifier(secrets: SecretSet(current: secret, previous: previous), reformattedBodies: bodies)
    }

    private func expectMismatch(_ verifier: WebhookVerifier, _ body: [UInt8], _ signature: String) {
        let error = #expect(throws: VerificationError.self) { try verifier.verify(body, signature: signature) }
        #expect(error?.code == .signatureMismatch)
        let isValid = verifier.isValid(body.span, signature: signature)
        #expect(!isValid)
    }

    @Test("They are refused unless they are allowed")
    func offByDefault() {
        expectMismatch(WebhookVerifier(secrets: SecretSet(current: secret)), body, signature)
        expectMismatch(verifier(.refused), body, signature)
    }

    @Test("The text that was signed is the payload, and what is decoded")
    func payloadIsWhatWasSigned() throws {
        let webhook = try verifier(.canonicalized).verify(body, signature: signature)
        #expect(webhook.payload == payload)
        #expect(webhook.isCanonicalText)
        #expect(webhook.secret == .current)
        #expect(try webhook.event().payload == payload)
        #expect(
            EventEnvelope(of: webhook, webhookName: "crm")
                == EventEnvelope(
                    of: try verifier(.refused).verify(payload, signature: signature), webhookName: "crm"))
    }

    @Test("A body that arrives as it was signed stays the payload")
    func untouchedBody() throws {
        let webhook = try verifier(.canonicalized).verify(payload, signature: signature)
        #expect(webhook.payload == payload)
        #expect(!webhook.isCanonicalText)
    }

    @Test("A signature over the body's own bytes counts first, even where the canonical text differs")
    func bodyFirst() throws {
        let webhook = try verifier(.canonicalized).verify(
            body, signature: secret.signature(for: body.span).hexadecimal)
        #expect(webhook.payload == body)
        #expect(!webhook.isCanonicalText)
    }

    @Test("Of repeated members only the signed one comes through, whatever a parser of the body would take")
    func repeatedMembers() throws {
        let signed = Array(#"{"event":"dm.sent","data":{"id":2}}"#.utf8)
        let forged = Array(#"{"event":"lead.sent","data":{"id":1,"id":2},"event":"dm.sent"}"#.utf8)
        let webhook = try verifier(.canonicalized).verify(
            forged, signature: secret.signature(for: signed.span).hexadecimal)
        #expect(webhook.payload == signed)
        #expect(try webhook.event().anomalies.isEmpty)
    }

    @Test("A changed value is refused, re-formatted or not")
    func changedValue() {
        let changed = Array(String(decoding: body, as: UTF8.self).replacing("2.0", with: "2.5").utf8)
        expectMismatch(verifier(.canonicalized), changed, signature)
        let reordered = Array(#"{"data":{"id":2,"message":"é/\n"},"event":"dm.sent"}"#.utf8)
        expectMismatch(verifier(.canonicalized), reordered, signature)
    }

    @Test("Both secrets of a rotation are tried on both texts")
    func rotation() throws {
        let old = try SigningSecret("whsec_old")
        let rotating = verifier(.canonicalized, previous: old)
        let webhook = try rotating.verify(body, signature: old.signature(for: payload.span).hexadecimal)
        #expect(webhook.secret == .previous)
        #expect(webhook.payload == payload)
        expectMismatch(verifier(.canonicalized), body, old.signature(for: payload.span).hexadecimal)
    }

    @Test(
        "A body that is no JSON is refused like any other that does not fit",
        arguments: ["", " ", "{", "\u{feff}{}", "{\"event\":\"dm.sent\",}", "event=dm.sent", "\u{1f}"])
    func notJSON(_ text: String) {
        expectMismatch(verifier(.canonicalized), Array(text.utf8), signature)
        expectMismatch(verifier(.canonicalized), [0xff] + Array(text.utf8), signature)
    }

    @Test("A body is tried as it is, and no more, when it is longer than the bound or nested too deep")
    func bounds() throws {
        let exact = verifier(.canonicalized(upTo: body.count))
        #expect(try exact.verify(body, signature: signature).isCanonicalText)
        expectMismatch(verifier(.canonicalized(upTo: body.count - 1)), body, signature)
        let narrow = verifier(.canonicalized(upTo: 0))
        #expect(try narrow.verify(payload, signature: signature).payload == payload)

        let deep = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)
        let spaced = Array((deep + " ").utf8)
        expectMismatch(
            verifier(.canonicalized), spaced, secret.signature(for: Array(deep.utf8).span).hexadecimal)
    }

    @Test("A missing or malformed signature is told as such, whatever the body")
    func signatureErrors() {
        for (value, code) in [(nil, VerificationError.Code.missingSignature), ("sha256=", .malformedSignature)] {
            let error = #expect(throws: VerificationError.self) {
                try verifier(.canonicalized).verify(body, signature: value)
            }
            #expect(error?.code == code)
            let isValid = verifier(.canonicalized).isValid(body.span, signature: value)
            #expect(!isValid)
        }
    }
}
