#if Server
import GRDB
import LeadSharkDelivery
import Logging

extension SQLiteSpool {
    static func openOwned(_ path: String, _ options: Options, _ logger: Logger?) throws -> SQLiteSpool {
        var logger = logger
        logger?[metadataKey: "place"] = "spool"
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
            let durability = Durability(highest: .full)
            let maximum = max(options.maximumByteCount, leastByteCount)
            let writer = try DatabaseQueue(path: file.path, configuration: SQLiteDeliveryStore.writingConfiguration)
            let counts = try writer.writeWithoutTransaction { db in
                // GRDB sets NORMAL when it turns to WAL, after its preparation of the connection. Hence here, and checked.
                guard try durability.isKept(by: db) else {
                    throw StoreOpeningError(
                        .unavailable,
                        message: "SQLite does not keep the spool \(path) safe from a loss of power, so it is not used")
                }
                journal.attach(to: db)
                try SpoolSchema.migrate(db)
                _ = try Int64.fetchOne(db, sql: "PRAGMA max_page_count = \(maximum / pageSize(db))")
                try db.execute(sql: SpooledRows.takeBack)
                return Counts(waiting: try Int.fetchOne(db, sql: "SELECT count(*) FROM spooled") ?? 0, setAside: 0)
            }
            let guardian = StoreGuard(
                path: file.path, minimumFreeByteCount: options.minimumFreeByteCount, logger: logger)
            let owner = Ownership(lock: lock, guardian: guardian, journal: journal, durability: durability)
            return SQLiteSpool(writer, owner, maximumByteCount: maximum, counts: counts)
        } catch {
            if !file.exists { file.remove() }
            lock.release()
            throw SQLiteErrors.openingError(error, path: path)
        }
    }

    /// Refuses a file that is not ours before anything is written to it.
    private static func inspect(_ file: StoreFile) throws {
        let probe = try DatabaseQueue(path: file.path, configuration: SQLiteDeliveryStore.readingConfiguration)
        try probe.read { db in
            try SpoolSchema.inspect(db, path: file.given, mayBeEmpty: true)
            let size = try pageSize(db) * (Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0)
            guard size <= SQLiteDeliveryStore.checkedByteCount else { return }
            guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else {
                throw StoreFile.corrupt(file.given)
            }
        }
        try probe.close()
    }

    static func readStatus(_ path: String, _ options: Options) throws -> SpoolStatus {
        let file = try StoreFile(path)
        guard file.exists else {
            throw StoreOpeningError(.notFound, message: "there is no spool at \(path)")
        }
        guard file.isReadable else {
            throw StoreOpeningError(
                .notPermitted, message: "this user may not read the spool \(path); run as the user who owns it")
        }
        do {
            let queue = try DatabaseQueue(path: file.path, configuration: SQLiteDeliveryStore.readingConfiguration)
            let status = try queue.read { db in
                try SpoolSchema.inspect(db, path: path, mayBeEmpty: false)
                let total = try Int.fetchOne(db, sql: "SELECT count(*) FROM spooled") ?? 0
                let aside = try Int.fetchOne(db, sql: "SELECT count(*) FROM spooled WHERE is_set_aside = 1") ?? 0
                return try measure(
                    Counts(waiting: total - aside, setAside: aside),
                    maximumByteCount: max(options.maximumByteCount, leastByteCount), now: StoreClock().timeOfDay,
                    in: db)
            }
            try queue.close()
            return status
        } catch {
            throw SQLiteErrors.openingError(error, path: path)
        }
    }
}
#endif
