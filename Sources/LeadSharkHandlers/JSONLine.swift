#if Server
/// Writes one flat JSON object and the line break that ends it.
///
/// The text of a string comes out as it is; only what JSON demands is escaped, so no string can break the line.
struct JSONLine {
    private(set) var bytes: [UInt8]

    init() {
        bytes = []
        bytes.reserveCapacity(1024)
        bytes.append(UInt8(ascii: "{"))
    }

    mutating func add(_ name: StaticString, _ value: String?) {
        begin(name)
        if let value { append(string: value) } else { append("null") }
    }

    mutating func add(_ name: StaticString, _ value: Bool?) {
        begin(name)
        append(value.map { $0 ? "true" : "false" } ?? "null")
    }

    mutating func add(_ name: StaticString, _ value: Int?) {
        begin(name)
        append(value.map(String.init) ?? "null")
    }

    /// The whole line.
    consuming func finished() -> [UInt8] {
        append("}\n")
        return bytes
    }

    /// The names are our own, and have nothing in them that is escaped.
    private mutating func begin(_ name: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(string text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { all in
            var rest = all[...]
            while let end = rest.firstIndex(where: Self.isEscaped) {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: rest[..<end]))
                append(escaped: rest[end])
                rest = rest[(end + 1)...]
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: rest))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        default:
            append(byte < 0x10 ? "\\u000" : "\\u00")
            append(String(byte, radix: 16))
        }
    }
}
#endif
