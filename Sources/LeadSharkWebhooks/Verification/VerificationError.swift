/// The reason a webhook was not accepted.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes are equal. Whatever the code, answer
/// the sender alike: to tell it why helps only somebody who probes.
public struct VerificationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case missingSignature, malformedSignature, conflictingSignatures, signatureMismatch, hmacUnavailable
        }
        private let base: Base

        /// There is no signature header, or it is blank.
        public static let missingSignature = Self(base: .missingSignature)
        /// The signature header is not 64 hexadecimal digits.
        public static let malformedSignature = Self(base: .malformedSignature)
        /// There are several signature headers, and they differ.
        public static let conflictingSignatures = Self(base: .conflictingSignatures)
        /// The signature was not made over these bytes with any secret that is accepted.
        public static let signatureMismatch = Self(base: .signatureMismatch)
        /// No provider of libcrypto offers HMAC-SHA-256. Only with ``HMACImplementation/provider``; it is our own
        /// trouble, not the sender's.
        public static let hmacUnavailable = Self(base: .hmacUnavailable)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code

    init(_ code: Code) { self.code = code }

    /// What is wrong, in a sentence for a log. It holds nothing of the signature, the secret or the payload.
    public var message: String {
        switch code {
        case .missingSignature: "the request has no \(WebhookHeaders.signature) header"
        case .malformedSignature: "the \(WebhookHeaders.signature) header is not 64 hexadecimal digits"
        case .conflictingSignatures: "the request has several \(WebhookHeaders.signature) headers that differ"
        case .signatureMismatch: "the signature does not fit the body with any accepted secret"
        default: "libcrypto offers no HMAC-SHA-256 with the configured providers"
        }
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
