/// Compact JSON, as `JSON.stringify` writes it: what LeadShark signs and sends.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    /// Writes an object's members and the braces around them.
    static func object(_ members: (inout JSONText) -> Void) -> [UInt8] {
        var text = JSONText()
        text.braced(members)
        return text.bytes
    }

    mutating func object(_ name: String, _ members: (inout JSONText) -> Void) {
        begin(name)
        braced(members)
    }

    mutating func string(_ name: String, _ value: String) {
        begin(name)
        quote(value)
    }

    mutating func integer(_ name: String, _ value: Int) { literal(name, "\(value)") }
    mutating func boolean(_ name: String, _ value: Bool) { literal(name, "\(value)") }
    mutating func null(_ name: String) { literal(name, "null") }

    private mutating func literal(_ name: String, _ value: String) {
        begin(name)
        bytes += value.utf8
    }

    private mutating func braced(_ members: (inout JSONText) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
        members(&self)
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    private mutating func begin(_ name: String) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        quote(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func quote(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += #"\""#.utf8
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case 0x08: bytes += #"\b"#.utf8
            case 0x09: bytes += #"\t"#.utf8
            case 0x0a: bytes += #"\n"#.utf8
            case 0x0c: bytes += #"\f"#.utf8
            case 0x0d: bytes += #"\r"#.utf8
            case 0x00..<0x20:
                bytes += (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8
                bytes += String(byte, radix: 16).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
