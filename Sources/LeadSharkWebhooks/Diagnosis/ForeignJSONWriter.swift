/// How a program other than LeadShark writes JSON.
struct ForeignJSONStyle {
    enum Blanks: Equatable {
        /// None.
        case compact
        /// One behind each comma and colon.
        case spaced
        /// One behind each colon, and a line for each element.
        case indented(by: Int)
    }

    enum Numbers {
        /// As they stand: JavaScript has written them.
        case javaScript
        /// As Python's `repr` writes them.
        case python
    }

    let blanks: Blanks
    /// Whether everything beyond printable ASCII is escaped.
    let isASCII: Bool
    let numbers: Numbers

    init(_ blanks: Blanks, isASCII: Bool, _ numbers: Numbers) {
        self.blanks = blanks
        self.isASCII = isASCII
        self.numbers = numbers
    }
}

/// Writes a tree of values as another program would. It keeps its own stack, so no tree can exhaust the thread's.
struct ForeignJSONWriter {
    private let style: ForeignJSONStyle
    private var output: [UInt8] = []
    private var open: [Frame] = []

    private struct Frame {
        let isObject: Bool
        let members: [(name: JSONString?, value: JSONValue)]
        var next = 0
    }

    /// The text, or `nil` when it would be longer than the limit or the program would refuse to write it.
    static func text(of value: JSONValue, _ style: ForeignJSONStyle, maximumByteCount: Int) -> [UInt8]? {
        var writer = ForeignJSONWriter(style: style)
        guard writer.write(value) else { return nil }
        while let last = writer.open.indices.last {
            guard writer.output.count <= maximumByteCount, writer.advance(last) else { return nil }
        }
        return writer.output.count <= maximumByteCount ? writer.output : nil
    }

    private init(style: ForeignJSONStyle) { self.style = style }

    /// Writes the next member, or what closes the innermost container.
    private mutating func advance(_ last: Int) -> Bool {
        let frame = open[last]
        guard frame.next < frame.members.count else {
            open.removeLast()
            if !frame.members.isEmpty { breakLine() }
            output.append(frame.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
            return true
        }
        if frame.next > 0 {
            output.append(UInt8(ascii: ","))
            if style.blanks == .spaced { output.append(0x20) }
        }
        breakLine()
        open[last].next += 1
        let member = frame.members[frame.next]
        if let name = member.name {
            guard write(name) else { return false }
            output.append(UInt8(ascii: ":"))
            if style.blanks != .compact { output.append(0x20) }
        }
        return write(member.value)
    }

    private mutating func breakLine() {
        guard case .indented(let width) = style.blanks else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(0x20, count: width * open.count))
    }

    private mutating func write(_ value: JSONValue) -> Bool {
        switch value {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .number(let number):
            guard style.numbers == .python else {
                output += number.text.utf8
                return true
            }
            guard let text = PythonNumber.text(of: number) else { return false }
            output += text.utf8
        case .string(let string): return write(string)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            open.append(Frame(isObject: false, members: elements.map { (nil, $0) }))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            open.append(Frame(isObject: true, members: Self.sole(object.members)))
        }
        return true
    }

    /// Of several members of one name the last, in the place of the first: so in Python too.
    private static func sole(_ members: [JSONObject.Member]) -> [(name: JSONString?, value: JSONValue)] {
        var places: [JSONString: Int] = [:]
        var result: [(name: JSONString?, value: JSONValue)] = []
        for member in members {
            if let place = places[member.name] {
                result[place].value = member.value
            } else {
                places[member.name] = result.count
                result.append((member.name, member.value))
            }
        }
        return result
    }

    private mutating func write(_ string: JSONString) -> Bool {
        output.append(UInt8(ascii: "\""))
        let bytes = string.wtf8
        var index = 0
        while index < bytes.count {
            let (scalar, length) = Self.scalar(bytes, index)
            index += length
            let isLone = (0xd800..<0xe000).contains(scalar)
            // Python cannot write it as UTF-8.
            if isLone, !style.isASCII, style.numbers == .python { return false }
            if JavaScriptEscape.isNeeded(for: scalar) || style.isASCII && scalar >= 0x7f {
                if scalar >= 0x10000 {
                    append(JavaScriptEscape.Text(0xd800 + (scalar - 0x10000) >> 10))
                    append(JavaScriptEscape.Text(0xdc00 + scalar & 0x3ff))
                } else {
                    append(JavaScriptEscape.Text(scalar))
                }
            } else {
                output.append(contentsOf: bytes[(index - length)..<index])
            }
        }
        output.append(UInt8(ascii: "\""))
        return true
    }

    private mutating func append(_ escape: JavaScriptEscape.Text) {
        for index in 0..<escape.count { output.append(escape.bytes[index]) }
    }

    /// The character at a place of WTF-8 that is known to be well-formed.
    private static func scalar(_ bytes: [UInt8], _ index: Int) -> (UInt32, length: Int) {
        let lead = bytes[index]
        let length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
        guard length > 1 else { return (UInt32(lead), 1) }
        var value = UInt32(lead) & (0x7f >> UInt32(length))
        for offset in 1..<length { value = value << 6 | UInt32(bytes[index + offset] & 0x3f) }
        return (value, length)
    }
}
