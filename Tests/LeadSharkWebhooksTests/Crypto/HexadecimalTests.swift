import Testing

@testable import LeadSharkWebhooks

@Suite("Hexadecimal digits")
struct HexadecimalTests {
    /// As one would write it, digit by digit.
    private func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - 0x61 + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - 0x41 + 10
        default: nil
        }
    }

    private func decoded(_ text: [UInt8]) -> [UInt8]? {
        Hexadecimal.digest(text.span).map { digest in (0..<32).map { digest.bytes[$0] } }
    }

    private func plainlyDecoded(_ text: [UInt8]) -> [UInt8]? {
        let values = text.compactMap(value)
        guard text.count == 64, values.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    @Test("A byte that is no digit is refused in every place, and every digit counts", arguments: 0..<64)
    func everyByte(_ position: Int) {
        for digits in ["0000000000000000", "ffffffffffffffff", "0123456789abcDEF"] {
            var text = Array(String(repeating: digits, count: 4).utf8)
            let wrong = (UInt8.min...UInt8.max).filter { byte in
                text[position] = byte
                return decoded(text) != plainlyDecoded(text)
            }
            #expect(wrong == [])
        }
    }

    @Test("Bytes beyond ASCII do not make up for each other")
    func manyWrongBytes() {
        var generator = RepeatableGenerator(seed: 8)
        let digits = Array("0189afAF".utf8)
        var wrong: [[UInt8]] = []
        for _ in 0..<5_000 {
            var text = (0..<64).map { _ in digits[Int.random(in: 0..<8, using: &generator)] }
            if decoded(text) != plainlyDecoded(text) { wrong.append(text) }
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                text[Int.random(in: 0..<64, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
            if decoded(text) != plainlyDecoded(text) { wrong.append(text) }
        }
        #expect(wrong == [])
    }
}
