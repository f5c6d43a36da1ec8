#if Server
import LeadSharkWebhooks
public import Logging
import Metrics
public import ServiceLifecycle

/// A store with a spool as its last resort: while the store cannot take events, they go to the spool, and from there to the
/// store when it is back.
///
/// For a store that can be away, such as a database on another machine, or whose disk may fail or fill up while another has
/// room. An event counts as stored once the store *or* the spool has it on disk; it is refused when neither takes it.
///
/// - What was moved is known to the store by its identity. So an enqueuing whose outcome nobody knows, and a process that ends
///   between the store's commit and the removal from the spool, cost nothing but a duplicate.
/// - An event keeps the recipients that it had when it came.
/// - While an event of a person (``LeadSharkWebhooks/EventEnvelope/lane``) is in the spool, newer ones of that person go there
///   too, if a handler asks for lanes: so they come to the store in their order. Between several receivers, each with a spool
///   of its own, there is no order then. When the spool has no room, order is given up before an event is.
/// - An event that the store refuses for what it is (``DeliveryStoreError/Code/rowRefused``) is set aside in the spool, and holds
///   up no other. It is tried again at the next start, and by ``moveNow()``.
///
/// All but ``enqueue(_:for:)`` is the store's alone: what is in the spool is in no list and no count of an operator's.
///
/// It is a service too: ``run()`` moves the events. A receiver runs it by itself; with a ``DeliveryEngine`` of your own run it beside
/// the worker, so that it stops after the queue.
public final class SpoolingDeliveryStore: SharedDeliveryStore, Service {
    /// How the two stores are used.
    public struct Configuration: Sendable {
        /// How long the store may take for a commit before the events go to the spool. A good part less than a receiver has for
        /// its answer.
        public var commitTimeout: Duration = .seconds(2)
        /// How long the store may take to say that it is well.
        public var healthTimeout: Duration = .seconds(1)
        /// How long the store may take for a commit of events that come from the spool.
        public var moveTimeout: Duration = .seconds(5)
        /// How many events are moved in one commit. Fewer after a failure.
        public var eventsPerMove = 128
        /// How many bytes of payload are moved in one commit, unless one event alone has more.
        public var bytesPerMove = 1 << 20
        /// How long a store that is away is left alone before it is tried again.
        public var backoff = BackoffPolicy(base: .milliseconds(200), cap: .seconds(10))

        /// The defaults.
        public init() {}
    }

    struct State: Sendable {
        var generator: any RandomNumberGenerator & Sendable
        var isSpooling = false
        /// Whether it is to be told when the spool is empty.
        var isEmptyToBeTold = false
        var isStopping = false
        var failure: DeliveryStoreError?
        var listeners: [@Sendable () -> Void] = []
        var movedCount = 0
        var waiters: [MoveWaiter] = []
    }

    /// Somebody who waits for what comes of moving.
    struct MoveWaiter: Sendable {
        let since: Duration
        let movedBefore: Int
        let continuation: CheckedContinuation<SpoolMove, Never>
    }

    /// How long somebody who waits for events to be moved waits at most, unless one commit takes longer.
    static let longestReport: Duration = .seconds(2)

    let store: any DeliveryStore
    let spool: any DeliverySpool
    let configuration: Configuration
    let timeline: Timeline
    let calls: BoundedCalls
    let logger: Logger
    let metrics = DeliveryMetrics.Spool()
    let state: LockedValue<State>
    /// Wakes the loop that moves events.
    let wakeup: Wakeup
    let alarm: Alarm

