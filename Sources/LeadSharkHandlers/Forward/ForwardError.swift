#if Server
/// Why events cannot be forwarded as the operator wrote it.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes are equal.
public struct ForwardError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case malformedURL, unsupportedScheme, userInfoInURL, reservedHeader, malformedHeader
        }
        private let base: Base

        /// The URL cannot be read, or names no host.
        public static let malformedURL = Self(base: .malformedURL)
        /// The URL is neither `http` nor `https`.
        public static let unsupportedScheme = Self(base: .unsupportedScheme)
        /// The URL holds a user or a password, which belong into a header.
        public static let userInfoInURL = Self(base: .userInfoInURL)
        /// An extra header has a name that the handler sets itself.
        public static let reservedHeader = Self(base: .reservedHeader)
        /// An extra header has a name or a value that HTTP does not allow.
        public static let malformedHeader = Self(base: .malformedHeader)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong, in a sentence. It repeats neither the URL nor a header's value.
    public let message: String

    init(_ code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }

    /// Whether the codes are equal.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
#endif
