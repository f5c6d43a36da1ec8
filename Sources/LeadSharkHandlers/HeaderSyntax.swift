#if Server
/// What may stand in an HTTP header.
enum HeaderSyntax {
    /// The longest token that is passed on, in bytes.
    static let maximumTokenLength = 128

    /// Whether a text is a token of RFC 9110 of bearable length: safe in a header and in a log line.
    static func isToken(_ text: String) -> Bool {
        (1...maximumTokenLength).contains(text.utf8.count) && text.utf8.allSatisfy(isTokenCharacter)
    }

    /// Whether a text is a header value: visible ASCII and blanks within.
    static func isValue(_ text: String) -> Bool {
        guard text.utf8.first != 0x20, text.utf8.last != 0x20 else { return false }
        return text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
#endif
