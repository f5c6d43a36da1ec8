#if Server
import LeadSharkWebhooks
import Logging
public import ServiceLifecycle

/// Leases deliveries, decodes them, and has the handlers work on them.
///
/// Each handler has its own loop, so one that hangs or fails holds up none but itself. Leases are renewed while an
/// attempt runs, on a thread of their own, so that a handler that blocks its thread loses nobody's. A payload that is no
/// event goes to the dead letters without being given to a handler. A failing store is asked again after a while; the
/// worker ends only because of one that must not be used any more.
public final class Worker: Service {
    /// How a worker works.
    public struct Configuration: Sendable {
        /// How long a lease lasts before it has to be renewed.
        public var leaseDuration: Duration = .seconds(30)
        /// How many deliveries of one handler are worked on at once. A ``BatchDeliveryHandler`` has one batch at a time.
        public var concurrency = 8
        /// How many deliveries of one handler are leased in a second at most while events come in about as fast as the store
        /// takes them, so that answers go first. What is not delivered then is so afterwards. Zero sets no limit.
        public var deliveriesPerSecondUnderLoad = 2000
        /// How many attempts a delivery gets.
        public var maximumAttempts = 20
        /// How many crashes a delivery gets: leases that ran out, because the process ended or could not renew them, while
        /// the delivery had its handler to itself. The first lease that runs out does not count, since others may have
        /// been at work beside it.
        public var maximumCrashes = 3
        /// How long one attempt may take. Then its task is cancelled, and another attempt is due. A handler that ignores
        /// its cancellation keeps its place among the ``concurrency`` until it returns; what it returns then counts for
        /// nothing.
        public var attemptDeadline: Duration = .seconds(60)
        /// How long to wait before another attempt, unless the handler says how long.
        public var backoff = BackoffPolicy()
        /// The longest wait that a handler may ask for.
        public var maximumRetryDelay: Duration = .seconds(24 * 3600)
        /// How long a delivery that fails may hold up its lane (``DeliveryOrdering/perPerson``), from its first attempt there on.
        /// When the wait for another attempt would end later, it leaves the lane before that wait, and what is behind it goes
        /// on. Zero lets nothing that fails hold up others.
        public var maximumLaneBlock: Duration = .seconds(3600)
        /// How many deliveries are taken out of their lanes in one transaction, when their handler asks for lanes no more.
        public var deliveriesPerDissolution = 256
        /// How long running attempts have to end when the worker is stopped. Then they are cancelled, and their
        /// deliveries go back as if they had not been leased.
        public var shutdownGrace: Duration = .seconds(10)
        /// How long a failing store is left alone.
        public var storeBackoff = BackoffPolicy(base: .milliseconds(200), cap: .seconds(10))
        /// How long a handler's loop sleeps at most before it looks into the store, signal or not.
        public var maximumIdle: Duration = .seconds(30)
        /// How many outcomes are written in one transaction.
        public var settlementsPerCommit = 256
        /// How long what is done is kept.
        public var retention = Retention()
        /// How often what is done and old is deleted.
        public var pruneInterval: Duration = .seconds(300)
        /// How many events are deleted in one transaction.
        public var eventsPerPrune = 100
        /// How long the store is left to others between two transactions that delete, or take out of lanes.
        public var upkeepRest: Duration = .milliseconds(20)
        /// How large the batches of a ``BatchDeliveryHandler`` may be, whatever it asks for.
        public var maximumBatchCount = 1024

        /// The defaults.
        public init() {}
    }

    /// How long a loop rests at least before it does by itself what it has just done. So no configuration, and no store,
    /// makes one spin.
    static let shortestRest: Duration = .milliseconds(1)

    struct State: Sendable {
        var ledger = LeaseLedger()
        var tasks: [LeaseLedger.AttemptID: Task<Void, Never>] = [:]
        var cancelled: Set<LeaseLedger.AttemptID> = []
        var generator: any RandomNumberGenerator & Sendable
        var isStopping = false
        var isGraceOver = false
        var isSettlingOver = false
        var failure: DeliveryStoreError?
    }

    let store: any DeliveryStore
    let loops: [HandlerName: HandlerLoop]
    let configuration: Configuration
    let timeline: Timeline
    let signal: DeliverySignal
    let load: IngestLoad
    let logger: Logger
    let metrics = DeliveryMetrics.Worker()
    let state: LockedValue<State>
    /// Wakes the loop that writes outcomes.
    let settling = Wakeup()
    /// Where leases are renewed, deadlines watched and outcomes written, even while handlers block all of Swift's pool.
    let keeping: KeeperExecutor
    /// Wakes the loop that watches the attempts' deadlines, when the next may have passed.
    let deadlines: Alarm
    let overdue = Wakeup()
    /// Wakes what waits for the last attempts when the worker is stopped.
    let ending = Wakeup()

