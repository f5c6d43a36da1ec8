#if Server
import Glibc
import GRDB

/// Why a store was not copied. Nothing is left of the copy.
public struct StoreBackupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case exists, cannotCreate, notPermitted, diskFull, corrupt, failed }
        private let base: Base

        /// There is something at the path.
        public static let exists = Self(base: .exists)
        /// The file cannot be made there.
        public static let cannotCreate = Self(base: .cannotCreate)
        /// This user may not write there.
        public static let notPermitted = Self(base: .notPermitted)
        /// There is not enough space for the copy.
        public static let diskFull = Self(base: .diskFull)
        /// The store, or the copy, is damaged.
        public static let corrupt = Self(base: .corrupt)
        /// Anything else.
        public static let failed = Self(base: .failed)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What is wrong, for programs.
    public let code: Code
    /// What is wrong and what to do, in a sentence for people without its capital letter and full stop.
    public let message: String

    /// The sentence.
    public var description: String { message }

    /// Whether the codes are equal.
    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    /// Hashes the code.
    public func hash(into hasher: inout Hasher) { hasher.combine(code) }

    static func exists(_ path: String) -> Self {
        Self(code: .exists, message: "\(path) is there already; name another file, or remove it")
    }

    static func system(_ number: Int32, _ path: String) -> Self {
        let reason = String(cString: strerror(number))
        return switch number {
        case EEXIST: exists(path)
        case EACCES, EPERM, EROFS: Self(code: .notPermitted, message: "\(path) may not be made by this user: \(reason)")
        case ENOSPC, EDQUOT: full(path)
        default: Self(code: .cannotCreate, message: "\(path) cannot be made: \(reason)")
        }
    }

    static func database(_ error: DatabaseError, _ path: String) -> Self {
        let number = error.extendedResultCode.rawValue
        return switch error.resultCode {
        case .SQLITE_FULL: full(path)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            Self(code: .corrupt, message: "the store is damaged, so \(path) was not made (\(number))")
        default: Self(code: .failed, message: "\(path) was not made: SQLite reports error \(number)")
        }
    }

    private static func full(_ path: String) -> Self {
        Self(code: .diskFull, message: "there is no space for \(path); it takes as much as the store")
    }
}
#endif
