/// What a string's text means once its escapes are taken for what they stand for.
enum JSONUnescaping {
    /// The bytes of a checked string, as WTF-8: UTF-8, with a lone surrogate in the three bytes that UTF-8 would give it.
    static func bytes(of text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            // Most of a string stands for itself.
            let backslash = text[index...].firstIndex(of: UInt8(ascii: "\\")) ?? text.endIndex
            result.append(contentsOf: text[index..<backslash])
            guard backslash < text.endIndex else { break }
            index = backslash
            let escape = text[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0c)
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "r"): result.append(0x0d)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = codeUnit(text, at: index)
                index += 4
                if (0xd800..<0xdc00).contains(scalar), index + 6 <= text.endIndex, text[index] == UInt8(ascii: "\\"),
                    text[index + 1] == UInt8(ascii: "u")
                {
                    let low = codeUnit(text, at: index + 2)
                    if (0xdc00..<0xe000).contains(low) {
                        scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
                        index += 6
                    }
                }
                append(scalar, to: &result)
            default: result.append(escape)
            }
        }
        return result
    }

    /// The text that WTF-8 bytes stand for. Each lone surrogate, which a `String` cannot hold, becomes one U+FFFD.
    static func text(of wtf8: [UInt8]) -> String {
        if let text = String(validating: wtf8, as: UTF8.self) { return text }
        var bytes = wtf8
        // UTF-8 has no sequence that begins like this; in WTF-8 it is a surrogate, three bytes long.
        for index in bytes.indices.dropLast(2) where bytes[index] == 0xed && bytes[index + 1] >= 0xa0 {
            bytes.replaceSubrange(index..<index + 3, with: [0xef, 0xbf, 0xbd])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func codeUnit(_ text: ArraySlice<UInt8>, at index: Int) -> UInt32 {
        text[index..<index + 4].reduce(0) { value, digit in
            let nibble =
                digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : (digit | 0x20) - UInt8(ascii: "a") + 10
            return value << 4 | UInt32(nibble)
        }
    }

    private static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (scalar >> shift & 0x3f)) }
        switch scalar {
        case 0..<0x80:
            bytes.append(UInt8(truncatingIfNeeded: scalar))
        case 0x80..<0x800:
            bytes.append(UInt8(truncatingIfNeeded: 0xc0 | scalar >> 6))
            bytes.append(tail(0))
        case 0x800..<0x10000:
            bytes.append(UInt8(truncatingIfNeeded: 0xe0 | scalar >> 12))
            bytes.append(tail(6))
            bytes.append(tail(0))
        default:
            bytes.append(UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18))
            bytes.append(tail(12))
            bytes.append(tail(6))
            bytes.append(tail(0))
        }
    }
}
