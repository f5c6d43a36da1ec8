#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import ServiceLifecycle
import Testing

extension NewEvent {
    static func fixture(_ number: Int, name: String? = nil) -> NewEvent {
        NewEvent(
            webhook: .leadshark, verified: Fixture.webhook(for: .newComment, number: number, name: name),
            eventHeader: "new.comment")
    }

    static func payload(_ text: String) -> NewEvent {
        NewEvent(
            webhook: .leadshark, verified: VerifiedWebhook(authenticated: Array(text.utf8), by: .current),
            eventHeader: nil)
    }
}

/// Expects a condition. Unlike the macro, it lets the condition be the result of a mutating call.
func check(_ condition: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: sourceLocation)
}

extension Logger {
    /// Says nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Writes its lines, metadata included, into a journal.
    static func into(_ journal: Journal<String>) -> Logger {
        Logger(label: "test") { _ in JournalLogHandler(lines: journal) }
    }
}

private struct JournalLogHandler: LogHandler {
    let lines: Journal<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.append("\(event.message) \(event.metadata ?? [:])")
    }
}

/// Always gives the same number: with 0, jitter takes as much as it may.
struct FixedGenerator: RandomNumberGenerator {
    var value: UInt64 = 0
    func next() -> UInt64 { value }
}

/// A gate that is closed until it is opened for good.
final class Gate: Sendable {
    private struct State: Sendable {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = LockedValue(State())

    /// How many wait.
    var waitingCount: Int { state.withLock { $0.waiters.count } }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// A list that many tasks write to.
final class Journal<Element: Sendable>: Sendable {
    private let state = LockedValue<[Element]>([])
    var all: [Element] { state.withLock { $0 } }
    var count: Int { state.withLock { $0.count } }
    func append(_ element: Element) { state.withLock { $0.append(element) } }
}

/// A handler that does what a test says.
struct ScriptedHandler: DeliveryHandler {
    let name: HandlerName
    let begun = Journal<Delivery>()
    let script: @Sendable (Delivery) async throws -> DeliveryOutcome

    init(_ name: HandlerName = "crm", _ script: @escaping @Sendable (Delivery) async throws -> DeliveryOutcome) {
        self.name = name
        self.script = script
    }

    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        begun.append(delivery)
        return try await script(delivery)
    }
}

/// Hangs until its task is cancelled.
func hang() async throws -> DeliveryOutcome {
    let stream = AsyncStream<Never> { _ in }
    for await _ in stream {}
    throw CancellationError()
}

/// A store in memory whose calls are recorded and can be made to fail.
final class SpyStore: DeliveryStore {
    enum Call: Hashable, Sendable { case enqueue, lease, settle, renew, reclaim, dissolve, prune }

    let base: InMemoryDeliveryStore
    let enqueued = Journal<Int>()
    let leaseLimits = Journal<Int>()
    let calls = Journal<Call>()
    let settled = Journal<[Settlement]>()
    let pruned = Journal<Retention>()
    private let claimedTime = LockedValue<Duration?>(nil)
    private let failures = LockedValue<[Call: Int]>([:])
    private let isOver = LockedValue(false)
    private let onEnqueue: @Sendable ([NewEvent]) async throws -> Void
    private let afterEnqueue: @Sendable ([NewEvent]) async throws -> Void
    private let onHealth: @Sendable () async throws -> Void

    init(
        clock: any Clock<Duration> = ContinuousClock(),
        onEnqueue: @escaping @Sendable ([NewEvent]) async throws -> Void = { _ in },
        afterEnqueue: @escaping @Sendable ([NewEvent]) async throws -> Void = { _ in },
        onHealth: @escaping @Sendable () async throws -> Void = {}
    ) {
        base = InMemoryDeliveryStore(clock: clock)
        self.onEnqueue = onEnqueue
        self.afterEnqueue = afterEnqueue
        self.onHealth = onHealth
    }

    /// Has the next calls fail.
    func fail(_ call: Call, times: Int) { failures.withLock { $0[call] = times } }

    /// Has all calls fail for good.
    func failForGood() { isOver.withLock { $0 = true } }

