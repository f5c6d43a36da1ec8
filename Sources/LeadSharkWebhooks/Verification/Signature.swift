/// A webhook's signature: 32 bytes, sent as 64 hexadecimal digits in `X-Webhook-Signature`.
///
/// It cannot be compared with `==`, since that would stop at the first difference; ``WebhookVerifier`` compares. Its
/// description is redacted; ``hexadecimal`` is for sending it.
public struct Signature: Sendable {
    let digest: Digest

    init(_ digest: Digest) { self.digest = digest }

    /// Reads the value of the signature header.
    ///
    /// Exactly 64 hexadecimal digits of either case, judged byte by byte. A prefix such as `sha256=`, a blank, a comma,
    /// a digit of another script: everything else is malformed, with one and the same error.
    ///
    /// - Throws: ``VerificationError/Code/missingSignature`` for `nil`, an empty or a blank value, otherwise
    ///   ``VerificationError/Code/malformedSignature``.
    public init(header value: String?) throws(VerificationError) {
        digest = try Self.digest(header: value)
    }

    /// The 32 bytes of a header's value. Unlike an initializer, a function borrows what it is given.
    static func digest(header value: String?) throws(VerificationError) -> Digest {
        guard let value else { throw VerificationError(.missingSignature) }
        let bytes = value.utf8.span
        if let digest = Hexadecimal.digest(bytes) { return digest }
        for index in bytes.indices where bytes[index] != 0x20 && bytes[index] != 0x09 {
            throw VerificationError(.malformedSignature)
        }
        throw VerificationError(.missingSignature)
    }

    /// The header's value as LeadShark sends it: 64 digits, lower case.
    public var hexadecimal: String { Hexadecimal.text(of: digest.bytes.span) }
}

extension Signature: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Says that there is a signature, never which.
    public var description: String { "Signature(redacted)" }
    /// As ``description``.
    public var debugDescription: String { description }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