    init(
        store: any DeliveryStore, handlers: [any DeliveryHandler], configuration: Configuration,
        timeline: Timeline, generator: any RandomNumberGenerator & Sendable, signal: DeliverySignal,
        load: IngestLoad, logger: Logger
    ) {
        var loops: [HandlerName: HandlerLoop] = [:]
        for handler in handlers {
            let loop = HandlerLoop(handler, configuration: configuration, timeline: timeline)
            signal.add(loop.wakeup)
            loops[handler.name] = loop
        }
        self.store = store
        self.loops = loops
        self.configuration = configuration
        self.timeline = timeline
        self.signal = signal
        self.load = load
        self.logger = logger
        state = LockedValue(State(generator: generator))
        let keeping = KeeperExecutor()
        self.keeping = keeping
        deadlines = Alarm(timeline, on: keeping) { [overdue] in overdue.wake() }
    }

    /// Works until a graceful shutdown, then lets running attempts end, for at most
    /// ``Configuration/shutdownGrace``, and hands back what was not begun. When the task is cancelled, there is no grace.
    ///
    /// - Throws: The store's error, when it has ``DeliveryStoreError/Code/failed``; then there is no grace either.
    public func run() async throws {
        // In a task of its own, so that cancellation does not reach into the store.
        let work = Task { await leaseUntilStopped() }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await work.value
            } onGracefulShutdown: {
                self.stop(isGraceOver: false)
            }
        } onCancel: {
            self.stop(isGraceOver: true)
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Ends the work when the store must not be used any more.
    func stopIfOver(_ error: any Error) {
        guard let end = DeliveryError.end(of: error) else { return }
        state.withLock { $0.failure = $0.failure ?? end }
        stop(isGraceOver: true)
    }

    private func stop(isGraceOver: Bool) {
        state.withLock { state in
            state.isStopping = true
            if isGraceOver { state.isGraceOver = true }
        }
        for loop in loops.values { loop.wakeup.wake() }
        ending.wake()
    }

    private func leaseUntilStopped() async {
        let watch = Task(executorPreference: keeping) { await self.watchDeadlines() }
        let settler = Task(executorPreference: keeping) { await self.settleUntilStopped() }
        let keeper = Task(executorPreference: keeping) { await self.keepLeases() }
        let pruner = Task { await keepPruning() }
        let dissolver = Task { await dissolveLanes() }
        await withDiscardingTaskGroup { group in
            for loop in loops.values { group.addTask { await self.lease(for: loop) } }
        }
        // Without handlers there is no loop, but a service runs until it is stopped.
        while !state.withLock({ $0.isStopping }) { await ending.wait() }
        pruner.cancel()
        dissolver.cancel()
        await waitForAttempts()
        let abandoned = state.withLock { $0.ledger.abandon() }
        if !abandoned.isEmpty {
            logger.warning(
                "Attempts did not end in time and were cancelled", metadata: ["attempts": "\(abandoned.count)"])
        }
        for attempt in abandoned { cancel(attempt) }
        deadlines.cancel()
        state.withLock { $0.isSettlingOver = true }
        overdue.wake()
        await watch.value
        settling.wake()
        await settler.value
        keeper.cancel()
        await keeper.value
        await pruner.value
        await dissolver.value
    }

    private func waitForAttempts() async {
        let grace = Alarm(timeline) { [weak self] in self?.stop(isGraceOver: true) }
        grace.set(at: timeline.now + configuration.shutdownGrace)
        while state.withLock({ !$0.ledger.isIdle && !$0.isGraceOver }) { await ending.wait() }
        grace.cancel()
    }

    /// Cancels the task of an attempt, now or as soon as it is there, unless it has ended already.
    func cancel(_ attempt: LeaseLedger.AttemptID) {
        let task: Task<Void, Never>? = state.withLock { state in
            guard state.ledger.isRunning(attempt) else { return nil }
            state.cancelled.insert(attempt)
            return state.tasks[attempt]
        }
        task?.cancel()
    }

    func storeDelay(afterFailure count: Int) -> Duration {
        let delay = state.withLock { configuration.storeBackoff.delay(afterAttempt: count, using: &$0.generator) }
        return max(delay, Self.shortestRest)
    }
}
#endif
