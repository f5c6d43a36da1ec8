#if Server
/// Why a text is not the URL of a webhook endpoint.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes are equal.
public struct EndpointURLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case malformed, missingScheme, unsupportedScheme, missingHost, userInfo, fragment
        }
        private let base: Base

        /// The text cannot be read as a URL.
        public static let malformed = Self(base: .malformed)
        /// There is no `https://` before the host.
        public static let missingScheme = Self(base: .missingScheme)
        /// The scheme is neither `http` nor `https`.
        public static let unsupportedScheme = Self(base: .unsupportedScheme)
        /// No host is named.
        public static let missingHost = Self(base: .missingHost)
        /// A user or a password is named.
        public static let userInfo = Self(base: .userInfo)
        /// There is something after a `#`, which is never sent.
        public static let fragment = Self(base: .fragment)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code

    init(_ code: Code) { self.code = code }

    /// What is wrong, in a clause.
    public var message: String {
        switch code {
        case .missingScheme: "the URL does not begin with https://"
        case .unsupportedScheme: "the URL is neither http nor https"
        case .missingHost: "the URL names no host"
        case .userInfo: "the URL holds a user or a password"
        case .fragment: "the URL has a part after #, which is never sent"
        default: "the text cannot be read as a URL"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch code {
        case .missingScheme, .unsupportedScheme, .missingHost:
            "write it as https://HOST/webhooks/leadshark"
        case .userInfo: "leave it out: the signature is what shows that a webhook is authentic"
        case .fragment: "leave it out"
        default: "look for blanks, line breaks and letters beyond ASCII (a host name may need its xn-- form)"
        }
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
#endif
