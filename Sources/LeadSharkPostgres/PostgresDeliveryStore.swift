#if Postgres
import Glibc
public import LeadSharkDelivery
public import Logging

/// Events and deliveries in a PostgreSQL database, for several receivers and workers behind a load balancer.
///
/// Any number of processes may use one store at once. Time is the database's: what the processes' own clocks say plays no
/// part. A commit is on the server's disk when it returns (`synchronous_commit`), as far as the server's own settings go;
/// with a synchronous standby it is there too.
///
/// A connection that breaks is made anew, and what was under way is tried again within its time. When it is not known
/// whether a commit came about, the same is asked for again under the same key, so that nothing is stored or leased twice.
///
/// libpq runs on threads of the store's own, never on those of Swift's concurrency. Calls are not cancelled half way.
public final class PostgresDeliveryStore: ClockAdjustableStore, SharedDeliveryStore {
    /// How a store uses its server.
    public struct Configuration: Sendable {
        /// Where the database is.
        public var url: PostgresURL
        /// How many connections commit what arrives. They are made when they are needed, as all are.
        public var ingestConnectionCount = 2
        /// How many connections lease, renew and settle.
        public var workConnectionCount = 2
        /// How long a commit of what arrives may take, with all attempts. Less than a receiver has for its answer.
        public var commitTimeout: Duration = .seconds(6)
        /// How long a worker's call may take, with all attempts. Less than a lease lasts between two renewals.
        public var workTimeout: Duration = .seconds(10)
        /// How long an operator's question, or the deletion of what is old, may take.
        public var operatorTimeout: Duration = .seconds(60)
        /// How long to wait before a connection is made anew, from the second failure on.
        public var reconnectBackoff = BackoffPolicy(base: .milliseconds(50), cap: .seconds(2))
        /// Whether other processes are told at once what was stored, by NOTIFY, and this one listens. Without it, and with a
        /// pooler, they look by themselves, as often as ``LeadSharkDelivery/Worker/Configuration/maximumIdle`` says.
        public var usesNotifications = true

        /// The defaults, for this database.
        public init(url: PostgresURL) { self.url = url }
    }

    let configuration: Configuration
    let schema: Schema
    let ingest: ConnectionPool
    let work: ConnectionPool
    let upkeep: ConnectionPool
    let statements: StoreStatements
    let orphans = LockedValue(OrphanedCalls())
    let floors = LockedValue(ReadyFloors())
    private let bulletin: Bulletin?
    private let isClosed = LockedValue(false)

    private init(_ configuration: Configuration, logger: Logger) {
        func pool(_ count: Int, _ timeout: Duration) -> ConnectionPool {
            ConnectionPool(
                .init(
                    target: configuration.url, count: count, statementTimeout: timeout,
                    backoff: configuration.reconnectBackoff))
        }
        let schema = Schema(name: configuration.url.schema)
        self.configuration = configuration
        self.schema = schema
        statements = StoreStatements(schema)
        ingest = pool(configuration.ingestConnectionCount, configuration.commitTimeout)
        work = pool(configuration.workConnectionCount, configuration.workTimeout)
        upkeep = pool(1, configuration.operatorTimeout)
        let isListening = configuration.usesNotifications && !configuration.url.isPooled
        bulletin =
            isListening
            ? Bulletin(
                target: configuration.url, channel: schema.channel, backoff: configuration.reconnectBackoff,
                logger: logger) : nil
    }

    /// Opens a store as a receiver or a worker does: makes its schema if there is none, and brings it up to date.
    ///
    /// - Parameter logger: Gets warnings about the server's settings, and about a lost connection for notifications.
    /// - Throws: ``PostgresOpeningError``; then nothing was created or changed.
    public static func open(_ configuration: Configuration, logger: Logger) async throws -> PostgresDeliveryStore {
        try await open(configuration, migrates: true, logger: logger)
    }

    /// Opens a store that is there and up to date, as an operator's command does.
    ///
    /// - Throws: ``PostgresOpeningError``.
    public static func openExisting(
        _ configuration: Configuration, logger: Logger
    ) async throws -> PostgresDeliveryStore {
        var configuration = configuration
        configuration.usesNotifications = false
        return try await open(configuration, migrates: false, logger: logger)
    }

    private static func open(
        _ configuration: Configuration, migrates: Bool, logger: Logger
    ) async throws -> PostgresDeliveryStore {
        let opening = StoreOpening(url: configuration.url, migrates: migrates, logger: logger)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            BlockingThread.start { continuation.resume(with: Result { try opening.run() }) }
        }
        return PostgresDeliveryStore(configuration, logger: logger)
    }

    /// Does what was begun, and ends all use of the store. Others may go on with it.
    public func close() async throws {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        await bulletin?.close()
        await ingest.close()
        await work.close()
        await upkeep.close()
    }

    deinit { bulletin?.stop() }

    /// Moves the database's clock on, for all who use the store.
    public func advanceClock(by duration: Duration) async throws {
        try await upkeep.run(within: configuration.operatorTimeout) { [statements] session, isRetry in
            // Not repeated: it would move the clock twice.
            if isRetry { return }
            _ = try session.execute(
                statements.advanceClock, Parameters { $0.add(duration.inMicroseconds) })
        }
    }

    /// Commits something small, on a connection for what arrives.
    public func checkHealth() async throws {
        try await ingest.run(within: configuration.commitTimeout) { [statements] session, _ in
            _ = try session.execute(statements.checkHealth)
        }
    }

    /// Has `body` called when another process may have made something ready.
    public func whenOthersEnqueue(_ body: @escaping @Sendable () -> Void) { bulletin?.subscribe(body) }

    /// Tells the other processes, soon.
    func publish() { bulletin?.publish() }

    /// A key that no other call has.
    static func makeKey() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
#endif
