#if Postgres
import LeadSharkDelivery

/// A few connections, each with a thread of its own, which share one queue of jobs.
///
/// A connection is made when there is something to do. One that breaks is replaced, after a wait that grows with each failure
/// and has some chance in it, so that many processes do not come back to a server all at once. What was under way is tried
/// again within its time.
final class ConnectionPool: Sendable {
    /// How a pool's sessions are set up.
    struct Configuration: Sendable {
        let target: PostgresURL
        /// How many connections there are at most.
        let count: Int
        /// How long a statement may run on the server.
        let statementTimeout: Duration
        /// How long to wait before another attempt to connect.
        let backoff: BackoffPolicy
    }

    private let configuration: Configuration
    private let jobs = JobQueue()
    private let living: LockedValue<(threads: Int, waiter: CheckedContinuation<Void, Never>?)>

    init(_ configuration: Configuration) {
        self.configuration = configuration
        let count = max(configuration.count, 1)
        living = LockedValue((count, nil))
        for _ in 0..<count {
            BlockingThread.start { [jobs, living] in
                var worker = PoolWorker(configuration, jobs)
                while let job = jobs.next() { worker.perform(job) }
                worker.disconnect()
                let waiter = living.withLock { living in
                    living.threads -= 1
                    return living.threads == 0 ? living.waiter : nil
                }
                waiter?.resume()
            }
        }
    }

    deinit { jobs.close() }

    /// Does something on one of the connections.
    ///
    /// - Parameters:
    ///   - limit: How long it may take, with all attempts.
    ///   - isUrgent: Whether it goes before what waits.
    ///   - body: What to do. It is called again after a loss of the connection, and told whether it may have been carried out
    ///     before.
    func run<Value: Sendable>(
        within limit: Duration, isUrgent: Bool = false,
        _ body: @escaping @Sendable (Session, _ isRetry: Bool) throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        return try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                deadline: deadline,
                perform: { connection, isRetry in
                    let value = try body(Session(connection: connection, deadline: deadline), isRetry)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            do throws(DeliveryStoreError) {
                try jobs.add(job, isUrgent: isUrgent)
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Does what waits, and ends the threads with their connections.
    func close() async {
        jobs.close()
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            let isOver = living.withLock { living in
                if living.threads > 0 { living.waiter = waiter }
                return living.threads == 0
            }
            if isOver { waiter.resume() }
        }
    }
}

/// A connection while a job has it.
struct Session {
    let connection: Connection
    let deadline: ContinuousClock.Instant

    func execute(_ statement: Statement, _ parameters: Parameters = .none) throws(ConnectionFailure) -> QueryResult {
        try connection.execute(statement, parameters, by: deadline)
    }

    func run(_ sql: String) throws(ConnectionFailure) { try connection.run(sql, by: deadline) }
}
#endif
