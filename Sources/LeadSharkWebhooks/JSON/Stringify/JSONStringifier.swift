/// Rewrites a checked text as `JSON.stringify(JSON.parse(text))` in JavaScript would, without building its tree. It keeps
/// its own stack, so no input can exhaust the thread's.
struct JSONStringifier: ~Copyable {
    private let nodes: JSONNodes
    private let maximumByteCount: Int
    private var result = RewrittenText()
    /// The arrays and objects that are open here, outermost first.
    private var open: [Frame] = []
    /// The members still to be listed of those open objects that are listed in another order than the text's: the numbers
    /// of their names' nodes.
    private var reordered: [Int] = []
    /// The names' nodes of the object that is being reordered.
    private var names: [Int] = []
    private var glance = NameGlance()
    private var order = MemberOrder()

    private struct Frame {
        let isObject: Bool
        /// The number of the node after this one and all that it contains.
        let end: Int
        /// The node of the next element or name; in an object that is listed in another order, the place of the next name
        /// in `reordered`.
        var next: Int
        var isFirst = true
        /// Where the members begin in `reordered`, in an object that is listed in another order.
        var reorderedFrom: Int?
    }

    /// The text, or `nil` when it is `text` itself.
    ///
    /// - Throws: ``JSONError`` when `text` is not JSON or goes beyond a limit.
    static func rewrite(_ text: Span<UInt8>, limits: JSONLimits) throws(JSONError) -> [UInt8]? {
        let nodes = try JSONScanner.nodes(of: text, limits: limits)
        var stringifier = JSONStringifier(nodes: nodes, maximumByteCount: limits.maximumOutputByteCount)
        return try stringifier.run(text)
    }

    private init(nodes: consuming JSONNodes, maximumByteCount: Int) {
        self.nodes = nodes
        self.maximumByteCount = maximumByteCount
    }

    private mutating func run(_ text: Span<UInt8>) throws(JSONError) -> [UInt8]? {
        open.reserveCapacity(8)
        writeValue(0, text)
        while let last = open.indices.last {
            guard result.count <= maximumByteCount else { break }
            let isObject = open[last].isObject
            guard let child = nextChild(of: last) else {
                result.put(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"), text)
                close()
                continue
            }
            if open[last].isFirst {
                open[last].isFirst = false
            } else {
                result.put(UInt8(ascii: ","), text)
            }
            if isObject {
                writeString(child, text)
                result.put(UInt8(ascii: ":"), text)
            }
            writeValue(isObject ? child + 1 : child, text)
        }
        guard result.count <= maximumByteCount else { throw .outputTooLarge(maximumByteCount) }
        return result.finish(text)
    }

    // MARK: Arrays and objects

    /// The node of the next element, or of the next member's name.
    private mutating func nextChild(of last: Int) -> Int? {
        let next = open[last].next
        guard open[last].reorderedFrom == nil else {
            guard next < reordered.count else { return nil }
            open[last].next += 1
            return reordered[next]
        }
        guard next < open[last].end else { return nil }
        open[last].next = Int(nodes[open[last].isObject ? next + 1 : next].next)
        return next
    }

    private mutating func close() {
        guard let frame = open.popLast(), let start = frame.reorderedFrom else { return }
        reordered.removeSubrange(start...)
    }

    private mutating func begin(_ index: Int, _ text: Span<UInt8>) {
        let node = nodes[index]
        var frame = Frame(isObject: node.kind == .object, end: Int(node.next), next: index + 1)
        if frame.isObject && !isInOrder(from: index + 1, to: frame.end, text) {
            frame.reorderedFrom = reordered.count
            frame.next = reordered.count
            reorder(from: index + 1, to: frame.end, text)
        }
        open.append(frame)
    }

    /// Whether JavaScript lists an object's members as they stand, as far as a glance can tell.
    private mutating func isInOrder(from start: Int, to end: Int, _ text: Span<UInt8>) -> Bool {
        glance.begin()
        var name = start
        while name < end {
            if nodes[name].isEscaped || !glance.append(text.extracting(nodes[name].range)) { return false }
            name = Int(nodes[name + 1].next)
        }
        return true
    }

    private mutating func reorder(from start: Int, to end: Int, _ text: Span<UInt8>) {
        names.removeAll(keepingCapacity: true)
        names.reserveCapacity(8)
        order.begin()
        var name = start
        while name < end {
            names.append(name)
            let bytes = text.extracting(nodes[name].range)
            if nodes[name].isEscaped { order.append(escaped: bytes) } else { order.append(bytes) }
            name = Int(nodes[name + 1].next)
        }
        let members = order.members()
        if reordered.isEmpty { reordered.reserveCapacity(members.count) }
        for member in members { reordered.append(names[member]) }
    }

    // MARK: Values

    private mutating func writeValue(_ index: Int, _ text: Span<UInt8>) {
        let node = nodes[index]
        switch node.kind {
        case .array, .object:
            result.copy(node.range.lowerBound..<node.range.lowerBound + 1, of: text)
            begin(index, text)
        case .string: writeString(index, text)
        case .number: writeNumber(node, text)
        case .null, .true, .false: result.copy(node.range, of: text)
        }
    }

    private mutating func writeNumber(_ node: JSONNode, _ text: Span<UInt8>) {
        let original = text.extracting(node.range)
        guard !JavaScriptNumber.isPlain(original) else { return result.copy(node.range, of: text) }
        result.copy(node.range.lowerBound..<node.range.lowerBound, of: text)
        let number = JavaScriptNumber(parsing: original)
        result.put(number.bytes.span.extracting(first: number.count), text)
    }

    private mutating func writeString(_ index: Int, _ text: Span<UInt8>) {
        let range = nodes[index].range
        guard nodes[index].isEscaped else {
            return result.copy(range.lowerBound - 1..<range.upperBound + 1, of: text)
        }
        var copied = range.lowerBound - 1
        var position = range.lowerBound
        while position < range.upperBound {
            guard text[position] == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            // Of the short escapes JavaScript writes all but one.
            let letter = text[position + 1]
            guard letter == UInt8(ascii: "u") || letter == UInt8(ascii: "/") else {
                position += 2
                continue
            }
            result.copy(copied..<position, of: text)
            writeCharacter(JavaScriptEscape.decode(text.extracting(first: range.upperBound), at: &position), text)
            copied = position
        }
        result.copy(copied..<range.upperBound + 1, of: text)
    }

    private mutating func writeCharacter(_ scalar: UInt32, _ text: Span<UInt8>) {
        if JavaScriptEscape.isNeeded(for: scalar) {
            let escape = JavaScriptEscape.Text(scalar)
            result.put(escape.bytes.span.extracting(first: escape.count), text)
        } else {
            let bytes = ScalarBytes(scalar)
            result.put(bytes.bytes.span.extracting(first: bytes.count), text)
        }
    }
}

extension JSONError {
    static func outputTooLarge(_ limit: Int) -> JSONError {
        JSONError(code: .outputTooLarge, offset: 0, path: "$", expected: "at most \(limit) bytes", found: "more")
    }
}
