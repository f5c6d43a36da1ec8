#if Postgres
import LeadSharkDelivery
import Logging

/// What is looked at and done before a store is used: on a connection of its own.
struct StoreOpening: Sendable {
    let url: PostgresURL
    let migrates: Bool
    let logger: Logger

    /// The oldest server that has all that is needed.
    private static let minimumVersion = 13
    private static let limit: Duration = .seconds(120)

    func run() throws {
        do {
            let connection = try Connection(url, preparesStatements: false)
            let session = Session(connection: connection, deadline: ContinuousClock.now + Self.limit)
            try check(session)
            if !url.isPooled {
                try SessionSettings.apply(to: connection, statementTimeout: Self.limit, by: session.deadline)
            }
            let schema = Schema(name: url.schema)
            let version = try schema.version(in: session)
            if version == Schema.migrations.count { return }
            guard migrates else {
                throw PostgresOpeningError(
                    version == 0 ? .notFound : .olderSchema,
                    message: version == 0
                        ? "there is no store in the schema \(url.schema) of \(url); start a receiver or a worker to make it"
                        : "the store in the schema \(url.schema) is of an earlier version; start a receiver or a worker to bring it up to date"
                )
            }
            try schema.migrate(in: session)
        } catch let failure as ConnectionFailure {
            throw openingError(failure)
        } catch let error as DeliveryStoreError {
            throw PostgresOpeningError(.unavailable, message: "\(url): \(error.message)")
        }
    }

    private func check(_ session: Session) throws {
        let version = session.connection.serverVersion
        guard version >= Self.minimumVersion * 10_000 else {
            throw PostgresOpeningError(
                .unsuitableServer,
                message:
                    "\(url) is PostgreSQL \(version / 10_000); this program needs \(Self.minimumVersion) or later")
        }
        let found = try session.execute(
            Statement(
                nil,
                """
                SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
                  current_setting('server_encoding'), current_setting('fsync'), current_setting('full_page_writes')
                """))
        guard try !found.boolean(0, 0) else { throw readOnly }
        guard try found.text(0, 1) == "UTF8" else {
            throw PostgresOpeningError(
                .unsuitableServer, message: "the database of \(url) is not in UTF8; make one that is")
        }
        for (column, setting) in [(2, "fsync"), (3, "full_page_writes")] where try found.text(0, column) != "on" {
            logger.warning(
                "The server may lose what was acknowledged when its power fails: a setting is off",
                metadata: ["setting": "\(setting)"])
        }
    }

    private var readOnly: PostgresOpeningError {
        PostgresOpeningError(
            .readOnly,
            message:
                "\(url) can only be read: it is a standby, or in recovery; name the primary, or all hosts by commas")
    }

    private func openingError(_ failure: ConnectionFailure) -> PostgresOpeningError {
        switch failure {
        case .unreachable(let text):
            if text.contains("read-only") || text.contains("hot standby") { return readOnly }
            return PostgresOpeningError(.unreachable, message: "\(url) cannot be used: \(text)")
        case .refused("42501"):
            return PostgresOpeningError(
                .notPermitted,
                message:
                    "this user may not make or use the schema \(url.schema) of \(url); let an administrator CREATE SCHEMA \(url.schema) AUTHORIZATION that user"
            )
        case .refused("25006"): return readOnly
        case .lost, .refused:
            return PostgresOpeningError(
                .unavailable, message: "\(url): \(PostgresErrors.storeError(failure).message)")
        }
    }
}
#endif
