#if Server
import GRDB
import GRDBSQLite
import LeadSharkDelivery
import Logging

/// The write-ahead log of a store, which the writer keeps short by itself (``JournalRule``).
final class Journal: Sendable {
    private struct State: Sendable {
        var rule = JournalRule()
        /// How many wait for the writer.
        var waitingCount = 0
    }

    private let state = LockedValue(State())
    private let logger: Logger?

    init(logger: Logger?) { self.logger = logger }

    /// Takes the place of SQLite's own checkpoints, which would come between a commit and those who wait for it. Has to
    /// live as long as the connection.
    func attach(to db: Database) {
        sqlite3_wal_hook(
            db.sqliteConnection,
            { journal, _, _, pageCount in
                guard let journal else { return SQLITE_OK }
                Unmanaged<Journal>.fromOpaque(journal).takeUnretainedValue().committed(pageCount: Int(pageCount))
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Somebody waits for the writer.
    func beginWaiting() { state.withLock { $0.waitingCount += 1 } }

    /// The writer is there for one of those who wait.
    func endWaiting() { state.withLock { $0.waitingCount -= 1 } }

    private func committed(pageCount: Int) { state.withLock { $0.rule.committed(pageCount: pageCount) } }

    /// Brings the log into the database, when it is time to.
    ///
    /// - Parameter isFull: Whether something did not fit on the disk just now. Then the log gives its own space back.
    func checkpointIfDue(_ db: Database, isFull: Bool) throws {
        let (due, isLong) = state.withLock { state in
            let due = state.rule.due(isIdle: state.waitingCount == 0)
            return (isFull && state.rule.pageCount > 0 ? .truncating : due, state.rule.isToBeTold())
        }
        if isLong {
            logger?.warning(
                "The store's -wal file grows: another program has been reading the store for long",
                metadata: ["size": "over \(JournalRule.alarmPageCount >> 8) MiB"])
        }
        guard let due else { return }
        var isEmpty = false
        defer { state.withLock { $0.rule.checkpointed(isEmpty: isEmpty) } }
        // A reader that is in the way must not hold up the writer.
        sqlite3_busy_timeout(db.sqliteConnection, 0)
        defer { sqlite3_busy_timeout(db.sqliteConnection, SQLiteDeliveryStore.busyMilliseconds) }
        do {
            switch due {
            case .passive: _ = try db.checkpoint(.passive)
            case .truncating:
                _ = try db.checkpoint(.truncate)
                isEmpty = true
            }
        } catch let error as DatabaseError
            where [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL].contains(error.resultCode)
        {
            // What could not be brought over stays in the log, and is safe there.
        }
    }
}
#endif
