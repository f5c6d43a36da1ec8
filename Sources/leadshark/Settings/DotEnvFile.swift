#if Server
/// A `.env` file: lines of `NAME=value`, read so that nobody can be surprised.
///
/// | form | meaning |
/// |---|---|
/// | `NAME=value` | the value as it stands; no blanks, quotes, `#`, `$`, backslash or backtick in it |
/// | `NAME='value'` | the value as it stands |
/// | `NAME="value"` | the value after `\\`, `\"`, `\$`, `` \` ``, `\n`, `\r` and `\t` were replaced |
/// | `export NAME=…` | the same as without `export` |
/// | `# …`, blank lines | nothing |
///
/// Programs disagree about everything else (is `a # b` a comment? is `$X` replaced?), so everything else is an error
/// with its line.
struct DotEnvFile: Sendable {
    /// A variable and where it stands.
    struct Entry: Hashable, Sendable {
        let value: String
        let line: Int
    }

    /// The largest file that is read, in bytes.
    static let maximumByteCount = 1 << 16

    /// The variables by name.
    let entries: [String: Entry]

    /// Reads the text of a file.
    init(parsing bytes: [UInt8]) throws(DotEnvError) {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
            throw DotEnvError(line: 1, reason: "begins with a byte order mark; save the file as UTF-8 without one")
        }
        var entries: [String: Entry] = [:]
        var number = 0
        for var line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
            number += 1
            if line.last == 0x0d { line.removeLast() }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw DotEnvError(line: number, reason: "is not UTF-8")
            }
            guard let (name, value) = try DotEnvLine(Array(text.unicodeScalars), number: number).parse() else {
                continue
            }
            if let earlier = entries[name] {
                throw DotEnvError(line: number, reason: "sets \(name) again, after line \(earlier.line)")
            }
            entries[name] = Entry(value: value, line: number)
        }
        self.entries = entries
    }
}

/// Why a `.env` file was refused. Never holds a value.
struct DotEnvError: Error, Hashable {
    /// The line, counted from 1.
    let line: Int
    /// What the line does, as the rest of a sentence that begins with it.
    let reason: String
}
#endif
