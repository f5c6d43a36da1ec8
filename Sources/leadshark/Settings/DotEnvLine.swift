#if Server
/// One line of a ``DotEnvFile``.
struct DotEnvLine {
    private let scalars: [Unicode.Scalar]
    private let number: Int
    private var index = 0

    init(_ scalars: [Unicode.Scalar], number: Int) {
        self.scalars = scalars
        self.number = number
    }

    /// - Returns: `nil` for a blank line or a comment.
    consuming func parse() throws(DotEnvError) -> (name: String, value: String)? {
        skipBlanks()
        if scalars.contains("\0") { throw refusal("holds a NUL byte") }
        if scalars.contains("\r") { throw refusal("holds a carriage return that does not end the line") }
        guard let first = peek, first != "#" else { return nil }
        let name = try parseName()
        let value = try parseValue(of: name)
        return (name, value)
    }

    private mutating func parseName() throws(DotEnvError) -> String {
        var name = takeName()
        if name == "export", Self.isBlank(peek) {
            skipBlanks()
            name = takeName()
        }
        if Self.isBlank(peek) {
            skipBlanks()
            guard peek == "=" else { throw refusal("is neither NAME=value nor a comment") }
            throw refusal("has a blank before the =; write NAME=value without blanks")
        }
        guard peek == "=" else { throw refusal("does not begin with a name (letters, digits, _) and =") }
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else {
            throw refusal("has no valid name before the =")
        }
        index += 1
        return name
    }

    private mutating func takeName() -> String {
        var name = ""
        while let scalar = peek, Self.isNamePart(scalar) {
            name.unicodeScalars.append(scalar)
            index += 1
        }
        return name
    }

    private mutating func parseValue(of name: String) throws(DotEnvError) -> String {
        switch peek {
        case nil: return ""
        case "'": return try parseQuoted(name, quote: "'")
        case "\"": return try parseQuoted(name, quote: "\"")
        case let first where Self.isBlank(first):
            throw refusal("has a blank after the = of \(name); remove it, or quote the value")
        default: return try parseBare(name)
        }
    }

    private mutating func parseBare(_ name: String) throws(DotEnvError) -> String {
        var value = ""
        while let scalar = peek {
            switch scalar {
            case let blank where Self.isBlank(blank):
                throw refusal("has a blank in or after the value of \(name); put the value in single quotes")
            case "#":
                throw refusal(
                    "has a # in the value of \(name), which some programs take for a comment; "
                        + "put the value in single quotes, and comments on lines of their own")
            case "$", "`", "\\", "'", "\"":
                throw refusal("has a \(scalar) in the value of \(name); put the value in single quotes")
            default: value.unicodeScalars.append(scalar)
            }
            index += 1
        }
        return value
    }

    private mutating func parseQuoted(_ name: String, quote: Unicode.Scalar) throws(DotEnvError) -> String {
        var value = ""
        index += 1
        while let scalar = peek {
            index += 1
            if scalar == quote {
                try parseAfterQuote(name)
                return value
            }
            if quote == "\"" {
                switch scalar {
                case "\\":
                    value.unicodeScalars.append(try parseEscape(name))
                    continue
                case "$", "`":
                    throw refusal(
                        "has a \(scalar) in the double quotes of \(name), which a shell would replace; "
                            + "write \\\(scalar), or use single quotes")
                default: break
                }
            }
            value.unicodeScalars.append(scalar)
        }
        throw refusal("has a quote after \(name)= that is not closed on the same line")
    }

    private mutating func parseEscape(_ name: String) throws(DotEnvError) -> Unicode.Scalar {
        defer { index += 1 }
        switch peek {
        case "\\": return "\\"
        case "\"": return "\""
        case "$": return "$"
        case "`": return "`"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        default:
            throw refusal(
                "has a backslash in the double quotes of \(name) that is none of \\\\ \\\" \\$ \\` \\n \\r \\t")
        }
    }

    private mutating func parseAfterQuote(_ name: String) throws(DotEnvError) {
        guard peek != nil else { return }
        guard Self.isBlank(peek) else { throw refusal("goes on after the closing quote of \(name)") }
        skipBlanks()
        guard peek == nil || peek == "#" else { throw refusal("goes on after the closing quote of \(name)") }
    }

    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func skipBlanks() { while Self.isBlank(peek) { index += 1 } }

    private func refusal(_ reason: String) -> DotEnvError { DotEnvError(line: number, reason: reason) }

    private static func isBlank(_ scalar: Unicode.Scalar?) -> Bool {
        scalar == " " || scalar == "\t" || (scalar?.properties.isWhitespace ?? false)
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
            || scalar == "_"
    }
}

extension DotEnvLine {
    /// Writes a value so that ``DotEnvFile`` reads back the same; `nil` when it holds a NUL, which no variable can.
    ///
    /// Single quotes where they can be, since every program and shell reads those alike.
    static func quote(_ value: String) -> String? {
        let scalars = value.unicodeScalars
        guard !scalars.contains("\0") else { return nil }
        if !scalars.contains(where: { $0 == "'" || $0 == "\n" || $0 == "\r" }) { return "'\(value)'" }
        var result = "\""
        for scalar in scalars {
            switch scalar {
            case "\\", "\"", "$", "`":
                result.unicodeScalars.append("\\")
                result.unicodeScalars.append(scalar)
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
        return result
    }
}
#endif
