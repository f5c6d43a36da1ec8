import LeadSharkWebhooks
import Testing

@Suite("The signature header")
struct SignatureTests {
    private let good = String(repeating: "0aB9", count: 16)

    @Test("Whatever the value, there is a result and no trap")
    func anyValue() throws {
        var generator = RepeatableGenerator(seed: 20_260_504)
        for _ in 0..<5_000 {
            let count = Int.random(in: 0...130, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let code = code(String(decoding: bytes, as: UTF8.self))
            #expect(code == .malformedSignature || code == .missingSignature)
        }
    }

    @Test("Of all bytes, only the digits of hexadecimal stand in a signature", arguments: UInt8.min...UInt8.max)
    func digits(_ byte: UInt8) {
        let isDigit =
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                true
            default: false
            }
        for position in [0, 1, 31, 62, 63] {
            var text = Array(good.utf8)
            text[position] = byte
            #expect((code(String(decoding: text, as: UTF8.self)) == nil) == isDigit)
        }
    }

    @Test("Every length but 64 is refused alike", arguments: 1...200)
    func lengths(_ count: Int) {
        #expect(code(String(repeating: "a", count: count)) == (count == 64 ? nil : .malformedSignature))
    }

    @Test("A value in another string's memory is read like any other")
    func bridged() {
        let text = "signature: \(good);"
        #expect(code(String(text.dropFirst(11).dropLast())) == nil)
    }

    @Test("A signature is written in lower case")
    func lowerCase() throws {
        #expect(try Signature(header: good).hexadecimal == good.lowercased())
    }

    @Test("Headers that are equal count as one, and others as a conflict")
    func soleSignature() throws {
        #expect(try WebhookHeaders.soleSignature(among: []) == nil)
        #expect(try WebhookHeaders.soleSignature(among: ["x"]) == "x")
        #expect(try WebhookHeaders.soleSignature(among: ["x", "x", "x"]) == "x")
        // Equal as characters, but not as bytes.
        #expect(throws: VerificationError.self) { try WebhookHeaders.soleSignature(among: ["\u{e9}", "e\u{301}"]) }
        #expect(throws: VerificationError.self) { try WebhookHeaders.soleSignature(among: ["x", ""]) }
    }

    private func code(_ value: String?) -> VerificationError.Code? {
        do throws(VerificationError) {
            _ = try Signature(header: value)
            return nil
        } catch {
            return error.code
        }
    }
}
