#if Server
/// Why a store was not opened. Nothing was created or changed.
public struct StoreOpeningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case invalidPath, missingDirectory, cannotCreate, notPermitted, isDirectory, notFound, notADatabase,
                foreignDatabase
            case corrupt, newerSchema, olderSchema, inUse, diskFull, unavailable
        }
        private let base: Base

        /// The path is empty, or no path at all.
        public static let invalidPath = Self(base: .invalidPath)
        /// The directory does not exist.
        public static let missingDirectory = Self(base: .missingDirectory)
        /// The file system takes no new file there.
        public static let cannotCreate = Self(base: .cannotCreate)
        /// This user may not write the file or its directory, or not read the file.
        public static let notPermitted = Self(base: .notPermitted)
        /// There is a directory at the path, or something else that is no file.
        public static let isDirectory = Self(base: .isDirectory)
        /// There is no store at the path, and it was to be read only.
        public static let notFound = Self(base: .notFound)
        /// The file is not an SQLite database.
        public static let notADatabase = Self(base: .notADatabase)
        /// The file is an SQLite database of another program.
        public static let foreignDatabase = Self(base: .foreignDatabase)
        /// The file is damaged.
        public static let corrupt = Self(base: .corrupt)
        /// A later version of this package made the store.
        public static let newerSchema = Self(base: .newerSchema)
        /// An earlier version of this package made the store, which has to be opened for writing once to bring it up to date.
        public static let olderSchema = Self(base: .olderSchema)
        /// Another process has the store.
        public static let inUse = Self(base: .inUse)
        /// There is no space left on the disk.
        public static let diskFull = Self(base: .diskFull)
        /// Anything else.
        public static let unavailable = Self(base: .unavailable)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong and what to do, in a sentence for people without its capital letter and full stop.
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
