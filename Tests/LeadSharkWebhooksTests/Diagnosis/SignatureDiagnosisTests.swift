import LeadSharkWebhooks
import Testing

@Suite("Diagnosis of a signature")
struct SignatureDiagnosisTests {
    private let secret: SigningSecret
    private let payload = Array(#"{"event":"dm.sent","data":{"name":"Zoë","list":[1,2.5]}}"#.utf8)

    init() throws { secret = try SigningSecret("whsec_test") }

    private func diagnosis(
        of body: [UInt8], signatures: [String], others: [SignatureDiagnosis.Webhook] = [],
        retired: [SigningSecret] = [], limits: SignatureDiagnosis.Limits = SignatureDiagnosis.Limits()
    ) -> SignatureDiagnosis {
        SignatureDiagnosis(
            of: body.span, signatures: signatures,
            webhook: SignatureDiagnosis.Webhook(
                name: "crm", secrets: SecretSet(current: secret), retired: retired),
            others: others, limits: limits)
    }

    private func sign(_ body: [UInt8]) -> String { secret.signature(for: body.span).hexadecimal }

    @Test("A single flipped bit is never explained", arguments: 0..<64)
    func flippedDigit(_ index: Int) {
        var digits = Array(sign(payload))
        digits[index] = digits[index] == "0" ? "1" : "0"
        let result = diagnosis(of: payload, signatures: [String(digits)])
        #expect(result.findings.map(\.code) == [.unexplained])
        #expect(!result.isProven)
    }

    @Test("Too few digits prove nothing, however right they are", arguments: [1, 2, 8, 14, 15])
    func shortBeginning(_ count: Int) {
        let result = diagnosis(of: payload, signatures: [String(sign(payload).prefix(count))])
        #expect(result.findings.map(\.code) == [.notASignature, .unexplained])
    }

    @Test("What is no header's business neither traps nor fits")
    func hostileHeaders() {
        let values = [
            "", ",", ",,,,,,", "=", "sha256=", "\"", "\"\"", "0x", String(repeating: "0", count: 100_000),
            String(repeating: ",", count: 100_000), String(repeating: "a,", count: 5000), "é", "\u{0}", "=====", "%00",
        ]
        for value in values {
            #expect(!diagnosis(of: payload, signatures: [value]).isProven)
            #expect(!diagnosis(of: [], signatures: [value, value]).isProven)
        }
        #expect(!diagnosis(of: payload, signatures: values).isProven)
    }

    @Test(
        "What is no body's business neither traps nor fits",
        arguments: [
            [], [0x22], [0x25], [0x26], [0x3d], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff, 0x00], [0x0d], [0x0a],
            [0x80], [0x22, 0x22], [0x30, 0x30], [0x78], [0x78, 0x9c], [0x7b, 0x7d], [0x5b, 0x5d], [0x26, 0x23],
        ] as [[UInt8]])
    func hostileBodies(_ body: [UInt8]) {
        let result = diagnosis(of: body, signatures: [String(repeating: "0", count: 64)])
        #expect(!result.isProven)
        #expect(result.findings.last?.code == .unexplained)
    }

    @Test("A body nested to the limit neither exhausts the stack nor memory", arguments: [512, 513, 100_000])
    func deepBody(_ depth: Int) {
        let body = Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        let result = diagnosis(of: body, signatures: [String(repeating: "0", count: 64)])
        #expect(!result.isProven)
    }

    @Test("A body longer than the limit is tried as it is, with all secrets")
    func longBody() throws {
        var limits = SignatureDiagnosis.Limits()
        limits.maximumBodyByteCount = payload.count
        let longer = payload + Array("\n".utf8)
        #expect(diagnosis(of: longer, signatures: [sign(payload)]).main.code == .newlineAdded)
        let bounded = diagnosis(of: longer, signatures: [sign(payload)], limits: limits)
        #expect(bounded.findings.map(\.code) == [.bodyTooLong, .unexplained])
        #expect(!bounded.isComplete)
        let other = SignatureDiagnosis.Webhook(
            name: "sheet", secrets: SecretSet(current: try SigningSecret("whsec_other")))
        let signature = other.secrets.current.signature(for: longer.span).hexadecimal
        #expect(
            diagnosis(of: longer, signatures: [signature], others: [other], limits: limits).main.code
                == .otherWebhookSecret)
    }

    @Test("When the budget is used up, it says that not everything was tried")
    func budget() {
        var limits = SignatureDiagnosis.Limits()
        let fitsLate = [String(sign(Array("[object Object]".utf8)))]
        #expect(diagnosis(of: payload, signatures: fitsLate, limits: limits).main.code == .signedObjectName)
        for tries in 0..<10 {
            limits.maximumHashedByteCount = tries * (1024 + payload.count)
            let result = diagnosis(of: payload, signatures: fitsLate, limits: limits)
            #expect(result.findings.map(\.code) == [.unexplained])
            #expect(!result.isComplete)
            #expect(result.main.summary.contains("not everything was tried"))
        }
        limits.maximumHashedByteCount = 1024 + payload.count
        #expect(diagnosis(of: payload, signatures: [sign(payload)], limits: limits).main.code == .fits)
    }

    @Test("Webhooks and retired secrets beyond the limits are not tried")
    func secretLimits() throws {
        var limits = SignatureDiagnosis.Limits()
        let wanted = try SigningSecret("whsec_wanted")
        let signature = wanted.signature(for: payload.span).hexadecimal
        let unknown = SignatureDiagnosis.Webhook(name: "a", secrets: SecretSet(current: try SigningSecret("a")))
        let others = [unknown, SignatureDiagnosis.Webhook(name: "b", secrets: SecretSet(current: wanted))]
        limits.maximumOtherWebhooks = 1
        #expect(
            diagnosis(of: payload, signatures: [signature], others: others, limits: limits).main.code == .unexplained)
        limits.maximumOtherWebhooks = 2
        #expect(
            diagnosis(of: payload, signatures: [signature], others: others, limits: limits).main.code
                == .otherWebhookSecret)
        limits.maximumRetiredSecrets = 0
        #expect(
            diagnosis(of: payload, signatures: [signature], retired: [wanted], limits: limits).main.code
                == .unexplained)
        limits.maximumRetiredSecrets = 1
        #expect(
            diagnosis(of: payload, signatures: [signature], retired: [wanted], limits: limits).main.code
                == .retiredSecret)
    }

    @Test("The webhook's own secrets are named before another's that is the same")
    func ownFirst() {
        let same = SignatureDiagnosis.Webhook(name: "sheet", secrets: SecretSet(current: secret))
        #expect(diagnosis(of: payload, signatures: [sign(payload)], others: [same]).main.code == .fits)
    }

    @Test("Random bytes are never explained, and never trap")
    func randomBytes() {
        var generator = RepeatableGenerator(seed: 20)
        for _ in 0..<300 {
            let alphabet = Array(#"{}[]",:\u0eE+-. 19ab%&=;<é"#.utf8) + [0xff, 0x00, 0x0d, 0x0a, 0xed, 0xa0]
            let body = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let header = String(
                decoding: (0..<Int.random(in: 0...140, using: &generator)).map { _ in
                    alphabet.randomElement(using: &generator) ?? 0
                }, as: UTF8.self)
            #expect(!diagnosis(of: body, signatures: [header]).isProven)
            #expect(!diagnosis(of: body, signatures: [String(repeating: "ab", count: 32)]).isProven)
        }
    }
}
