#if Server
import GRDB

/// The tables of a spool, as numbered steps. A step that was released is never changed; a new one is appended.
///
/// Nothing is kept of an event that was moved, not even its identity: the store knows it, and if the store is put back to an
/// older state, it has to come anew.
enum SpoolSchema {
    /// Marks the file as a spool of ours: `LSwp`.
    static let applicationID: Int32 = 0x4C53_7770

    static let migrations: [String] = [
        """
        CREATE TABLE spooled (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          webhook TEXT NOT NULL,
          identity BLOB NOT NULL CHECK (length(identity) = 32),
          lane BLOB NOT NULL CHECK (length(lane) = 32),
          received_at INTEGER NOT NULL,
          secret TEXT NOT NULL CHECK (secret IN ('current', 'previous')),
          contradicting_header BLOB,
          dead_letter_reason TEXT,
          recipients TEXT NOT NULL,
          is_set_aside INTEGER NOT NULL DEFAULT 0 CHECK (is_set_aside IN (0, 1)),
          payload BLOB NOT NULL
        ) STRICT;
        CREATE INDEX spooled_identity ON spooled (identity);
        CREATE INDEX spooled_lane ON spooled (lane) WHERE is_set_aside = 0;
        CREATE INDEX spooled_aside ON spooled (id) WHERE is_set_aside = 1;
        """
    ]

    /// Tells whether a file that is there already is ours, without changing it.
    static func inspect(_ db: Database, path: String, mayBeEmpty: Bool) throws {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        // We may have been stopped after making the file and before its first table.
        let isBegun =
            try mayBeEmpty && application == 0 && version == 0
            && Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
        guard application == applicationID || isBegun else {
            throw StoreOpeningError(
                .foreignDatabase,
                message: "the file \(path) is an SQLite database, and no spool; name another path for the spool")
        }
        guard version <= migrations.count else {
            throw StoreOpeningError(
                .newerSchema, message: "a later version of this program made the spool \(path); use that version")
        }
    }

    /// Brings the tables up to date, each step in one transaction.
    static func migrate(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        for (index, step) in migrations.enumerated().dropFirst(version) {
            try db.inTransaction(.immediate) {
                try db.execute(sql: step)
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(index + 1)")
                return .commit
            }
        }
    }
}
#endif
