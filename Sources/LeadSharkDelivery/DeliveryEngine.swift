#if Server
public import Logging

/// The queue and the worker of one store, wired so that a commit wakes the worker.
///
/// Run ``queue`` and ``worker`` as services. On the way down the worker may go first: what the queue still commits is
/// delivered after the next start.
///
/// ## When handlers come and go
///
/// An event gets its deliveries when it is stored: one for each handler that is named then.
///
/// - A handler that is *added* gets the events that are stored from then on, none of the past.
/// - A handler that is *removed* gets no new deliveries. Its open ones stay in the store as they are: nobody leases them,
///   nothing deletes them, they are counted and listed. When a handler of that name is there again, it goes on with them. A
///   lease that was out when the program ended badly is ready again at the next start.
/// - A handler that is *renamed* is one that was removed and another that was added.
/// - A handler that begins to ask for *lanes* (``DeliveryHandler/ordering``) has in them what is stored from then on. One that asks
///   for them no more gets what is queued in them as it comes: the worker lets it go when it starts.
public struct DeliveryEngine: Sendable {
    /// The store that both use.
    public let store: any DeliveryStore
    /// The way in.
    public let queue: DeliveryQueue
    /// The way out.
    public let worker: Worker

    private let signal: DeliverySignal

    /// Wires a queue and a worker for `handlers`.
    ///
    /// - Parameters:
    ///   - store: Where events and deliveries are kept.
    ///   - handlers: Each with a name of its own.
    ///   - limits: Bounds on what may wait for its commit.
    ///   - configuration: How the worker works.
    ///   - clock: What the worker tells time by. The store has its own.
    ///   - generator: Where the jitter comes from.
    ///   - logger: Gets lines without personal data.
    /// - Throws: ``DeliveryEngineError`` when two handlers have one name.
    public init(
        store: any DeliveryStore, handlers: [any DeliveryHandler], limits: DeliveryQueue.Limits = .init(),
        worker configuration: Worker.Configuration = .init(), clock: any Clock<Duration> = ContinuousClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), logger: Logger
    ) throws {
        var names: Set<HandlerName> = []
        for handler in handlers where !names.insert(handler.name).inserted {
            throw DeliveryEngineError(.duplicateHandler, message: "two handlers are named \(handler.name)")
        }
        let signal = DeliverySignal()
        let timeline = Timeline(clock)
        let load = IngestLoad(timeline)
        (store as? any SharedDeliveryStore)?.whenOthersEnqueue { signal.notify() }
        self.store = store
        self.signal = signal
        queue = DeliveryQueue(
            store: store, recipients: handlers.map { DeliveryRecipient($0) }, limits: limits, signal: signal,
            load: load, timeline: timeline, logger: logger)
        worker = Worker(
            store: store, handlers: handlers, configuration: configuration, timeline: timeline, generator: generator,
            signal: signal, load: load, logger: logger)
    }

    /// Deletes events for good, a few in each transaction, so that nobody is held up for long, and wakes the worker for what
    /// was queued behind them.
    ///
    /// - Returns: Those that were there.
    public func delete(_ events: [EventID]) async throws -> [EventID] {
        var deleted: [EventID] = []
        for start in stride(from: 0, to: events.count, by: Self.eventsPerDeletion) {
            let end = min(start + Self.eventsPerDeletion, events.count)
            let part = try await store.delete(Array(events[start..<end]))
            if !part.isEmpty { signal.notify() }
            deleted += part
        }
        return deleted
    }

    /// How many events are deleted in one transaction.
    package static let eventsPerDeletion = 50

    /// Sends deliveries round again that are in one of `states`, and wakes the worker.
    ///
    /// - Returns: Those that go round again, oldest first.
    public func redeliver(
        _ deliveries: [DeliveryID], from states: Set<DeliveryState> = DeliveryState.redeliverable
    ) async throws -> [DeliveryID] {
        let redelivered = try await store.redeliver(deliveries, from: states)
        if !redelivered.isEmpty { signal.notify() }
        return redelivered
    }
}
#endif
