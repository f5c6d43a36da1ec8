#if Postgres
/// Why a store on PostgreSQL was not opened. Nothing was created or changed.
public struct PostgresOpeningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case invalidURL, unreachable, readOnly, unsuitableServer, notPermitted
            case notFound, foreignSchema, newerSchema, olderSchema, unavailable
        }
        private let base: Base

        /// The URL cannot be read.
        public static let invalidURL = Self(base: .invalidURL)
        /// No server answers there, or it lets this user not in.
        public static let unreachable = Self(base: .unreachable)
        /// The server can only be read: it is a standby, or in recovery.
        public static let readOnly = Self(base: .readOnly)
        /// The server is too old, or is set up so that nothing could be kept as it is.
        public static let unsuitableServer = Self(base: .unsuitableServer)
        /// The user may not do there what is needed.
        public static let notPermitted = Self(base: .notPermitted)
        /// There is no store in the database, and none was to be made.
        public static let notFound = Self(base: .notFound)
        /// The schema holds another program's tables.
        public static let foreignSchema = Self(base: .foreignSchema)
        /// A later version of this package made the store.
        public static let newerSchema = Self(base: .newerSchema)
        /// An earlier version of this package made the store, which a receiver or worker has to bring up to date.
        public static let olderSchema = Self(base: .olderSchema)
        /// Anything else.
        public static let unavailable = Self(base: .unavailable)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong and what to do, in a sentence for people without its capital letter and full stop; of a URL that cannot
    /// be read, the rest of one that begins with it. Never holds a password.
    public let message: String

    init(_ code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence.
    public var description: String { message }

    /// Whether the codes are equal.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
#endif