    /// How many calls are still to fail.
    func failuresLeft(_ call: Call) -> Int { failures.withLock { $0[call] ?? 0 } }

    /// Has the store say so, whatever is due.
    func sayNextDelivery(in time: Duration) { claimedTime.withLock { $0 = time } }

    private func check(_ call: Call) throws {
        calls.append(call)
        if isOver.withLock({ $0 }) { throw DeliveryStoreError(.failed, message: "injected") }
        try failures.withLock { failures in
            guard let left = failures[call], left > 0 else { return }
            failures[call] = left - 1
            throw DeliveryStoreError(.inputOutput, message: "injected")
        }
    }

    func enqueue(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        enqueued.append(events.count)
        try check(.enqueue)
        try await onEnqueue(events)
        let results = try await base.enqueue(events, for: recipients)
        try await afterEnqueue(events)
        return results
    }

    func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        try check(.lease)
        leaseLimits.append(limit)
        return try await base.lease(handler, limit: limit, for: duration, suspects: suspects)
    }

    func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> {
        try check(.settle)
        settled.append(settlements)
        return try await base.settle(settlements)
    }

    func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        try check(.renew)
        return try await base.renew(tokens, for: duration)
    }

    func reclaimExpired() async throws -> Int {
        try check(.reclaim)
        return try await base.reclaimExpired()
    }

    func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        try check(.dissolve)
        return try await base.dissolveLanes(of: handler, limit: limit)
    }
    func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        if let time = claimedTime.withLock({ $0 }) { return time }
        return try await base.timeUntilNextDelivery(for: handler)
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
        pruned.append(retention)
        try check(.prune)
        return try await base.prune(retention, limit: limit)
    }
    func delete(_ events: [EventID]) async throws -> [EventID] { try await base.delete(events) }
    func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics] {
        try await base.statistics(of: states)
    }
    func checkHealth() async throws {
        if isOver.withLock({ $0 }) { throw DeliveryStoreError(.failed, message: "injected") }
        try await onHealth()
        try await base.checkHealth()
    }
    func close() async throws { try await base.close() }
}

/// An engine over a store in memory, with a clock that a test moves.
struct EngineUnderTest: Sendable {
    let clock: ManualClock
    let store: SpyStore
    let engine: DeliveryEngine
    let group: ServiceGroup

    /// The one delivery there is.
    var delivery: DeliverySummary? {
        get async throws {
            let all = try await store.deliveries(matching: DeliveryQuery())
            return all.count == 1 ? all[0] : nil
        }
    }

    /// Waits until so many deliveries of a handler are in a state.
    func wait(for count: Int, _ state: DeliveryState, of handler: HandlerName = "crm") async throws {
        try await until { try await store.counts()[handler]?[state] == count }
    }

    /// Waits until one delivery of a handler is in a state.
    func wait(for state: DeliveryState, of handler: HandlerName = "crm") async throws {
        try await wait(for: 1, state, of: handler)
    }

    /// Runs a test with a running engine, and then ends it.
    static func with<Result>(
        _ handlers: [any DeliveryHandler], limits: DeliveryQueue.Limits = .init(),
        logger: Logger = .silent,
        configure: (inout Worker.Configuration) -> Void = { _ in },
        prepare: (SpyStore) async throws -> Void = { _ in },
        _ body: (EngineUnderTest) async throws -> Result
    ) async throws -> Result {
        let clock = ManualClock()
        let store = SpyStore(clock: clock)
        var configuration = Worker.Configuration()
        configure(&configuration)
        try await prepare(store)
        let engine = try DeliveryEngine(
            store: store, handlers: handlers, limits: limits, worker: configuration, clock: clock,
            generator: FixedGenerator(), logger: logger)
        let group = ServiceGroup(services: [engine.queue, engine.worker], logger: .silent)
        let run = Task { try await group.run() }
        let result: Result
        do {
            result = try await body(EngineUnderTest(clock: clock, store: store, engine: engine, group: group))
        } catch {
            run.cancel()
            throw error
        }
        run.cancel()
        _ = await run.result
        return result
    }
}
#endif
