#if Server
import GRDB

/// The tables, as numbered steps. A step that was released is never changed; a new one is appended.
///
/// Times are microseconds since 1970. `identity` is apart from `event`, so that identities can be remembered longer than
/// events; `lane` in `delivery` is set for handlers that ask for lanes, whose deliveries behind the head are `queued`. One that
/// `left_lane` goes on by itself, and is in its lane again when it is redelivered.
enum Schema {
    /// Marks the file as ours: `LSwq`.
    static let applicationID: Int32 = 0x4C53_7771

    static let migrations: [String] = [
        """
        CREATE TABLE identity (
          identity BLOB NOT NULL PRIMARY KEY CHECK (length(identity) = 32),
          event INTEGER NOT NULL,
          first_seen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE event (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          webhook TEXT NOT NULL,
          identity BLOB NOT NULL CHECK (length(identity) = 32),
          type TEXT,
          lane BLOB NOT NULL CHECK (length(lane) = 32),
          received_at INTEGER NOT NULL,
          secret TEXT NOT NULL CHECK (secret IN ('current', 'previous')),
          contradicting_header TEXT,
          is_test INTEGER NOT NULL CHECK (is_test IN (0, 1)),
          duplicate_count INTEGER NOT NULL DEFAULT 0,
          payload BLOB NOT NULL
        ) STRICT;

        CREATE TABLE variant (
          id INTEGER PRIMARY KEY,
          event INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
          received_at INTEGER NOT NULL,
          payload BLOB NOT NULL
        ) STRICT;
        CREATE INDEX variant_event ON variant (event);

        CREATE TABLE delivery (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          event INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
          handler TEXT NOT NULL,
          state TEXT NOT NULL
            CHECK (state IN ('queued', 'ready', 'leased', 'waiting', 'completed', 'deadLettered')),
          attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
          crashes INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),
          fence INTEGER NOT NULL DEFAULT 0,
          lane BLOB CHECK (length(lane) = 32),
          lease_until INTEGER,
          due_at INTEGER,
          settled_at INTEGER,
          reason TEXT CHECK (length(CAST(reason AS BLOB)) <= 500),
          UNIQUE (event, handler),
          CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
          CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
          CHECK ((state IN ('completed', 'deadLettered')) = (settled_at IS NOT NULL))
        ) STRICT;
        CREATE INDEX delivery_ready ON delivery (handler, id) WHERE state = 'ready';
        CREATE INDEX delivery_waiting ON delivery (handler, due_at) WHERE state = 'waiting';
        CREATE INDEX delivery_leased ON delivery (lease_until) WHERE state = 'leased';

        CREATE TABLE health (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          checked_at INTEGER NOT NULL
        ) STRICT;
        """,
        // From here on the first lease that runs out makes a delivery a suspect, and each further one is a crash of its own.
        // What was counted before may have been the fault of others.
        "UPDATE delivery SET crashes = 1 WHERE crashes > 1;",
        // What is done, in the order in which it was, to be deleted when it is old: events whose deliveries are all completed,
        // and events without deliveries. An identity whose event is no longer kept has the event 0.
        """
        CREATE TABLE finished (
          finished_at INTEGER NOT NULL,
          event INTEGER NOT NULL,
          PRIMARY KEY (finished_at, event)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO finished (finished_at, event)
          SELECT coalesce(max(d.settled_at), e.received_at), e.id FROM event e LEFT JOIN delivery d ON d.event = e.id
          GROUP BY e.id HAVING total(d.state <> 'completed') = 0;

        CREATE INDEX identity_forgotten ON identity (first_seen_at) WHERE event = 0;
        CREATE INDEX delivery_dead ON delivery (handler, id) WHERE state = 'deadLettered';
        CREATE INDEX delivery_queued ON delivery (handler, lane, id) WHERE state = 'queued';
        """,
        // Lanes: each has one head at most. `blocking_since` is when the head's first attempt began.
        """
        ALTER TABLE delivery ADD COLUMN left_lane INTEGER NOT NULL DEFAULT 0
          CHECK (left_lane = 0 OR (left_lane = 1 AND lane IS NOT NULL))
          CHECK (state <> 'queued' OR (lane IS NOT NULL AND left_lane = 0));
        ALTER TABLE delivery ADD COLUMN blocking_since INTEGER
          CHECK (blocking_since IS NULL OR (lane IS NOT NULL AND left_lane = 0));
        CREATE UNIQUE INDEX delivery_head ON delivery (handler, lane)
          WHERE lane IS NOT NULL AND left_lane = 0 AND state IN ('ready', 'leased', 'waiting');
        """,
    ]

    /// Tells whether a file that is there already is ours, without changing it.
    static func inspect(_ db: Database, path: String, mayBeOlder: Bool) throws {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
        // We may have been stopped after making the file and before its first table.
        let isBegun = application == 0 && version == 0 && isEmpty
        guard application == applicationID || isBegun else {
            throw StoreOpeningError(
                .foreignDatabase,
                message: "the file \(path) is another program's SQLite database; name another path for the store")
        }
        if version > migrations.count {
            throw StoreOpeningError(
                .newerSchema,
                message:
                    "a later version of this program made the store \(path) (its schema is \(version), this program knows \(migrations.count)); use that version"
            )
        }
        if isBegun && !mayBeOlder {
            throw StoreOpeningError(
                .olderSchema, message: "the store \(path) is empty; start the receiver once to fill it in")
        }
        if version < migrations.count && !mayBeOlder {
            throw StoreOpeningError(
                .olderSchema,
                message:
                    "the store \(path) is of an earlier version; start the receiver once to bring it up to date")
        }
    }

    /// Brings the tables up to date, each step in one transaction.
    static func migrate(_ db: Database, upTo last: Int = migrations.count) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        for (index, step) in migrations.prefix(last).enumerated().dropFirst(version) {
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
