@testable import LeadSharkWebhooks

/// Writes a value as it is: every member in its place, every number in its own text. To read it again gives the same value.
enum PlainText {
    static func text(of value: JSONValue) -> [UInt8] {
        var text: [UInt8] = []
        write(value, to: &text)
        return text
    }

    /// How deep arrays and objects are nested.
    static func depth(of value: JSONValue) -> Int {
        switch value {
        case .array(let elements): 1 + (elements.lazy.map(depth).max() ?? 0)
        case .object(let object): 1 + (object.members.lazy.map { depth(of: $0.value) }.max() ?? 0)
        default: 0
        }
    }

    // By recursion, and so by other means than the parser; the parser's limit of depth bounds it.
    private static func write(_ value: JSONValue, to text: inout [UInt8]) {
        switch value {
        case .null: text += Array("null".utf8)
        case .bool(let value): text += Array("\(value)".utf8)
        case .number(let number): text += Array(number.text.utf8)
        case .string(let string): write(string, to: &text)
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(element, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let object):
            text.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(member.name, to: &text)
                text.append(UInt8(ascii: ":"))
                write(member.value, to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ string: JSONString, to text: inout [UInt8]) {
        let bytes = string.wtf8
        text.append(UInt8(ascii: "\""))
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                text += escape(UInt32(byte))
            } else if byte == 0xed, bytes[index + 1] >= 0xa0 {
                // Half a surrogate pair, which UTF-8 does not have.
                text += escape(0xd000 | UInt32(bytes[index + 1] & 0x3f) << 6 | UInt32(bytes[index + 2] & 0x3f))
                index += 2
            } else {
                text.append(byte)
            }
            index += 1
        }
        text.append(UInt8(ascii: "\""))
    }

    private static func escape(_ unit: UInt32) -> [UInt8] {
        let digits = String(unit, radix: 16)
        return Array("\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
    }
}
