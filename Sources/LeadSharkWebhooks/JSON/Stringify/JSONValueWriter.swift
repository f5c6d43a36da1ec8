/// Writes a tree of values as `JSON.stringify` in JavaScript would. It keeps its own stack, so no tree can exhaust the
/// thread's.
struct JSONValueWriter {
    private let maximumByteCount: Int
    private var output: [UInt8] = []
    /// The arrays and objects that are open here, outermost first.
    private var open: [Frame] = []
    private var glance = NameGlance()
    private var order = MemberOrder()

    private struct Frame {
        enum Container {
            case array([JSONValue])
            case object([JSONObject.Member])
            /// The members, and which of them to list.
            case reordered([JSONObject.Member], [Int])
        }

        let container: Container
        var next = 0
    }

    /// The text of a value.
    ///
    /// - Throws: ``JSONError/Code/outputTooLarge``.
    static func text(of value: JSONValue, maximumByteCount: Int) throws(JSONError) -> [UInt8] {
        var writer = JSONValueWriter(maximumByteCount: maximumByteCount)
        writer.output.reserveCapacity(min(maximumByteCount, 512))
        try writer.run(value)
        return writer.output
    }

    private init(maximumByteCount: Int) {
        self.maximumByteCount = maximumByteCount
    }

    private mutating func run(_ value: JSONValue) throws(JSONError) {
        write(value)
        while let last = open.indices.last {
            guard output.count <= maximumByteCount else { break }
            let next = open[last].next
            open[last].next += 1
            switch open[last].container {
            case .array(let elements):
                guard begin(next, of: elements.count, closing: UInt8(ascii: "]")) else { continue }
                write(elements[next])
            case .object(let members):
                guard begin(next, of: members.count, closing: UInt8(ascii: "}")) else { continue }
                write(members[next])
            case .reordered(let members, let listed):
                guard begin(next, of: listed.count, closing: UInt8(ascii: "}")) else { continue }
                write(members[listed[next]])
            }
        }
        guard output.count <= maximumByteCount else { throw .outputTooLarge(maximumByteCount) }
    }

    /// Before the next element or member: writes the comma, or the bracket that closes when there is no other.
    private mutating func begin(_ next: Int, of count: Int, closing bracket: UInt8) -> Bool {
        guard next < count else {
            output.append(bracket)
            open.removeLast()
            return false
        }
        if next > 0 { output.append(UInt8(ascii: ",")) }
        return true
    }

    private mutating func write(_ member: JSONObject.Member) {
        write(member.name)
        output.append(UInt8(ascii: ":"))
        write(member.value)
    }

    private mutating func write(_ value: JSONValue) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): write(number)
        case .string(let string): write(string)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            open.append(Frame(container: .array(elements)))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            open.append(Frame(container: container(of: object.members)))
        }
    }

    private mutating func container(of members: [JSONObject.Member]) -> Frame.Container {
        glance.begin()
        if members.allSatisfy({ glance.append($0.name.wtf8.span) }) { return .object(members) }
        order.begin()
        for member in members { order.append(member.name.wtf8.span) }
        return .reordered(members, order.members())
    }

    private mutating func write(_ number: JSONNumber) {
        var text = number.text
        text.makeContiguousUTF8()
        let printed = JavaScriptNumber(parsing: text.utf8.span)
        append(printed.bytes.span.extracting(first: printed.count))
    }

    private mutating func write(_ string: JSONString) {
        let bytes = string.wtf8.span
        output.append(UInt8(ascii: "\""))
        var copied = 0
        var position = 0
        while position < bytes.count {
            if position & 7 == 0, position + 8 <= bytes.count,
                !JavaScriptEscape.mayBeNeeded(in: bytes.word(at: position))
            {
                position += 8
                continue
            }
            let byte = bytes[position]
            // UTF-8 has no sequence that begins like this; in WTF-8 it is a surrogate, three bytes long.
            let isSurrogate = byte == 0xed && bytes[position + 1] >= 0xa0
            guard isSurrogate || byte < 0x80 && JavaScriptEscape.isNeeded(for: UInt32(byte)) else {
                position += 1
                continue
            }
            append(bytes.extracting(copied..<position))
            let unit =
                isSurrogate
                ? 0xd000 | UInt32(bytes[position + 1] & 0x3f) << 6 | UInt32(bytes[position + 2] & 0x3f) : UInt32(byte)
            let escape = JavaScriptEscape.Text(unit)
            append(escape.bytes.span.extracting(first: escape.count))
            position += isSurrogate ? 3 : 1
            copied = position
        }
        append(bytes.extracting(copied..<bytes.count))
        output.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
    }
}

extension Span<UInt8> {
    fileprivate func word(at position: Int) -> UInt64 {
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
    }
}
