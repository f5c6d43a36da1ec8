#if Server
import Foundation
import GRDB
public import LeadSharkDelivery
public import LeadSharkWebhooks
public import Logging

/// A bounded spool in one SQLite file: where events wait while their store cannot take them.
///
/// The file has an owner, a lock, modes and safety as that of ``SQLiteDeliveryStore``: a commit is on the disk when it returns. It
/// should be on a local disk that does not fail together with the store.
public final class SQLiteSpool: DeliverySpool {
    /// What can be chosen about a spool.
    public struct Options: Sendable, Hashable {
        /// How large the file may get, in bytes; beside it, its `-wal` file takes some 64 MiB at most.
        public var maximumByteCount: Int64 = 1 << 30
        /// How many bytes stay free on the spool's disk. While fewer are, no event is taken. 0 for no such floor.
        public var minimumFreeByteCount: Int64 = 64 << 20

        /// The defaults.
        public init() {}
    }

    /// The least that ``Options/maximumByteCount`` can be: room for the tables and an event of the largest size.
    public static let leastByteCount: Int64 = 1 << 20
    /// How much has to be free in the file for the spool to be well: an event of the largest size that a receiver takes.
    static let roomByteCount: Int64 = 512 << 10
    /// The size from which an empty file gives its space back.
    static let emptyByteCount: Int64 = 1 << 20

    struct Counts: Sendable {
        var waiting: Int
        var setAside: Int
    }

    let clock = StoreClock()
    let writer: DatabaseQueue
    let owner: Ownership
    let maximumByteCount: Int64
    let counts: LockedValue<Counts>
    private let isClosed = LockedValue(false)

    init(_ writer: DatabaseQueue, _ owner: Ownership, maximumByteCount: Int64, counts: Counts) {
        self.writer = writer
        self.owner = owner
        self.maximumByteCount = maximumByteCount
        self.counts = LockedValue(counts)
    }

    /// Opens a spool as its owner, and makes the file if there is none.
    ///
    /// - Parameters:
    ///   - path: The file. Its directory has to be there.
    ///   - options: What can be chosen.
    ///   - logger: Told when the disk makes trouble, and when that is over.
    /// - Throws: ``StoreOpeningError``; then nothing was created or changed.
    public static func open(
        path: String, options: Options = Options(), logger: Logger? = nil
    ) async throws -> SQLiteSpool {
        try await SQLiteDeliveryStore.offPool { try openOwned(path, options, logger) }
    }

    /// How much waits in a spool, whoever has it open. Nothing is changed.
    ///
    /// - Throws: ``StoreOpeningError``; `notFound` when there is none.
    public static func status(path: String, options: Options = Options()) async throws -> SpoolStatus {
        try await SQLiteDeliveryStore.offPool { try readStatus(path, options) }
    }

    /// How many events wait.
    public var waitingCount: Int { counts.withLock { $0.waiting } }

    /// Takes events in, in one transaction that is on the disk on return.
    public func put(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        let byteCount = events.reduce(0) { $0 + $1.verified.payload.count }
        let (now, timeOfDay) = (clock.now, clock.timeOfDay)
        let names = SpooledRows.text(of: recipients)
        return try await access { [self] db in
            try owner.guardian.checkSpace(for: byteCount, at: now)
            let results = try transact(db) {
                let rows = try SpooledRows(db)
                return try events.map { try rows.insert($0, recipients: names, at: timeOfDay) }
            }
            counts.withLock { $0.waiting += results.count { $0.isTaken } }
            try owner.guardian.checkFiles()
            return results.map(\.result)
        }
    }

    /// The events that came first.
    public func oldest(_ limit: Int, byteCount: Int) async throws -> [SpooledEvent] {
        guard limit > 0, waitingCount > 0 else { return [] }
        return try await access { db in try SpooledRows.oldest(limit, byteCount: byteCount, in: db) }
    }

    /// Forgets events. Their bytes are overwritten in the file; what an empty file has taken is given back.
    public func remove(_ events: [EventID]) async throws {
        try await access { [self] db in
            let removed = try transact(db) {
                let delete = try db.cachedStatement(sql: "DELETE FROM spooled WHERE id = ? RETURNING is_set_aside")
                return try events.compactMap { try Int.fetchOne(delete, arguments: [$0.rawValue]) }
            }
            let isEmpty = counts.withLock { counts in
                counts.setAside -= removed.count { $0 == 1 }
                counts.waiting -= removed.count { $0 == 0 }
                return counts.waiting == 0 && counts.setAside == 0
            }
            if isEmpty { try shrink(db) }
        }
    }

