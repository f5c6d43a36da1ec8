/// Strings as JavaScript writes them: quotation mark, backslash, control characters and lone surrogates escaped, each in
/// one way, and nothing else.
enum JavaScriptEscape {
    /// One UTF-16 code unit that has to be escaped, as JavaScript escapes it.
    struct Text {
        private(set) var bytes: InlineArray<6, UInt8> = [UInt8(ascii: "\\"), 0, 0, 0, 0, 0]
        private(set) var count = 2

        init(_ unit: UInt32) {
            switch unit {
            case 0x08: bytes[1] = UInt8(ascii: "b")
            case 0x09: bytes[1] = UInt8(ascii: "t")
            case 0x0a: bytes[1] = UInt8(ascii: "n")
            case 0x0c: bytes[1] = UInt8(ascii: "f")
            case 0x0d: bytes[1] = UInt8(ascii: "r")
            case 0x22: bytes[1] = UInt8(ascii: "\"")
            case 0x5c: bytes[1] = UInt8(ascii: "\\")
            default:
                bytes[1] = UInt8(ascii: "u")
                for index in 2..<6 {
                    let nibble = UInt8(truncatingIfNeeded: unit >> UInt32(4 * (5 - index)) & 0x0f)
                    bytes[index] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
                }
                count = 6
            }
        }
    }

    /// Whether a UTF-16 code unit, or a scalar, has to be escaped. Surrogates count as lone.
    static func isNeeded(for unit: UInt32) -> Bool {
        unit < 0x20 || unit == 0x22 || unit == 0x5c || (0xd800..<0xe000).contains(unit)
    }

    /// Whether a surrogate, or another character that has to be escaped, may begin in eight bytes of WTF-8. `false` is certain.
    static func mayBeNeeded(in word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        /// The top bits of the bytes below `limit`, and perhaps of one above such a byte.
        func below(_ limit: UInt64, _ word: UInt64) -> UInt64 { (word &- (ones &* limit)) & ~word }
        let controls = below(0x20, word)
        let quotationMarks = below(1, word ^ (ones &* 0x22))
        let backslashes = below(1, word ^ (ones &* 0x5c))
        let surrogates = below(1, word ^ (ones &* 0xed))
        return (controls | quotationMarks | backslashes | surrogates) & (ones &* 0x80) != 0
    }

    /// The character that an escape of a checked text stands for, which begins at `position`: a scalar, or a lone
    /// surrogate. Moves `position` behind it, in the case of a pair behind both.
    static func decode(_ text: Span<UInt8>, at position: inout Int) -> UInt32 {
        let letter = text[position + 1]
        position += 2
        switch letter {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "f"): return 0x0c
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "u"): break
        default: return UInt32(letter)
        }
        let unit = codeUnit(text, at: position)
        position += 4
        guard (0xd800..<0xdc00).contains(unit), position + 6 <= text.count, text[position] == UInt8(ascii: "\\"),
            text[position + 1] == UInt8(ascii: "u")
        else { return unit }
        let low = codeUnit(text, at: position + 2)
        guard (0xdc00..<0xe000).contains(low) else { return unit }
        position += 6
        return 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
    }

    private static func codeUnit(_ text: Span<UInt8>, at position: Int) -> UInt32 {
        var unit: UInt32 = 0
        for index in position..<position + 4 {
            let digit = text[index]
            let nibble =
                digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : (digit | 0x20) - UInt8(ascii: "a") + 10
            unit = unit << 4 | UInt32(nibble)
        }
        return unit
    }
}

/// The bytes of a scalar in UTF-8; those of a lone surrogate as UTF-8 would have them (WTF-8).
struct ScalarBytes {
    private(set) var bytes = InlineArray<4, UInt8>(repeating: 0)
    private(set) var count: Int

    init(_ scalar: UInt32) {
        switch scalar {
        case 0..<0x80:
            count = 1
            bytes[0] = UInt8(truncatingIfNeeded: scalar)
            return
        case 0x80..<0x800:
            count = 2
            bytes[0] = UInt8(truncatingIfNeeded: 0xc0 | scalar >> 6)
        case 0x800..<0x10000:
            count = 3
            bytes[0] = UInt8(truncatingIfNeeded: 0xe0 | scalar >> 12)
        default:
            count = 4
            bytes[0] = UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18)
        }
        for index in 1..<count {
            bytes[index] = UInt8(truncatingIfNeeded: 0x80 | (scalar >> UInt32(6 * (count - 1 - index)) & 0x3f))
        }
    }
}
