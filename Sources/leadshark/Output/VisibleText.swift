#if Server
/// Makes text from elsewhere (leads, reasons, names) safe to print: whatever could steer a terminal or turn the order
/// of the characters around is shown as an escape, `\u{1B}`, and does nothing.
enum VisibleText {
    /// Escapes everything that is not plain text, line breaks and tabs included.
    static func line(_ text: some StringProtocol) -> String { escape(text, keepingLineBreaks: false) }

    /// As ``line(_:)``, but line feeds stay.
    static func lines(_ text: some StringProtocol) -> String { escape(text, keepingLineBreaks: true) }

    /// Bytes as text; those that are not UTF-8 as `\x{FF}`.
    static func lines(of bytes: [UInt8]) -> String {
        var result = ""
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var position = 0
        decoding: while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar):
                append(scalar, to: &result, keepingLineBreaks: true)
                position += UTF8.width(scalar)
            case .emptyInput:
                break decoding
            case .error:
                result += "\\x{" + hexadecimal(UInt32(bytes[position])) + "}"
                position += 1
                decoder = UTF8()
                iterator = bytes[position...].makeIteratorOfArray()
            }
        }
        return result
    }

    /// JSON, with what is hostile in its strings written as JSON's own escapes: the same value, safe on a terminal.
    static func json(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            // Escapes stand in strings alone, and a writer of JSON has put none of C0 raw into those.
            if isHostile(scalar), scalar.value >= 0x20 {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func escape(_ text: some StringProtocol, keepingLineBreaks: Bool) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { append(scalar, to: &result, keepingLineBreaks: keepingLineBreaks) }
        return result
    }

    private static func append(_ scalar: Unicode.Scalar, to result: inout String, keepingLineBreaks: Bool) {
        if isHostile(scalar), !(keepingLineBreaks && scalar == "\n") {
            result += "\\u{" + hexadecimal(scalar.value) + "}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return digits.utf8.count < 2 ? "0" + digits : digits
    }

    private static func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f: true  // C0 and C1: with them every escape sequence begins
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true  // direction
        case 0x2028, 0x2029: true  // line and paragraph separators
        case 0x200b, 0x2060, 0xfeff, 0xfff9...0xfffb: true  // invisible
        case 0xe0000...0xe007f: true  // tags, invisible
        default: false
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func makeIteratorOfArray() -> IndexingIterator<[UInt8]> { Array(self).makeIterator() }
}
#endif
