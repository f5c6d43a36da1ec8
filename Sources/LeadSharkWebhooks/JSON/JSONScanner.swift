/// Checks a text against RFC 8259 and notes where its values stand. It keeps its own stack, so no input can exhaust the
/// thread's.
struct JSONScanner {
    private(set) var nodes: [JSONNode] = []

    private let limits: JSONLimits
    /// The node numbers of the arrays and objects that are open here, outermost first.
    private var open: [Int] = []
    private var position = 0

    init(limits: JSONLimits) {
        self.limits = limits
    }

    mutating func scan(_ text: Span<UInt8>) throws(JSONError) {
        guard text.count <= min(limits.maximumByteCount, 1 << 30) else {
            throw failure(.tooLarge, expected: "at most \(limits.maximumByteCount) bytes", found: "\(text.count)")
        }
        nodes.reserveCapacity(min(text.count / 8 + 1, 64))
        skipBlanks(text)
        repeat {
            try scanValue(text)
            try scanWhatFollows(text)
        } while !open.isEmpty
        guard position == text.count else {
            throw failure(.trailingContent, at: text, expected: "the end")
        }
    }

    // MARK: Structure

    /// Takes a scalar, an empty array or object, or the opening of another up to where its first value begins.
    private mutating func scanValue(_ text: Span<UInt8>) throws(JSONError) {
        while true {
            guard position < text.count else { throw failure(.unexpectedEnd, at: text, expected: "a value") }
            switch text[position] {
            case UInt8(ascii: "{"):
                try begin(.object)
                skipBlanks(text)
                if isNext(text, UInt8(ascii: "}")) { return end() }
                try scanName(text, expected: "a name or '}'")
            case UInt8(ascii: "["):
                try begin(.array)
                skipBlanks(text)
                if isNext(text, UInt8(ascii: "]")) { return end() }
            case UInt8(ascii: "\""):
                return try scanString(text)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                return try scanNumber(text)
            case UInt8(ascii: "t"):
                return try scanLiteral(text, "true", .true)
            case UInt8(ascii: "f"):
                return try scanLiteral(text, "false", .false)
            case UInt8(ascii: "n"):
                return try scanLiteral(text, "null", .null)
            default:
                throw failure(.unexpectedCharacter, at: text, expected: "a value")
            }
        }
    }

    /// After a value: closes what ends here, and goes on to where the next value begins.
    private mutating func scanWhatFollows(_ text: Span<UInt8>) throws(JSONError) {
        skipBlanks(text)
        while let container = open.last {
            let isObject = nodes[container].kind == .object
            guard position < text.count else {
                throw failure(.unexpectedEnd, at: text, expected: isObject ? "',' or '}'" : "',' or ']'")
            }
            switch text[position] {
            case UInt8(ascii: ","):
                position += 1
                skipBlanks(text)
                if isObject { try scanName(text, expected: "a name") }
                return
            case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
                end()
                skipBlanks(text)
            default:
                throw failure(.unexpectedCharacter, at: text, expected: isObject ? "',' or '}'" : "',' or ']'")
            }
        }
    }

    private mutating func scanName(_ text: Span<UInt8>, expected: String) throws(JSONError) {
        guard position < text.count else { throw failure(.unexpectedEnd, at: text, expected: expected) }
        guard text[position] == UInt8(ascii: "\"") else {
            throw failure(.unexpectedCharacter, at: text, expected: expected)
        }
        try scanString(text)
        skipBlanks(text)
        guard isNext(text, UInt8(ascii: ":")) else {
            throw failure(
                position < text.count ? .unexpectedCharacter : .unexpectedEnd, at: text, expected: "':'")
        }
        position += 1
        skipBlanks(text)
    }

    private mutating func begin(_ kind: JSONKind) throws(JSONError) {
        guard open.count < limits.maximumDepth else {
            throw failure(
                .tooDeep, expected: "at most \(limits.maximumDepth) levels",
                found: "another \(kind.phrase.dropFirst(3))")
        }
        open.append(nodes.count)
        append(kind, from: position, to: position)
        position += 1
    }

    /// Closes the innermost array or object at the bracket that stands here.
    private mutating func end() {
        position += 1
        let container = open.removeLast()
        nodes[container].end = UInt32(truncatingIfNeeded: position)
        nodes[container].next = UInt32(truncatingIfNeeded: nodes.count)
    }

