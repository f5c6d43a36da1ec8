/// A kind of value that grows in one way only, to whatever size.
struct Shape: Sendable {
    let name: String
    /// A JSON value of about so many bytes.
    let value: @Sendable (Int) -> String

    /// An event whose `data` holds the value.
    func payload(byteCount count: Int) -> [UInt8] {
        let head = #"{"event":"dm.sent","data":{"lead":{"name":"x"},"value":"#
        return Array((head + value(count - head.utf8.count - 2) + "}}").utf8)
    }

    static let all = [
        Shape(name: "many members") { "{" + repeated(to: $0) { #""member\#($0)":\#($0)"# } + "}" },
        Shape(name: "members of one name") { "{" + repeated(to: $0) { _ in #""lead":1"# } + "}" },
        Shape(name: "numbers as names") { "{" + repeated(to: $0) { #""\#($0 &* 7_919 % 1_000_003)":0"# } + "}" },
        Shape(name: "names with escapes") { "{" + repeated(to: $0) { _ in #""\u006cead":1"# } + "}" },
        Shape(name: "deep arrays") { "[" + repeated(to: $0) { _ in nested("[", "]", depth: 400) } + "]" },
        Shape(name: "deep objects") { "[" + repeated(to: $0) { _ in nested(#"{"a":"#, "}", depth: 400) } + "]" },
        Shape(name: "a long string") { #"""# + String(repeating: "x", count: $0) + #"""# },
        Shape(name: "line breaks") { #"""# + String(repeating: #"\n"#, count: $0 / 2) + #"""# },
        Shape(name: "surrogate pairs") { #"""# + String(repeating: #"\ud83d\ude00"#, count: $0 / 12) + #"""# },
        Shape(name: "half surrogate pairs") { #"""# + String(repeating: #"\ud83d"#, count: $0 / 6) + #"""# },
        Shape(name: "beyond ASCII") { #"""# + String(repeating: "한é😀", count: $0 / 9) + #"""# },
        Shape(name: "a long number") { String(repeating: "7", count: $0) },
        Shape(name: "many numbers") { "[" + repeated(to: $0) { "\($0 % 10)" } + "]" },
        Shape(name: "empty arrays") { "[" + repeated(to: $0) { _ in "[]" } + "]" },
        Shape(name: "short strings") { "[" + repeated(to: $0) { _ in #""ab""# } + "]" },
        Shape(name: "blanks") { String(repeating: " \n\t ", count: $0 / 4) + "1" },
    ]

    /// Pieces with commas between them, as many as have room.
    private static func repeated(to count: Int, _ piece: (Int) -> String) -> String {
        var pieces: [String] = []
        var length = 0
        while length < count {
            pieces.append(piece(pieces.count))
            length += pieces[pieces.count - 1].utf8.count + 1
        }
        return pieces.joined(separator: ",")
    }

    /// One within the other.
    private static func nested(_ opening: String, _ closing: String, depth: Int) -> String {
        String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
    }
}
