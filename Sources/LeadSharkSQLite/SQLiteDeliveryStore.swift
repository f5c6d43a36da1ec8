#if Server
import Dispatch
import GRDB
public import LeadSharkDelivery

/// Events and deliveries in one SQLite file: the embedded default.
///
/// One process owns the file, holds a lock beside it (`<path>.lock`) and is the only one that writes; others may
/// read by ``openReadOnly(path:)``. A commit is on the disk when it returns (`synchronous=FULL`, in WAL mode), if the
/// disk honours a flush. The file has to be on a local disk. All files that this makes can be read by their owner
/// alone, whatever the umask.
///
/// SQLite runs on threads of its own, never on those of Swift's concurrency. Calls are not cancelled half way.
public final class SQLiteDeliveryStore: ClockAdjustableStore {
    let clock = StoreClock()
    /// The one connection that writes; `nil` when the store was opened for reading.
    let writer: DatabaseQueue?
    /// For what operators read, so that a long list does not hold up a commit.
    let reader: DatabaseQueue
    private let lock: OwnerLock?
    private let isClosed = LockedValue(false)

    private init(writer: DatabaseQueue?, reader: DatabaseQueue, lock: OwnerLock?) {
        self.writer = writer
        self.reader = reader
        self.lock = lock
    }

    /// Opens the store as its owner, and makes the file if there is none.
    ///
    /// Deliveries that were leased when the last owner ended badly are ready again.
    ///
    /// - Throws: ``StoreOpeningError``; then nothing was created or changed.
    public static func open(path: String) async throws -> SQLiteDeliveryStore {
        try await offPool { try openOwned(path) }
    }

    /// Opens a store that is there, beside its owner if it has one. What changes something throws
    /// `DeliveryStoreError.Code.readOnly`.
    ///
    /// - Throws: ``StoreOpeningError``.
    public static func openReadOnly(path: String) async throws -> SQLiteDeliveryStore {
        try await offPool {
            let file = try StoreFile(path)
            guard file.exists else {
                throw StoreOpeningError(
                    .notFound,
                    message: "there is no store at \(path); start the receiver to make it, or name another")
            }
            guard file.isReadable else {
                throw StoreOpeningError(
                    .notPermitted, message: "this user may not read the store \(path); run as the user who owns it")
            }
            do {
                let reader = try DatabaseQueue(path: file.path, configuration: readingConfiguration)
                try reader.read { try Schema.inspect($0, path: path, mayBeOlder: false) }
                return SQLiteDeliveryStore(writer: nil, reader: reader, lock: nil)
            } catch {
                throw SQLiteErrors.openingError(error, path: path)
            }
        }
    }

    /// Ends all use of the store. The owner's last act is to bring everything into the one file.
    public func close() async throws {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        try await Self.offPool { [reader, writer, lock] in
            defer { lock?.release() }
            try reader.close()
            try writer?.writeWithoutTransaction { db in
                _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try writer?.close()
        }
    }

    /// Moves the store's clock on.
    public func advanceClock(by duration: Duration) async throws {
        clock.advance(by: duration)
    }

    // MARK: Access

    /// One transaction of the writer.
    func write<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try await access { db in
            var result: Result?
            try db.inTransaction(.immediate) {
                result = try body(db)
                return .commit
            }
            guard let result else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
            return result
        }
    }

    /// The writer, without a transaction: for short reads that must not wait behind an operator's.
    func access<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try checkOpen()
        guard let writer else {
            throw DeliveryStoreError(.readOnly, message: "the store was opened for reading")
        }
        return try await withCheckedThrowingContinuation { continuation in
            writer.asyncWriteWithoutTransaction { db in
                continuation.resume(with: Swift.Result { try body(db) }.mapError(SQLiteErrors.storeError))
            }
        }
    }

    /// A consistent view for operators.
    func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try checkOpen()
        return try await withCheckedThrowingContinuation { continuation in
            reader.asyncRead { db in
                continuation.resume(with: Swift.Result { try body(db.get()) }.mapError(SQLiteErrors.storeError))
            }
        }
    }

    private func checkOpen() throws {
        if isClosed.withLock({ $0 }) { throw DeliveryStoreError(.closed, message: "the store is closed") }
    }

    private static func offPool<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "leadshark.store.opening").async {
                continuation.resume(with: Swift.Result { try body() })
            }
        }
    }
}

// MARK: Opening

extension SQLiteDeliveryStore {
    /// A file up to this size is checked as a whole when it is opened.
    private static var checkedByteCount: Int64 { 64 << 20 }

    private static var readingConfiguration: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.label = "leadshark.store.reader"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return configuration
    }

    private static var writingConfiguration: Configuration {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.label = "leadshark.store.writer"
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cache_size = -8192;
                    PRAGMA secure_delete = FAST;
                    PRAGMA journal_size_limit = 67108864;
                    """)
        }
        return configuration
    }

    private static func openOwned(_ path: String) throws -> SQLiteDeliveryStore {
        let lock = try OwnerLock(try StoreFile(path))
        // Looked at again under the lock: another owner may have made or moved it in the meantime.
        let file: StoreFile
        do {
            file = try StoreFile(path)
            if !file.exists { try file.create() }
        } catch {
            lock.release()
            throw error
        }
        do {
            if file.exists { try inspect(file) }
            file.restrict()
            let writer = try DatabaseQueue(path: file.path, configuration: writingConfiguration)
            try prepare(writer, path: path)
            let reader = try DatabaseQueue(path: file.path, configuration: readingConfiguration)
            return SQLiteDeliveryStore(writer: writer, reader: reader, lock: lock)
        } catch {
            if !file.exists { file.remove() }
            lock.release()
            throw SQLiteErrors.openingError(error, path: path)
        }
    }

    /// Refuses a file that is not ours before anything is written to it.
    private static func inspect(_ file: StoreFile) throws {
        let probe = try DatabaseQueue(path: file.path, configuration: readingConfiguration)
        try probe.read { db in
            try Schema.inspect(db, path: file.given, mayBeOlder: true)
            let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            let pageSize = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
            guard pages * pageSize <= checkedByteCount else { return }
            guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else {
                throw StoreFile.corrupt(file.given)
            }
        }
        try probe.close()
    }

    private static func prepare(_ writer: DatabaseQueue, path: String) throws {
        try writer.writeWithoutTransaction { db in
            // GRDB sets NORMAL when it turns to WAL, after its preparation of the connection. Hence here, and checked.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            guard try isSafe(db) else {
                throw StoreOpeningError(
                    .unavailable,
                    message: "SQLite does not keep the store \(path) safe from a loss of power, so it is not used")
            }
            try Schema.migrate(db)
            // No other owner can be there: these leases are of one that ended without handing them back.
            try db.execute(
                sql: """
                    UPDATE delivery SET state = 'ready', lease_until = NULL, crashes = crashes + 1
                    WHERE state = 'leased'
                    """)
        }
    }

    /// Whether a commit of this connection is on the disk when it returns.
    static func isSafe(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2
            && String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal"
    }
}
#endif
