#if Server
import Dispatch
import GRDB
public import LeadSharkDelivery
public import Logging

/// Events and deliveries in one SQLite file: the embedded default.
///
/// One process owns the file, holds a lock beside it (`<path>.lock`) and is the only one that writes; others may
/// read by ``openReadOnly(path:)``. A commit is on the disk when it returns (`synchronous=FULL`, in WAL mode), if the
/// disk honours a flush. The file has to be on a local disk. All files that this makes can be read by their owner
/// alone, whatever the umask.
///
/// SQLite runs on threads of its own, never on those of Swift's concurrency. Calls are not cancelled half way.
///
/// ## When the disk makes trouble
///
/// - *Hardly any space is left* (``Options/minimumFreeByteCount``), or none: ``enqueue(_:for:)`` throws
///   `DeliveryStoreError.Code.diskFull` until there is space again. What is stored is still delivered, as long as the outcomes
///   can be written.
/// - *The disk fails*: an input/output error of a write or a sync. From then on everything throws
///   `DeliveryStoreError.Code.failed`, since nobody knows what such a disk has kept. End the process and start again: what
///   was committed before is there.
/// - *The file is moved, deleted or replaced* while it is open: ``enqueue(_:for:)`` and ``checkHealth()`` throw
///   `DeliveryStoreError.Code.unavailable`.
public final class SQLiteDeliveryStore: ClockAdjustableStore {
    /// What can be chosen about a store.
    public struct Options: Sendable, Hashable {
        /// How many bytes stay free on the store's disk. While fewer are, no event is taken: so that outcomes can still be
        /// written, and the disk's other users have something left. 0 for no such floor.
        public var minimumFreeByteCount: Int64 = 64 << 20

        /// The defaults.
        public init() {}
    }

    let clock = StoreClock()
    /// The one connection that writes; `nil` when the store was opened for reading.
    let writer: DatabaseQueue?
    /// For what operators read, so that a long list does not hold up a commit.
    let reader: DatabaseQueue
    /// What the owner watches over, beside the writer.
    let owner: Ownership?
    private let isClosed = LockedValue(false)

    private init(writer: DatabaseQueue?, reader: DatabaseQueue, owner: Ownership?) {
        self.writer = writer
        self.reader = reader
        self.owner = owner
    }

    /// Opens the store as its owner, and makes the file if there is none.
    ///
    /// Deliveries that were leased when the last owner ended badly are ready again.
    ///
    /// - Parameters:
    ///   - path: The file. Its directory has to be there.
    ///   - options: What can be chosen.
    ///   - logger: Told when the disk makes trouble, and when that is over.
    /// - Throws: ``StoreOpeningError``; then nothing was created or changed.
    public static func open(
        path: String, options: Options = Options(), logger: Logger? = nil
    ) async throws -> SQLiteDeliveryStore {
        try await offPool { try openOwned(path, options, logger, durability: Durability(highest: .full)) }
    }

    /// Opens a store whose commits a loss of power may undo: to see tests fail that have to.
    package static func openUnsafely(path: String) async throws -> SQLiteDeliveryStore {
        try await offPool { try openOwned(path, Options(), nil, durability: Durability(highest: .normal)) }
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
                return SQLiteDeliveryStore(writer: nil, reader: reader, owner: nil)
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
        try await Self.offPool { [reader, writer, owner] in
            defer { owner?.lock.release() }
            if let writer, let owner, owner.guardian.failure != nil {
                // To close it would be to bring into the one file what the disk may have lost.
                _ = Unmanaged.passRetained(writer)
                _ = Unmanaged.passRetained(owner.journal)
                return
            }
            try reader.close()
            try writer?.writeWithoutTransaction { db in
                do {
                    _ = try db.checkpoint(.truncate)
                } catch let error as DatabaseError where [.SQLITE_BUSY, .SQLITE_FULL].contains(error.resultCode) {
                    // It stays in the -wal file, where the next owner finds it.
                } catch {
                    throw SQLiteErrors.storeError(error)
                }
            }
            try writer?.close()
        }
    }

    /// Moves the store's clock on.
    public func advanceClock(by duration: Duration) async throws {
        clock.advance(by: duration)
    }

    // MARK: Access

    /// What the writer writes in one transaction, alone or with what others wait to write.
    ///
    /// - Parameters:
    ///   - isDurable: Whether it is on the disk on return.
    ///   - body: Writes. May run twice (``WriteGroup/Entry``).
    func write<Result: Sendable>(
        isDurable: Bool = true, _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await commit(isDurable: isDurable, before: {}, after: {}, body)
    }

