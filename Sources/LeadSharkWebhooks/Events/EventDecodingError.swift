/// Why a payload is not an event.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes are equal.
public struct EventDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case notJSON, wrongShape }
        private let base: Base

        /// The payload is not JSON, or goes beyond a limit of the parser.
        public static let notJSON = Self(base: .notJSON)
        /// The payload is JSON, but not an object with `event` (a string) and `data` (an object).
        public static let wrongShape = Self(base: .wrongShape)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// Where, what was expected and what was found; never a value of the payload.
    public let message: String

    init(_ code: Code, message: String) {
        self.code = code
        self.message = message
    }

    init(_ code: Code, path: StaticString, expected: String, found: String) {
        self.init(code, message: "\(path): expected \(expected), found \(found)")
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }

    /// Whether the codes are equal.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
