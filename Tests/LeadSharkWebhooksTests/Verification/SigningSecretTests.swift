import LeadSharkWebhooks
import Testing

@Suite("Signing secrets")
struct SigningSecretTests {
    static let text = "whsec_geheim_4711"

    @Test("A secret that anybody could guess is refused, whatever the initialiser")
    func empty() {
        #expect(code { try SigningSecret("") } == .empty)
        #expect(code { try SigningSecret(utf8: [UInt8]().span) } == .empty)
        for blank in [" ", "\n", "\t", "\r\n", "  \t \u{0b}\u{0c}"] {
            #expect(code { try SigningSecret(blank) } == .blank)
            #expect(code { try SigningSecret(utf8: Array(blank.utf8).span) } == .blank)
        }
    }

    @Test("A secret of the longest length is taken, and one byte more is refused")
    func tooLong() throws {
        let longest = String(repeating: "x", count: SigningSecret.maximumByteCount)
        _ = try SigningSecret(longest)
        #expect(code { try SigningSecret(longest + "x") } == .tooLong)
        #expect(code { try SigningSecret(utf8: Array((longest + "x").utf8).span) } == .tooLong)
    }

    @Test("Both initialisers make the same secret")
    func initialisers() throws {
        let body = Array("{}".utf8)
        for text in [Self.text, "ü🔑", "0011", " padded "] {
            let signature = try SigningSecret(text).signature(for: body.span)
            let other = try SigningSecret(utf8: Array(text.utf8).span).signature(for: body.span)
            #expect(signature.hexadecimal == other.hexadecimal)
        }
    }

    @Test(
        "Blanks around a secret are noticed and kept",
        arguments: [
            (" x", true), ("x ", true), ("x\n", true), ("\tx", true), ("x\r\n", true), ("x", false), ("x y", false),
        ])
    func surroundingBlanks(_ text: String, _ expected: Bool) throws {
        let secret = try SigningSecret(text)
        #expect(secret.hasSurroundingBlanks == expected)
        let signature = secret.signature(for: [1].span).hexadecimal
        let trimmed = try SigningSecret("x").signature(for: [1].span).hexadecimal
        #expect((signature == trimmed) == (text == "x"))
    }

    @Test("Neither the secret nor anything that holds one tells it when printed, dumped or mirrored")
    func redaction() throws {
        let secret = try SigningSecret(Self.text)
        let set = SecretSet(current: secret, previous: secret)
        let verifier = WebhookVerifier(secrets: set)
        for text in printed(secret) + printed(set) + printed(verifier) + printed([secret]) + printed(Optional(secret)) {
            #expect(!text.contains("geheim"))
            #expect(!text.contains("4711"))
            // Neither its bytes as numbers nor addresses or states of what holds it.
            #expect(!text.contains("103"))
            #expect(!text.contains("HMACKey"))
            #expect(!text.contains("0x"))
        }
        #expect(secret.description == "SigningSecret(redacted)")
        #expect(Mirror(reflecting: secret).children.isEmpty)
        #expect(Mirror(reflecting: verifier).children.isEmpty)
    }

    @Test("A signature does not tell itself when printed, dumped or mirrored")
    func redactedSignature() throws {
        let signature = try SigningSecret(Self.text).signature(for: [1, 2, 3].span)
        for text in printed(signature) {
            #expect(!text.contains(signature.hexadecimal.prefix(6)))
            #expect(text.allSatisfy { !$0.isNumber || $0 == "0" })
        }
        #expect(Mirror(reflecting: signature).children.isEmpty)
    }

    @Test("A webhook's description tells its size alone")
    func redactedWebhook() throws {
        let secret = try SigningSecret(Self.text)
        let body = Array(#"{"event":"dm.sent","data":{"lead":{"name":"Zoë Müller"}}}"#.utf8)
        let webhook = try WebhookVerifier(secrets: SecretSet(current: secret))
            .verify(body, signature: secret.signature(for: body.span).hexadecimal)
        for text in printed(webhook) {
            #expect(!text.contains("Zoë"))
            #expect(!text.contains("123, 34"))
        }
        #expect(webhook.description == "VerifiedWebhook(\(body.count) bytes)")
        let event = try webhook.event()
        #expect("\(event)" == "WebhookEvent(dm.sent, \(body.count) bytes)")
        #expect(!String(reflecting: event).contains("Zoë"))
    }

    @Test("Errors are equal by their code and tell nothing of the secret")
    func errors() {
        for text in ["", " \n", String(repeating: "geheim", count: 1000)] {
            do throws(SigningSecretError) {
                _ = try SigningSecret(text)
                Issue.record("\(text.count) characters were taken")
            } catch {
                #expect(!error.description.contains("geheim"))
                #expect(error.description.hasPrefix("the signing secret"))
            }
        }
    }

    private func code(_ make: () throws -> SigningSecret) -> SigningSecretError.Code? {
        #expect(throws: SigningSecretError.self) { try make() }?.code
    }

    private func printed<Value>(_ value: Value) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [
            "\(value)", String(describing: value), String(reflecting: value), dumped,
            "\(Mirror(reflecting: value).children.map { "\($0.label ?? "") \($0.value)" })",
        ]
    }
}
