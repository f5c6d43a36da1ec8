#if Server
/// Why an engine cannot be put together.
public struct DeliveryEngineError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case duplicateHandler }
        private let base: Base

        /// Two handlers have one name, so their deliveries could not be told apart.
        public static let duplicateHandler = Self(base: .duplicateHandler)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong, for people.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, message: String) {
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
