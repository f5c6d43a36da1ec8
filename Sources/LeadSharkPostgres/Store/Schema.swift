#if Postgres
import LeadSharkDelivery

/// The tables and functions, as numbered steps. A step that was released is never changed; a new one is appended.
///
/// All of it is in one schema. What must be one transaction is one call of a function: one round trip, and the same with
/// a pooler in between. Each statement in them sees what was committed before it (`READ COMMITTED`), which they rely on.
struct Schema: Sendable {
    let name: String

    static let migrations = [
        tables, clockFunctions, enqueueFunction, leaseFunction, settleFunctions, pruneFunction, operatorFunctions,
    ]

    /// The steps of a schema of this name. Its name is checked, and so needs no quotes.
    func step(_ number: Int) -> String { Self.migrations[number].replacing("@schema@", with: name) }

    func statement(_ statementName: String, _ sql: String) -> Statement {
        Statement("leadshark_\(statementName)", sql.replacing("@schema@", with: name))
    }

    /// Where other processes are told that there may be something to lease. It begins with the schema's name, so that two
    /// stores in one database do not wake each other.
    var channel: String { "\(name)_ready" }

    // MARK: Looking and migrating

    /// Makes the schema, or brings it up to date, however many processes try at once: all in one transaction, behind a lock.
    ///
    /// - Parameter last: Up to which version; tests make older ones.
    func migrate(in session: Session, upTo last: Int = migrations.count) throws {
        try session.run("BEGIN")
        do {
            try session.run("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            _ = try session.execute(
                Statement(nil, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"),
                Parameters { $0.add("leadshark migrates \(name)") })
            let version = try version(in: session)
            if version < last {
                if version == 0, try !exists(in: session) { try session.run("CREATE SCHEMA \(name)") }
                for number in version..<last { try session.run(step(number)) }
                try session.run("UPDATE \(name).version SET version = \(last)")
            }
            try session.run("COMMIT")
        } catch {
            try? session.run("ROLLBACK")
            throw error
        }
    }

    /// The version of the schema that is there; 0 when there is none, or an empty one.
    ///
    /// - Throws: ``PostgresOpeningError`` when it is another program's, or later than this one.
    func version(in session: Session) throws -> Int {
        let found = try session.execute(
            Statement(
                nil,
                """
                SELECT c.relname = 'version' FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                """),
            Parameters { $0.add(name) }
        ).map { try $0.boolean($1, 0) }
        if found.isEmpty { return 0 }
        guard found.contains(true) else { throw foreign }
        let rows: [Int64]
        do {
            rows = try session.execute(
                Statement(nil, "SELECT version FROM \(name).version WHERE program = 'leadshark'")
            )
            .map { try $0.integer($1, 0) }
        } catch ConnectionFailure.refused(let state) where state == "42703" {
            throw foreign
        }
        guard rows.count == 1 else { throw foreign }
        guard rows[0] <= Self.migrations.count else {
            throw PostgresOpeningError(
                .newerSchema,
                message:
                    "a later version of this program made the schema \(name) (it is \(rows[0]), this program knows \(Self.migrations.count)); use that version"
            )
        }
        return Int(rows[0])
    }

    private func exists(in session: Session) throws -> Bool {
        try session.execute(
            Statement(nil, "SELECT 1::bigint FROM pg_catalog.pg_namespace WHERE nspname = $1"),
            Parameters { $0.add(name) }
        ).rowCount > 0
    }

    private var foreign: PostgresOpeningError {
        PostgresOpeningError(
            .foreignSchema,
            message: "the schema \(name) holds another program's tables; name another one by schema=NAME in the URL")
    }
}
#endif
