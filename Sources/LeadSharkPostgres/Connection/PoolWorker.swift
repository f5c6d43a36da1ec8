#if Postgres
import Glibc
import LeadSharkDelivery

/// One thread of a ``ConnectionPool``, with its connection.
struct PoolWorker {
    private let configuration: ConnectionPool.Configuration
    private let jobs: JobQueue
    private var connection: Connection?
    private var failures = 0
    private var generator = SystemRandomNumberGenerator()

    /// How often a statement is tried again that lost against others.
    private static let transientTries = 5
    /// How long a thread sleeps before it looks whether the pool is closed.
    private static let nap: Duration = .milliseconds(50)

    init(_ configuration: ConnectionPool.Configuration, _ jobs: JobQueue) {
        self.configuration = configuration
        self.jobs = jobs
    }

    mutating func disconnect() { connection = nil }

    /// Does a job, and tells the one who waits.
    mutating func perform(_ job: Job) {
        // Nobody waits for it any more, and the server would carry it out without anybody's knowing.
        guard ContinuousClock.now < job.deadline else {
            job.fail(DeliveryStoreError(.busy, message: "all connections to PostgreSQL were in use for too long"))
            return
        }
        var isRetry = false
        var collisions = 0
        while true {
            // What left a transaction open has failed half way, and whatever comes next would be part of it.
            defer { if connection?.isIdle == false { connection = nil } }
            let failure: ConnectionFailure
            do {
                let tell = try job.perform(connected(by: job.deadline), isRetry)
                failures = 0
                tell()
                return
            } catch let error as ConnectionFailure {
                failure = error
            } catch {
                // Something that is not of the connection: a row that cannot be read.
                job.fail(error)
                return
            }
            switch failure {
            case .refused(let state) where PostgresErrors.isTransient(state) && collisions < Self.transientTries:
                collisions += 1
                if ContinuousClock.now < job.deadline { continue }
            case .refused(let state) where PostgresErrors.isOfServer(state):
                connection = nil
            case .refused:
                failures = 0
                job.fail(PostgresErrors.storeError(failure))
                return
            case .lost(let isAmbiguous):
                connection = nil
                if isAmbiguous { isRetry = true }
            case .unreachable:
                connection = nil
            }
            failures += 1
            guard rest(before: job.deadline) else {
                job.fail(PostgresErrors.storeError(failure))
                return
            }
        }
    }

    private mutating func connected(by deadline: ContinuousClock.Instant) throws(ConnectionFailure) -> Connection {
        if let connection { return connection }
        let fresh = try Connection(configuration.target, preparesStatements: !configuration.target.isPooled)
        if !configuration.target.isPooled {
            try SessionSettings.apply(
                to: fresh, statementTimeout: configuration.statementTimeout, by: deadline)
        }
        connection = fresh
        return fresh
    }

    /// Waits before the next attempt.
    ///
    /// - Returns: Whether there is time for one.
    private mutating func rest(before deadline: ContinuousClock.Instant) -> Bool {
        // The first loss may be of a connection that had been idle for long: another is made at once.
        let delay = failures <= 1 ? .zero : configuration.backoff.delay(afterAttempt: failures - 1, using: &generator)
        let end = ContinuousClock.now + delay
        guard end < deadline else { return false }
        while ContinuousClock.now < end {
            if jobs.isClosed { return false }
            usleep(UInt32(min(Self.nap, ContinuousClock.now.duration(to: end) + .milliseconds(1)).inMicroseconds))
        }
        return true
    }
}
#endif
