#if Server
import LeadSharkDelivery
import NIOConcurrencyHelpers

/// A store in memory that can be told to hang or to fail.
final class ControlledStore: DeliveryStore {
    enum Mode {
        case works, fails, hangs
        /// It says that it is well, and takes no event.
        case hangsOnEvents
    }

    struct Broken: Error {}

    private struct State {
        var mode = Mode.works
        var blocked: [CheckedContinuation<Void, Never>] = []
        var arrivals = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var received: [NewEvent] = []
    }

    private let base = InMemoryDeliveryStore()
    private let state = NIOLockedValueBox(State())

    /// What was given to be stored, whatever became of it.
    var received: [NewEvent] { state.withLockedValue { $0.received } }

    /// Changes the mode; those who hang go on.
    func become(_ mode: Mode) {
        let blocked = state.withLockedValue { state in
            state.mode = mode
            defer { state.blocked = [] }
            return state.blocked
        }
        for continuation in blocked { continuation.resume() }
    }

    /// Waits until so many calls have hung or passed.
    func arrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLockedValue { state in
                if state.arrivals >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func pass(_ hanging: Set<Mode>) async throws {
        await withCheckedContinuation { continuation in
            let (hangs, seen) = state.withLockedValue { state in
                state.arrivals += 1
                let seen = state.watchers.filter { $0.count <= state.arrivals }.map(\.continuation)
                state.watchers.removeAll { $0.count <= state.arrivals }
                let hangs = hanging.contains(state.mode)
                if hangs { state.blocked.append(continuation) }
                return (hangs, seen)
            }
            for watcher in seen { watcher.resume() }
            if !hangs { continuation.resume() }
        }
        if state.withLockedValue({ $0.mode == .fails }) { throw Broken() }
    }

    func enqueue(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        state.withLockedValue { $0.received += events }
        try await pass([.hangs, .hangsOnEvents])
        return try await base.enqueue(events, for: recipients)
    }

    func checkHealth() async throws {
        try await pass([.hangs])
        try await base.checkHealth()
    }

    func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        try await base.lease(handler, limit: limit, for: duration, suspects: suspects)
    }
    func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> { try await base.settle(settlements) }
    func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        try await base.renew(tokens, for: duration)
    }
    func reclaimExpired() async throws -> Int { try await base.reclaimExpired() }
    func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        try await base.dissolveLanes(of: handler, limit: limit)
    }
    func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        try await base.timeUntilNextDelivery(for: handler)
    }
    func deliveries(matching query: DeliveryQuery) async throws -> [DeliverySummary] {
        try await base.deliveries(matching: query)
    }
    func record(of event: EventID) async throws -> EventRecord? { try await base.record(of: event) }
    func redeliver(
        _ deliveries: [DeliveryID], from states: Set<DeliveryState>
    ) async throws -> [DeliveryID] {
        try await base.redeliver(deliveries, from: states)
    }
    func prune(_ retention: Retention, limit: Int) async throws -> Pruned {
        try await base.prune(retention, limit: limit)
    }
    func delete(_ events: [EventID]) async throws -> [EventID] { try await base.delete(events) }
    func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics] {
        try await base.statistics(of: states)
    }
    func close() async throws { try await base.close() }
}
#endif
