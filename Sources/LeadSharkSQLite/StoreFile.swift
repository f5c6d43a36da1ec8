#if Server
import Glibc

/// The store's file as the file system knows it, before SQLite sees it.
///
/// The file itself is never opened here once it is there: when a process closes any descriptor of a file it loses all
/// its POSIX locks on it, those of SQLite included.
struct StoreFile {
    /// The path as it was given, for messages.
    let given: String
    /// The path without symbolic links, so that one file has one lock.
    let path: String
    let exists: Bool

    static let mode: mode_t = 0o600

    var lockPath: String { path + ".lock" }
    var companions: [String] { [path + "-wal", path + "-shm", path + "-journal"] }

    /// Looks at a path.
    init(_ given: String) throws(StoreOpeningError) {
        guard !given.isEmpty, !given.utf8.contains(0), given.last != "/" else {
            throw StoreOpeningError(
                .invalidPath, message: "the store's path has to name a file, for example leadshark.sqlite")
        }
        self.given = given
        let slash = given.lastIndex(of: "/")
        let directory = slash.map { $0 == given.startIndex ? "/" : String(given[..<$0]) } ?? "."
        let name = slash.map { String(given[given.index(after: $0)...]) } ?? given
        guard let resolved = Self.resolve(directory) else {
            if errno == EACCES { throw Self.notPermitted(given) }
            throw StoreOpeningError(
                .missingDirectory,
                message: "the directory \(directory) of the store does not exist; create it, or name another")
        }
        guard Self.kind(of: resolved) == S_IFDIR else {
            throw StoreOpeningError(
                .missingDirectory, message: "\(directory) is not a directory; name another place for the store")
        }
        let joined = resolved == "/" ? "/" + name : resolved + "/" + name
        path = Self.resolve(joined) ?? joined
        for companion in [path + "-wal", path + "-shm", path + "-journal"] {
            // SQLite would follow a link, and write a lead's data to wherever it leads.
            guard let kind = Self.kind(of: companion, followingLinks: false), kind != S_IFREG else { continue }
            throw StoreOpeningError(
                .notPermitted,
                message: "\(companion) is not a file of the store \(given); find out who made it, and remove it")
        }
        switch Self.kind(of: path) {
        case S_IFREG: exists = true
        case nil: exists = false
        case S_IFDIR: throw Self.isDirectory(given, what: "a directory")
        default: throw Self.isDirectory(given, what: "not a file")
        }
    }

    /// Whether this user may read it.
    var isReadable: Bool { access(path, R_OK) == 0 || errno != EACCES }

    /// Makes an empty file that nobody else can read, whatever the umask.
    func create() throws(StoreOpeningError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, Self.mode)
        guard descriptor >= 0 else { throw Self.error(errno, given) }
        fchmod(descriptor, Self.mode)
        Glibc.close(descriptor)
        Self.syncDirectory(of: path)
    }

    /// Takes the files away from all others. SQLite gives the mode of the database to those that it makes beside it.
    func restrict() {
        for path in [path] + companions { chmod(path, Self.mode) }
    }

    /// Sees to it that what the last owner left in the write-ahead log is on the disk.
    ///
    /// After a failed sync the system takes pages for written that are not. They can be read until the power fails, and what
    /// is appended after them would then be lost with them. Written again, byte for byte, they are synced in earnest.
    func secureJournal() throws(StoreOpeningError) {
        let descriptor = open(path + "-wal", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0, errno == ENOENT { return }
        guard descriptor >= 0 else { throw Self.error(errno, given) }
        defer { Glibc.close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while true {
            let count = pread(descriptor, &chunk, chunk.count, offset)
            if count == 0 { break }
            guard count > 0, pwrite(descriptor, chunk, count, offset) == count else { throw Self.error(errno, given) }
            offset += off_t(count)
        }
        guard offset == 0 || fsync(descriptor) == 0 else { throw Self.error(errno, given) }
    }

    /// Removes what ``create()`` and SQLite made, after a failed opening.
    func remove() {
        for path in [path] + companions { unlink(path) }
    }

    /// The file's name has to survive a loss of power as its content does.
    static func syncDirectory(of path: String) {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let directory = end == path.startIndex ? "/" : String(path[..<end])
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        Glibc.close(descriptor)
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func kind(of path: String, followingLinks: Bool = true) -> mode_t? {
        var status = stat()
        guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        return status.st_mode & S_IFMT
    }

    static func error(_ number: Int32, _ path: String) -> StoreOpeningError {
        switch number {
        case EACCES, EPERM, EROFS: notPermitted(path)
        case ENOENT, ENOTDIR, EOPNOTSUPP, EINVAL, ENAMETOOLONG, ELOOP:
            StoreOpeningError(
                .cannotCreate, message: "the store \(path) cannot be made there; name another place for it")
        case ENOSPC, EDQUOT:
            StoreOpeningError(
                .diskFull, message: "there is no space left for the store \(path); free some and start again")
        default:
            StoreOpeningError(
                .unavailable,
                message: "the store \(path) cannot be opened: \(String(cString: strerror(number)))")
        }
    }

    static func notPermitted(_ path: String) -> StoreOpeningError {
        StoreOpeningError(
            .notPermitted,
            message:
                "this user may not write the store \(path) or its directory; change their owner or name another place"
        )
    }

    static func notADatabase(_ path: String) -> StoreOpeningError {
        StoreOpeningError(
            .notADatabase, message: "the file \(path) is not a LeadShark store; name another path for the store")
    }

    static func corrupt(_ path: String) -> StoreOpeningError {
        StoreOpeningError(
            .corrupt,
            message:
                "the store \(path) is damaged; keep a copy of it and its -wal file, then restore a backup or name another path"
        )
    }

    private static func isDirectory(_ path: String, what: String) -> StoreOpeningError {
        StoreOpeningError(.isDirectory, message: "\(path) is \(what); name a file for the store")
    }
}
#endif
