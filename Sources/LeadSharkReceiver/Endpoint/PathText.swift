#if Server
/// A path that somebody asked for, made fit for a log.
enum PathText {
    /// How much of a path is shown, in bytes.
    static let maximumByteCount = 100

    /// The path in a request's target: without its query, cut off, and with whatever is not visible ASCII written as
    /// `\xNN`. A backslash is written so too.
    static func of(target: String) -> String {
        var text = ""
        for byte in target.utf8.prefix(while: { $0 != UInt8(ascii: "?") }).prefix(maximumByteCount) {
            if (0x21...0x7e).contains(byte), byte != UInt8(ascii: "\\") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += byte < 0x10 ? "\\x0" : "\\x"
                text += String(byte, radix: 16)
            }
        }
        return text
    }
}
#endif
