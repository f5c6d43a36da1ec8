/// Why a text cannot be a signing secret.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes are equal.
public struct SigningSecretError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case empty, blank, tooLong }
        private let base: Base

        /// The secret has no bytes: anybody could sign with it.
        public static let empty = Self(base: .empty)
        /// The secret holds nothing but blanks and line breaks.
        public static let blank = Self(base: .blank)
        /// The secret is longer than ``SigningSecret/maximumByteCount``.
        public static let tooLong = Self(base: .tooLong)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code

    init(_ code: Code) { self.code = code }

    /// What is wrong, in a sentence that holds nothing of the secret.
    public var description: String {
        switch code {
        case .empty: "the signing secret is empty"
        case .blank: "the signing secret holds nothing but blanks"
        default: "the signing secret is longer than \(SigningSecret.maximumByteCount) bytes"
        }
    }
}
