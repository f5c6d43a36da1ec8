#if Server
import GRDB

@testable import LeadSharkSQLite

/// Stores as earlier versions made them.
enum OldStore {
    /// Makes a store with the tables of a version, and fills it.
    static func make(version: Int, at path: String, _ fill: (Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            try Schema.migrate(db, upTo: version)
            try fill(db)
        }
        try queue.close()
    }

    /// An event without deliveries, and its identity.
    static func insertEvent(_ id: Int64, at time: Int64 = 1, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO event (id, webhook, identity, lane, received_at, secret, is_test, payload)
                VALUES (?, 'leadshark', randomblob(32), zeroblob(32), ?, 'current', 0, x'7b7d')
                """, arguments: [id, time])
        try db.execute(
            sql: "INSERT INTO identity (identity, event, first_seen_at) SELECT identity, id, ? FROM event WHERE id = ?",
            arguments: [time, id])
    }
}
#endif
