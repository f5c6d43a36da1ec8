#if Server
/// Why a receiver does not run.
///
/// Compare ``code`` to decide what to do. Two errors are equal when their codes are equal.
public struct ReceiverError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case noWebhook, duplicateWebhook, invalidLimit, addressInUse, addressNotAvailable, permissionDenied
            case listenFailed, controlSocketInUse, controlSocketFailed
        }
        private let base: Base

        /// The configuration names no webhook, so nothing could ever arrive.
        public static let noWebhook = Self(base: .noWebhook)
        /// Two webhooks have one name.
        public static let duplicateWebhook = Self(base: .duplicateWebhook)
        /// A limit is zero or negative, or a deadline longer than LeadShark waits.
        public static let invalidLimit = Self(base: .invalidLimit)
        /// Another program listens there.
        public static let addressInUse = Self(base: .addressInUse)
        /// The host is no address of this machine, or a name that does not resolve.
        public static let addressNotAvailable = Self(base: .addressNotAvailable)
        /// This user may not listen there.
        public static let permissionDenied = Self(base: .permissionDenied)
        /// The system refused for another reason, or the listener ended by itself.
        public static let listenFailed = Self(base: .listenFailed)
        /// Another receiver listens on the control socket.
        public static let controlSocketInUse = Self(base: .controlSocketInUse)
        /// The control socket could not be made.
        public static let controlSocketFailed = Self(base: .controlSocketFailed)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong, in a sentence that names the place.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }

    /// Whether the codes are equal.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
#endif