    /// The same for new events, of so many bytes: only while there is space, and only into the file that is at the store's
    /// path.
    func writeNew<Result: Sendable>(
        _ byteCount: Int, _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        let (now, guardian) = (clock.now, owner?.guardian)
        return try await commit(
            isDurable: true, before: { try guardian?.checkSpace(for: byteCount, at: now) },
            after: { try guardian?.checkFiles() }, body)
    }

    private func commit<Success: Sendable>(
        isDurable: Bool, before: @escaping @Sendable () throws -> Void, after: @escaping @Sendable () throws -> Void,
        _ body: @escaping @Sendable (Database) throws -> Success
    ) async throws -> Success {
        let (writer, owner) = try ownedWriter()
        return try await withCheckedThrowingContinuation { continuation in
            let entry = WriteGroup.Entry(
                isDurable: isDurable, check: before,
                body: { db in
                    let result = try body(db)
                    return { continuation.resume(with: Result { try after() }.map { result }) }
                },
                refuse: { continuation.resume(throwing: $0) })
            if owner.group.add(entry) { Self.scheduleGroup(owner, writer) }
        }
    }

    private static func scheduleGroup(_ owner: Ownership, _ writer: DatabaseQueue) {
        owner.journal.beginWaiting()
        writer.asyncWriteWithoutTransaction { db in
            owner.journal.endWaiting()
            let (entries, isMore) = owner.group.next()
            if isMore { scheduleGroup(owner, writer) }
            let result = owner.commit(entries, db)
            owner.checkpointIfDue(db, after: result)
        }
    }

    /// The writer, without a transaction: for short reads that must not wait behind an operator's.
    func access<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        let (writer, owner) = try ownedWriter()
        owner.journal.beginWaiting()
        return try await withCheckedThrowingContinuation { continuation in
            writer.asyncWriteWithoutTransaction { db in
                owner.journal.endWaiting()
                let result = owner.guardian.attempt(db) { try body(db) }
                continuation.resume(with: result)
                owner.checkpointIfDue(db, after: result)
            }
        }
    }

    private func ownedWriter() throws -> (DatabaseQueue, Ownership) {
        try checkOpen()
        guard let writer, let owner else {
            throw DeliveryStoreError(.readOnly, message: "the store was opened for reading")
        }
        return (writer, owner)
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

    static func offPool<Result: Sendable>(
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
    static var checkedByteCount: Int64 { 64 << 20 }

    /// How long the writer waits for another program that holds the store locked.
    static var busyMilliseconds: Int32 { 5000 }

    static var readingConfiguration: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.label = "leadshark.store.reader"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return configuration
    }

    static var writingConfiguration: Configuration {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(Double(busyMilliseconds) / 1000)
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

    private static func openOwned(
        _ path: String, _ options: Options, _ logger: Logger?, durability: Durability
    ) throws -> SQLiteDeliveryStore {
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
            if file.exists {
                try inspect(file)
                try file.secureJournal()
            }
            file.restrict()
            let journal = Journal(logger: logger)
            let writer = try DatabaseQueue(path: file.path, configuration: writingConfiguration)
            try prepare(writer, journal, path: path, durability)
            let reader = try DatabaseQueue(path: file.path, configuration: readingConfiguration)
            let guardian = StoreGuard(
                path: file.path, minimumFreeByteCount: options.minimumFreeByteCount, logger: logger)
            let owner = Ownership(lock: lock, guardian: guardian, journal: journal, durability: durability)
            return SQLiteDeliveryStore(writer: writer, reader: reader, owner: owner)
        } catch {
            if !file.exists { file.remove() }
            lock.release()
            throw SQLiteErrors.openingError(error, path: path)
        }
    }

    /// Refuses a file that is not ours before anything is written to it.
    private static func inspect(_ file: StoreFile) throws {
        do {
            try look(at: file)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
            // The process that was to make it ended before it had a write-ahead log. What that had begun goes back first, as it
            // does whoever opens such a file to write.
            try rollBack(file)
            try look(at: file)
        }
    }

    private static func rollBack(_ file: StoreFile) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(busyMilliseconds) / 1000)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
        let queue = try DatabaseQueue(path: file.path, configuration: configuration)
        try queue.inDatabase { _ = try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
        try queue.close()
    }

    private static func look(at file: StoreFile) throws {
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

    private static func prepare(
        _ writer: DatabaseQueue, _ journal: Journal, path: String, _ durability: Durability
    ) throws {
        try writer.writeWithoutTransaction { db in
            // GRDB sets NORMAL when it turns to WAL, after its preparation of the connection. Hence here, and checked.
            let isKept = try durability.isKept(by: db)
            journal.attach(to: db)
            guard isKept || durability.highest == .normal else {
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
}
#endif
