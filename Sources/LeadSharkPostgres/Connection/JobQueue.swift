#if Postgres
import Dispatch
import LeadSharkDelivery

/// What a ``ConnectionPool``'s threads are given to do.
struct Job: Sendable {
    /// After this instant it is not begun any more, nor tried again.
    let deadline: ContinuousClock.Instant
    /// Does it, and gives what tells the one who waits. The second parameter says whether it may have been carried out before.
    let perform: @Sendable (Connection, Bool) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
}

/// Jobs that wait for a thread: so many at most, the urgent ones first.
final class JobQueue: Sendable {
    private struct State: Sendable {
        var urgent: [Job] = []
        var ordinary: [Job] = []
        var isClosed = false
    }

    /// How many jobs may wait.
    static let maximumCount = 1024

    private let state = LockedValue(State())
    private let arrivals = DispatchSemaphore(value: 0)

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func add(_ job: Job, isUrgent: Bool) throws(DeliveryStoreError) {
        try state.withLock { state throws(DeliveryStoreError) in
            if state.isClosed { throw DeliveryStoreError(.closed, message: "the store is closed") }
            if isUrgent { return state.urgent.append(job) }
            guard state.ordinary.count < Self.maximumCount else {
                throw DeliveryStoreError(.busy, message: "too much waits for a connection to PostgreSQL")
            }
            state.ordinary.append(job)
        }
        arrivals.signal()
    }

    /// Blocks until there is a job; `nil` once the queue is closed and empty.
    func next() -> Job? {
        while true {
            arrivals.wait()
            let (job, isOver): (Job?, Bool) = state.withLock { state in
                if !state.urgent.isEmpty { return (state.urgent.removeFirst(), false) }
                if !state.ordinary.isEmpty { return (state.ordinary.removeFirst(), false) }
                return (nil, state.isClosed)
            }
            if let job { return job }
            if isOver {
                arrivals.signal()
                return nil
            }
        }
    }

    /// Takes no more jobs; those that are there are done.
    func close() {
        state.withLock { $0.isClosed = true }
        arrivals.signal()
    }
}
#endif
