/// Checks a text against RFC 8259 and notes where its values stand. One loop without recursion, so no input can exhaust the
/// thread's stack.
enum JSONScanner {
    /// Scans a whole text.
    static func nodes(of text: Span<UInt8>, limits: JSONLimits) throws(JSONError) -> JSONNodes {
        guard text.count <= min(limits.maximumByteCount, 1 << 30) else {
            throw JSONError(
                code: .tooLarge, offset: 0, path: "$", expected: "at most \(limits.maximumByteCount) bytes",
                found: "\(text.count)")
        }
        var nodes = JSONNodes()
        var container = JSONContainer()
        do throws(JSONMisfit) {
            try scan(text, maximumDepth: limits.maximumDepth, &container, &nodes)
        } catch {
            throw JSONError(error, in: text, at: container, nodes, limits)
        }
        return nodes
    }

    private static func scan(
        _ text: Span<UInt8>, maximumDepth: Int, _ container: inout JSONContainer, _ nodes: inout JSONNodes
    ) throws(JSONMisfit) {
        var position = JSONLexer.blanks(text, 0)
        while true {
            // Here a value is due, or in an object a name.
            if container.isObject { position = try scanName(text, position, container, &nodes) }
            guard position < text.count else { throw JSONMisfit(.unexpectedEnd, at: position, expected: "a value") }
            let byte = unsafe text[unchecked: position]
            switch byte {
            case UInt8(ascii: "\""):
                position = try scanString(text, position, &nodes)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard container.depth < maximumDepth else { throw JSONMisfit(.tooDeep, at: position, expected: "") }
                container.open(isObject: byte == UInt8(ascii: "{"), at: position, &nodes)
                position = JSONLexer.blanks(text, position &+ 1)
                guard JSONLexer.isNext(text, position, container.closingBracket) else { continue }
                position &+= 1
                container.close(at: position, &nodes)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                position = scalar(.number, position, try JSONLexer.number(text, position), &nodes)
            case UInt8(ascii: "t"):
                position = scalar(.true, position, try JSONLexer.literal(text, position, "true"), &nodes)
            case UInt8(ascii: "f"):
                position = scalar(.false, position, try JSONLexer.literal(text, position, "false"), &nodes)
            case UInt8(ascii: "n"):
                position = scalar(.null, position, try JSONLexer.literal(text, position, "null"), &nodes)
            default:
                throw JSONMisfit(.unexpectedCharacter, at: position, expected: "a value")
            }
            // After a value: closes what ends here, and goes on to where the next value begins.
            while true {
                position = JSONLexer.blanks(text, position)
                guard !container.isNone else {
                    guard position == text.count else {
                        throw JSONMisfit(.trailingContent, at: position, expected: "the end")
                    }
                    return
                }
                guard position < text.count else {
                    throw JSONMisfit(.unexpectedEnd, at: position, expected: container.whatFollows)
                }
                let byte = unsafe text[unchecked: position]
                if byte == UInt8(ascii: ",") {
                    position = JSONLexer.blanks(text, position &+ 1)
                    break
                }
                guard byte == container.closingBracket else {
                    throw JSONMisfit(.unexpectedCharacter, at: position, expected: container.whatFollows)
                }
                position &+= 1
                container.close(at: position, &nodes)
            }
        }
    }

    /// Takes a member's name, up to where its value begins.
    @inline(__always)
    private static func scanName(
        _ text: Span<UInt8>, _ start: Int, _ container: JSONContainer, _ nodes: inout JSONNodes
    ) throws(JSONMisfit) -> Int {
        guard JSONLexer.isNext(text, start, UInt8(ascii: "\"")) else {
            let isFirst = nodes.count == Int(container.index) + 1
            throw JSONMisfit(
                start < text.count ? .unexpectedCharacter : .unexpectedEnd, at: start,
                expected: isFirst ? "a name or '}'" : "a name")
        }
        let position = JSONLexer.blanks(text, try scanString(text, start, &nodes))
        guard JSONLexer.isNext(text, position, UInt8(ascii: ":")) else {
            throw JSONMisfit(
                position < text.count ? .unexpectedCharacter : .unexpectedEnd, at: position, expected: "':'")
        }
        return JSONLexer.blanks(text, position &+ 1)
    }

    /// Takes a string from its opening quotation mark on.
    @inline(__always)
    private static func scanString(
        _ text: Span<UInt8>, _ position: Int, _ nodes: inout JSONNodes
    ) throws(JSONMisfit) -> Int {
        let start = position &+ 1
        var string = JSONLexer.ScannedString(end: JSONLexer.plainBytes(text, start))
        if !JSONLexer.isNext(text, string.end, UInt8(ascii: "\"")) {
            string = try JSONLexer.restOfString(text, from: string.end)
        }
        nodes.append(
            JSONNode(
                kind: .string, isEscaped: string.isEscaped, isASCII: string.isASCII,
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: string.end),
                next: UInt32(truncatingIfNeeded: nodes.count &+ 1)))
        return string.end &+ 1
    }

    /// Notes a scalar, and goes on at its end.
    @inline(__always)
    private static func scalar(_ kind: JSONKind, _ start: Int, _ end: Int, _ nodes: inout JSONNodes) -> Int {
        nodes.append(
            JSONNode(
                kind: kind, isEscaped: false, isASCII: true, start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end), next: UInt32(truncatingIfNeeded: nodes.count &+ 1)))
        return end
    }
}

extension JSONError {
    /// Says where in the structure a misfit is.
    fileprivate init(
        _ misfit: JSONMisfit, in text: Span<UInt8>, at container: JSONContainer, _ nodes: borrowing JSONNodes,
        _ limits: JSONLimits
    ) {
        let position = misfit.offset
        if misfit.code == .tooDeep {
            let found = text[position] == UInt8(ascii: "{") ? "object" : "array"
            self.init(
                code: .tooDeep, offset: position, path: "$", expected: "at most \(limits.maximumDepth) levels",
                found: "another \(found)")
            return
        }
        let path = JSONPath.text(JSONPath.steps(to: container.allOpen(in: nodes), in: nodes, of: text))
        let found = position < text.count ? JSONError.phrase(for: text[position]) : "the end"
        self.init(code: misfit.code, offset: position, path: path, expected: "\(misfit.expected)", found: found)
    }
}