    private mutating func append(_ kind: JSONKind, isEscaped: Bool = false, from start: Int, to end: Int) {
        nodes.append(
            JSONNode(
                kind: kind, isEscaped: isEscaped, start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end), next: UInt32(truncatingIfNeeded: nodes.count + 1)))
    }

    private mutating func skipBlanks(_ text: Span<UInt8>) {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position += 1
            default: return
            }
        }
    }

    private func isNext(_ text: Span<UInt8>, _ byte: UInt8) -> Bool {
        position < text.count && text[position] == byte
    }

    // MARK: Scalars

    private mutating func scanLiteral(
        _ text: Span<UInt8>, _ literal: StaticString, _ kind: JSONKind
    ) throws(JSONError) {
        let start = position
        for offset in 0..<literal.utf8CodeUnitCount {
            let expected = unsafe literal.utf8Start[offset]
            guard isNext(text, expected) else {
                throw failure(
                    position < text.count ? .unexpectedCharacter : .unexpectedEnd, at: text, expected: "\(literal)")
            }
            position += 1
        }
        append(kind, from: start, to: position)
    }

    private mutating func scanNumber(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        if text[position] == UInt8(ascii: "-") { position += 1 }
        if isNext(text, UInt8(ascii: "0")) {
            position += 1
        } else {
            try scanDigits(text)
        }
        if isNext(text, UInt8(ascii: ".")) {
            position += 1
            try scanDigits(text)
        }
        if isNext(text, UInt8(ascii: "e")) || isNext(text, UInt8(ascii: "E")) {
            position += 1
            if isNext(text, UInt8(ascii: "+")) || isNext(text, UInt8(ascii: "-")) { position += 1 }
            try scanDigits(text)
        }
        if position < text.count, text[position].isDigit || text[position] == UInt8(ascii: ".") {
            throw failure(.invalidNumber, at: text, expected: "the end of the number")
        }
        append(.number, from: start, to: position)
    }

    private mutating func scanDigits(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        while position < text.count, text[position].isDigit { position += 1 }
        guard position > start else { throw failure(.invalidNumber, at: text, expected: "a digit") }
    }

    /// Takes a string from its opening to its closing quotation mark.
    private mutating func scanString(_ text: Span<UInt8>) throws(JSONError) {
        position += 1
        let start = position
        var isEscaped = false
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                append(.string, isEscaped: isEscaped, from: start, to: position)
                position += 1
                return
            case UInt8(ascii: "\\"):
                isEscaped = true
                try scanEscape(text)
            case 0x00..<0x20:
                throw failure(.controlCharacter, at: text, expected: "an escape in place of a control character")
            case 0x20..<0x80:
                position += 1
            default:
                let length = UTF8Validation.sequenceLength(in: text, at: position)
                guard length > 0 else { throw failure(.invalidUTF8, at: text, expected: "UTF-8") }
                position += length
            }
        }
        throw failure(.unexpectedEnd, at: text, expected: "the end of the string")
    }

    private mutating func scanEscape(_ text: Span<UInt8>) throws(JSONError) {
        position += 1
        guard position < text.count else { throw failure(.unexpectedEnd, at: text, expected: "an escape") }
        switch text[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard position < text.count, text[position].isHexDigit else {
                    throw failure(
                        position < text.count ? .invalidEscape : .unexpectedEnd, at: text,
                        expected: "four hexadecimal digits")
                }
                position += 1
            }
        default:
            throw failure(.invalidEscape, at: text, expected: "an escape")
        }
    }

    // MARK: Errors

    private func failure(_ code: JSONError.Code, at text: Span<UInt8>, expected: String) -> JSONError {
        let found = position < text.count ? JSONError.phrase(for: text[position]) : "the end"
        let names = open.indices.map { name(of: $0, in: text) }
        return JSONError(
            code: code, offset: position, path: JSONPath.text(names), expected: expected, found: found)
    }

    /// A failure that is about a limit, not about what stands here.
    private func failure(_ code: JSONError.Code, expected: String, found: String) -> JSONError {
        JSONError(code: code, offset: position, path: "$", expected: expected, found: found)
    }

    /// What the open array or object at `level` is working on: a member's name, or an element's number.
    private func name(of level: Int, in text: Span<UInt8>) -> JSONPath.Step {
        let container = open[level]
        let child = level + 1 < open.count ? open[level + 1] : nodes.count - 1
        guard child > container else { return .inside }
        switch nodes[container].kind {
        case .object:
            // The name stands before the child, unless the child is the name.
            let name = level + 1 < open.count ? child - 1 : lastName(of: container)
            return name.map { .member(bytes: nodes[$0].bytes(in: text)) } ?? .inside
        default:
            return .element
        }
    }

    /// The number of the node that holds the last name of an object.
    private func lastName(of container: Int) -> Int? {
        var name: Int?
        var index = container + 1
        while index < nodes.count {
            name = index
            guard index + 1 < nodes.count else { break }
            index = Int(nodes[index + 1].next)
        }
        return name
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isHexDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }
}

extension JSONNode {
    fileprivate func bytes(in text: Span<UInt8>) -> [UInt8] {
        (Int(start)..<Int(end)).map { text[$0] }
    }
}
