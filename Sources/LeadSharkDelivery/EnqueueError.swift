#if Server
/// Why an event was not stored. The sender has to be told to come again.
public struct EnqueueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case full, stopped, storeFailed, cancelled }
        private let base: Base

        /// As many events wait as ``DeliveryQueue/Limits`` allow.
        public static let full = Self(base: .full)
        /// The queue is not running any more.
        public static let stopped = Self(base: .stopped)
        /// The store could not commit.
        public static let storeFailed = Self(base: .storeFailed)
        /// The caller's task was cancelled while the event waited. The event may still be stored.
        public static let cancelled = Self(base: .cancelled)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong, for a log.
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