    /// Puts a spool behind a store. Both are this one's to close.
    ///
    /// - Parameters:
    ///   - store: Where events belong.
    ///   - spool: Where they wait meanwhile.
    ///   - clock: What tells how long the store takes.
    ///   - generator: Where the jitter comes from.
    ///   - logger: Told when events begin to go to the spool, and when that is over.
    public init(
        store: any DeliveryStore, spool: any DeliverySpool, configuration: Configuration = .init(),
        clock: any Clock<Duration> = ContinuousClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), logger: Logger
    ) {
        let timeline = Timeline(clock)
        let wakeup = Wakeup()
        self.store = store
        self.spool = spool
        self.configuration = configuration
        self.timeline = timeline
        self.logger = logger
        self.wakeup = wakeup
        calls = BoundedCalls(timeline)
        alarm = Alarm(timeline) { wakeup.wake() }
        state = LockedValue(State(generator: generator))
        (store as? any SharedDeliveryStore)?.whenOthersEnqueue { [weak self] in self?.tellListeners() }
    }

    /// Stores events in the store, or else in the spool.
    ///
    /// - Throws: What the store throws of events that it refuses for what they are; ``DeliveryStoreError`` when neither takes
    ///   them. Then some of them may have been stored all the same, as when the connection to a database breaks.
    public func enqueue(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        if isSpooling { return try await put(events, for: recipients) }
        var results = [EnqueueResult?](repeating: nil, count: events.count)
        func take(_ indices: [Int], _ found: [EnqueueResult]) {
            for (index, result) in zip(indices, found) { results[index] = result }
        }
        let held = await heldBack(events, recipients)
        if !held.isEmpty, let spooled = try? await put(held.map { events[$0] }, for: recipients) {
            take(held, spooled)
        }
        let rest = results.indices.filter { results[$0] == nil }
        if !rest.isEmpty {
            let part = rest.map { events[$0] }
            do {
                take(rest, try await enqueueInStore(part, for: recipients, within: configuration.commitTimeout))
            } catch  where Self.isAway(error) {
                beginSpooling(error)
                take(rest, try await put(part, for: recipients))
            }
        }
        return results.compactMap { $0 }
    }

    /// Has `body` called when another process, or ``run()``, may have made something ready.
    public func whenOthersEnqueue(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.listeners.append(body) }
    }

    /// How things stand.
    public func report() async -> SpoolReport {
        SpoolReport(isSpooling: isSpooling, status: try? await spool.status())
    }

    var isSpooling: Bool { state.withLock { $0.isSpooling } }

    func tellListeners() {
        for listener in state.withLock({ $0.listeners }) { listener() }
    }

    func enqueueInStore(
        _ events: [NewEvent], for recipients: [DeliveryRecipient], within limit: Duration
    ) async throws -> [EnqueueResult] {
        let results = try await calls.run(within: limit) { [store] in
            try await store.enqueue(events, for: recipients)
        }
        guard results.count == events.count else {
            throw DeliveryStoreError(.unavailable, message: "the store gave a wrong number of results")
        }
        return results
    }

    /// Whether an error says that the store does not take events now, whichever they are.
    static func isAway(_ error: any Error) -> Bool {
        guard let error = error as? DeliveryStoreError else { return true }
        return error.code != .rowRefused && error.code != .closed
    }

    /// The events that have to wait behind others of their persons.
    private func heldBack(_ events: [NewEvent], _ recipients: [DeliveryRecipient]) async -> [Int] {
        guard spool.waitingCount > 0, recipients.contains(where: { $0.ordering == .perPerson }),
            let lanes = try? await spool.lanes(among: Set(events.map(\.envelope.lane))), !lanes.isEmpty
        else { return [] }
        return events.indices.filter { lanes.contains(events[$0].envelope.lane) }
    }

    private func put(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        do {
            let results = try await spool.put(events, for: recipients)
            metrics.spooled.increment(by: results.count { $0 == .spooled })
            metrics.waiting.record(spool.waitingCount)
            // While the store is away, it is tried by the alarm.
            if !isSpooling { wakeup.wake() }
            return results
        } catch {
            metrics.putErrors.increment()
            guard Self.isAway(error) else { throw error }
            let code = (error as? DeliveryStoreError)?.code
            throw DeliveryStoreError(
                code == .failed || code == .diskFull ? code ?? .unavailable : .unavailable,
                message: "the store does not take events, nor does the spool: \(DeliveryError.summary(of: error))")
        }
    }
}

// MARK: What the store alone does

extension SpoolingDeliveryStore {
    /// As the store does.
    public func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        try await store.lease(handler, limit: limit, for: duration, suspects: suspects)
    }

    /// As the store does.
    public func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> {
        try await store.settle(settlements)
    }

    /// As the store does.
    public func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        try await store.renew(tokens, for: duration)
    }

    /// As the store does.
    public func reclaimExpired() async throws -> Int { try await store.reclaimExpired() }

    /// As the store does.
    public func prune(_ retention: Retention, limit: Int) async throws -> Pruned {
        try await store.prune(retention, limit: limit)
    }

    /// As the store does.
    public func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        try await store.dissolveLanes(of: handler, limit: limit)
    }

    /// As the store does.
    public func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        try await store.timeUntilNextDelivery(for: handler)
    }

    /// As the store does.
    public func deliveries(matching query: DeliveryQuery) async throws -> [DeliverySummary] {
        try await store.deliveries(matching: query)
    }

    /// As the store does.
    public func record(of event: EventID) async throws -> EventRecord? { try await store.record(of: event) }

    /// As the store does.
    public func redeliver(
        _ deliveries: [DeliveryID], from states: Set<DeliveryState>
    ) async throws -> [DeliveryID] {
        try await store.redeliver(deliveries, from: states)
    }

    /// As the store does.
    public func delete(_ events: [EventID]) async throws -> [EventID] { try await store.delete(events) }

    /// As the store does.
    public func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics] {
        try await store.statistics(of: states)
    }

    /// Whether the store could commit now, or else the spool.
    public func checkHealth() async throws {
        if !isSpooling {
            do {
                return try await calls.run(within: configuration.healthTimeout) { [store] in
                    try await store.checkHealth()
                }
            } catch  where Self.isAway(error) {}
        }
        try await spool.checkHealth()
    }

    /// Ends all use of both.
    public func close() async throws {
        let results: [Result<Void, any Error>] = [
            await Self.result { [store] in try await store.close() },
            await Self.result { [spool] in try await spool.close() },
        ]
        for result in results { try result.get() }
    }

    private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
#endif
