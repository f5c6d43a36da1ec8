#if Server
/// Why a store did not do what it was asked.
///
/// A store may throw other errors too. It should throw this one where it can, because the code tells the queue whether
/// it is worth while to try the events of a batch one by one.
public struct DeliveryStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case diskFull, inputOutput, busy, corrupt, rowRefused, readOnly, closed, failed, unavailable
        }
        private let base: Base

        /// There is no space left, on the disk or within the store's bounds.
        public static let diskFull = Self(base: .diskFull)
        /// The disk, or what stands for it, failed.
        public static let inputOutput = Self(base: .inputOutput)
        /// Somebody else has the store for longer than the store waits.
        public static let busy = Self(base: .busy)
        /// What is stored cannot be read.
        public static let corrupt = Self(base: .corrupt)
        /// One row of what was to be written cannot be stored; others may.
        public static let rowRefused = Self(base: .rowRefused)
        /// The store was opened for reading.
        public static let readOnly = Self(base: .readOnly)
        /// The store was closed.
        public static let closed = Self(base: .closed)
        /// The store failed in a way after which this process must not use it any more: queue and worker end. A new start may
        /// find it well.
        public static let failed = Self(base: .failed)
        /// The store cannot be reached, or fails otherwise.
        public static let unavailable = Self(base: .unavailable)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong, for a log; no personal data.
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
