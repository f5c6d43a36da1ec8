/// The secret that LeadShark made for one webhook and shows in its dashboard.
///
/// The key is the secret's characters as UTF-8, always: a secret that looks like hexadecimal or base64 is not
/// decoded, and nothing is trimmed. The bytes are held once, overwritten when the last copy of this value goes, and
/// redacted in every description, dump and mirror. The value is never `Codable`.
///
/// The `String` that a secret was made from is the caller's; Swift offers no way to overwrite that one.
public struct SigningSecret: Sendable {
    /// The largest secret accepted, in bytes. LeadShark's are far shorter.
    public static let maximumByteCount = 4096

    let key: HMACKey

    /// Makes a secret from the text that LeadShark's dashboard shows.
    ///
    /// - Throws: ``SigningSecretError`` when the text is empty (anybody could sign with it), holds nothing but blanks,
    ///   or is longer than ``maximumByteCount``.
    public init(_ text: String) throws(SigningSecretError) {
        var text = text
        text.makeContiguousUTF8()
        try self.init(utf8: text.utf8.span)
    }

    /// Makes a secret from its UTF-8 bytes, for callers that never want it in a `String`.
    ///
    /// - Throws: ``SigningSecretError``, as ``init(_:)``.
    public init(utf8 bytes: Span<UInt8>) throws(SigningSecretError) {
        guard !bytes.isEmpty else { throw SigningSecretError(.empty) }
        guard bytes.count <= Self.maximumByteCount else { throw SigningSecretError(.tooLong) }
        var index = 0
        while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
        guard index < bytes.count else { throw SigningSecretError(.blank) }
        key = HMACKey(SecretBytes(copying: bytes))
    }

    /// Whether the secret begins or ends with a blank or a line break, which is what a careless paste leaves.
    /// Such a secret is used as it is, but is worth a warning that names where it came from.
    public var hasSurroundingBlanks: Bool {
        Self.isBlank(key.secret[0]) || Self.isBlank(key.secret[key.secret.count - 1])
    }

    /// The signature that LeadShark would send for `body`: what a test, or a tool that acts as LeadShark, needs.
    public func signature(for body: Span<UInt8>) -> Signature {
        Signature(key.authenticate(body))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }
}

extension SigningSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says that there is a secret, never which.
    public var description: String { "SigningSecret(redacted)" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
