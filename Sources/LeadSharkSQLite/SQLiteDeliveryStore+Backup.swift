#if Server
import Glibc
import GRDB

extension SQLiteDeliveryStore {
    /// Copies the store as it is now into a new file, which its owner alone can read. Goes on beside whoever writes, also
    /// when this store was opened for reading.
    ///
    /// The copy is compact, so nothing of what was deleted is in it; it was checked, and is on the disk. No file is overwritten,
    /// and of a copy that fails nothing is left. While it is made the store's `-wal` file can only grow.
    ///
    /// - Returns: The size of the copy, in bytes.
    /// - Throws: ``StoreBackupError``.
    @discardableResult
    public func backUp(to path: String) async throws -> Int64 {
        let source = reader.path
        return try await Self.offPool { try StoreBackup(source: source, target: path).make() }
    }
}

/// One copy of a store.
private struct StoreBackup {
    let source: String
    let target: String

    func make() throws -> Int64 {
        guard !isThere(target) else { throw StoreBackupError.exists(target) }
        let temporary = target + ".partial-" + String(UInt32.random(in: .min ... .max), radix: 16)
        let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, StoreFile.mode)
        guard descriptor >= 0 else { throw StoreBackupError.system(errno, target) }
        fchmod(descriptor, StoreFile.mode)
        close(descriptor)
        defer { for name in ["", "-journal", "-wal", "-shm"] { unlink(temporary + name) } }
        do {
            try copy(to: temporary)
            try check(temporary)
        } catch let error as DatabaseError {
            throw StoreBackupError.database(error, target)
        }
        let byteCount = try sync(temporary)
        try publish(temporary)
        return byteCount
    }

    private func copy(to path: String) throws {
        let queue = try DatabaseQueue(path: source, configuration: SQLiteDeliveryStore.readingConfiguration)
        try queue.unsafeRead { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
        try queue.close()
    }

    private func check(_ path: String) throws {
        let queue = try DatabaseQueue(path: path, configuration: SQLiteDeliveryStore.readingConfiguration)
        try queue.unsafeRead { db in
            try Schema.inspect(db, path: target, mayBeOlder: false)
            guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT)
            }
        }
        try queue.close()
    }

    /// - Returns: The file's size.
    private func sync(_ path: String) throws -> Int64 {
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw StoreBackupError.system(errno, target) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreBackupError.system(errno, target) }
        return Int64(lseek(descriptor, 0, SEEK_END))
    }

    /// Gives the file its name, if nothing has that by now.
    private func publish(_ temporary: String) throws {
        if link(temporary, target) != 0 {
            let number = errno
            guard number == EPERM || number == EOPNOTSUPP || number == EMLINK else {
                throw StoreBackupError.system(number, target)
            }
            // A file system without links.
            guard !isThere(target) else { throw StoreBackupError.exists(target) }
            guard rename(temporary, target) == 0 else { throw StoreBackupError.system(errno, target) }
        }
        StoreFile.syncDirectory(of: target)
    }

    private func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}
#endif
