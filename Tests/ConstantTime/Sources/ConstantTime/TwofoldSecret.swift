import LeadSharkWebhooks
import Marks

/// A secret in two values: an open one to make signatures with, and one whose bytes, and all that was ever computed from
/// them, are hidden.
struct TwofoldSecret {
    let open: SigningSecret
    let hidden: SigningSecret

    /// Makes both.
    ///
    /// A `SigningSecret` is made once, by its owner, and looks at the bytes for anything but blanks, up to the first one that
    /// is none. That is no secret, so meanwhile nothing is reported. With `firstIsKnown` the first byte alone is not hidden;
    /// then there is nothing to overlook, and everything is reported.
    init(_ bytes: [UInt8], firstIsKnown: Bool = false) throws {
        open = try SigningSecret(utf8: bytes.span)
        var copy = bytes
        copy.withUnsafeMutableBytes { buffer in
            let hidden = UnsafeMutableRawBufferPointer(rebasing: buffer[(firstIsKnown ? 1 : 0)...])
            marks_hide(hidden.baseAddress, hidden.count)
        }
        marks_report(firstIsKnown)
        defer { marks_report(true) }
        hidden = try SigningSecret(utf8: copy.span)
    }

    /// A secret of so many bytes, none of them a blank.
    init(byteCount count: Int, seed: UInt8, firstIsKnown: Bool = false) throws {
        try self.init(
            (0..<count).map { 0x21 + (UInt8(truncatingIfNeeded: $0 &* 37) &+ seed) % 94 }, firstIsKnown: firstIsKnown)
    }
}