    /// Keeps events where they hold up no other.
    public func setAside(_ events: [EventID]) async throws {
        try await access { [self] db in
            let count = try transact(db) {
                let update = try db.cachedStatement(
                    sql: "UPDATE spooled SET is_set_aside = 1 WHERE id = ? AND is_set_aside = 0")
                return try events.reduce(0) { count, event in
                    try update.execute(arguments: [event.rawValue])
                    return count + db.changesCount
                }
            }
            counts.withLock { counts in
                counts.setAside += count
                counts.waiting -= count
            }
        }
    }

    /// Has those that were set aside come again.
    public func takeBack() async throws {
        guard counts.withLock({ $0.setAside > 0 }) else { return }
        try await access { [self] db in
            try transact(db) { try db.execute(sql: SpooledRows.takeBack) }
            counts.withLock { counts in
                counts.waiting += counts.setAside
                counts.setAside = 0
            }
        }
    }

    /// Those of the lanes in which an event waits.
    public func lanes(among lanes: Set<EventIdentity>) async throws -> Set<EventIdentity> {
        try await access { db in
            let find = try db.cachedStatement(sql: SpooledRows.laneQuery)
            return try lanes.filter { try Bool.fetchOne(find, arguments: [Data($0.bytes)]) != nil }
        }
    }

    /// How much waits.
    public func status() async throws -> SpoolStatus {
        try await access { [self] db in
            try Self.measure(
                counts.withLock { $0 }, maximumByteCount: maximumByteCount, now: clock.timeOfDay, in: db)
        }
    }

    /// Whether the file, and its disk, have room for an event.
    public func checkHealth() async throws {
        let now = clock.now
        try await access { [self] db in
            try owner.guardian.checkSpace(for: 0, at: now)
            try owner.guardian.checkFiles()
            guard try Self.usedByteCount(db) + Self.roomByteCount <= maximumByteCount else { throw Self.full }
        }
    }

    /// Ends all use of the spool, and brings everything into the one file.
    public func close() async throws {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        try await SQLiteDeliveryStore.offPool { [writer, owner] in
            defer { owner.lock.release() }
            if owner.guardian.failure != nil {
                // To close it would be to bring into the one file what the disk may have lost.
                _ = Unmanaged.passRetained(writer)
                _ = Unmanaged.passRetained(owner.journal)
                return
            }
            writer.writeWithoutTransaction { db in _ = try? db.checkpoint(.truncate) }
            try writer.close()
        }
    }

    // MARK: Access

    private static let full = DeliveryStoreError(.diskFull, message: "the spool is full")

    private func access<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        if isClosed.withLock({ $0 }) { throw DeliveryStoreError(.closed, message: "the spool is closed") }
        return try await withCheckedThrowingContinuation { continuation in
            writer.asyncWriteWithoutTransaction { [owner] db in
                let result = owner.guardian.attempt(db) { try body(db) }
                continuation.resume(with: result)
                owner.checkpointIfDue(db, after: result)
            }
        }
    }

    private func transact<Value>(_ db: Database, _ body: () throws -> Value) throws -> Value {
        try owner.durability.set(isDurable: true, db)
        var value: Value?
        do {
            try db.inTransaction(.immediate) {
                value = try body()
                return .commit
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            // The file has reached the pages that it may have, or the disk its end.
            throw Self.full
        }
        guard let value else { throw StoredRows.damage }
        return value
    }

    /// Gives back what an empty file has taken. It may fail: the next time will do.
    private func shrink(_ db: Database) throws {
        let size = try Self.pageSize(db) * (Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0)
        guard size > Self.emptyByteCount else { return }
        do {
            try db.execute(sql: "VACUUM")
        } catch let error as DatabaseError where !SQLiteErrors.isFatal(error) {}
    }

    static func pageSize(_ db: Database) throws -> Int64 { try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 4096 }

    static func usedByteCount(_ db: Database) throws -> Int64 {
        let used = try Int64.fetchOne(
            db, sql: "SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count")
        return try pageSize(db) * (used ?? 0)
    }

    static func measure(
        _ counts: Counts, maximumByteCount: Int64, now: Int64, in db: Database
    ) throws -> SpoolStatus {
        let first = try Int64.fetchOne(db, sql: "SELECT received_at FROM spooled ORDER BY id LIMIT 1")
        return SpoolStatus(
            eventCount: counts.waiting + counts.setAside, setAsideCount: counts.setAside,
            byteCount: try usedByteCount(db), maximumByteCount: maximumByteCount,
            oldestAge: first.map { .microseconds(max(now - $0, 0)) })
    }
}
#endif
