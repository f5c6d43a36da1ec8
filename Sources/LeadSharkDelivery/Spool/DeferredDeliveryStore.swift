#if Server
public import Logging

/// A store that could not be opened yet: it is tried again and again, and until then nothing is possible with it. Behind a
/// ``SpoolingDeliveryStore`` a receiver takes events all the same.
public final class DeferredDeliveryStore: SharedDeliveryStore {
    /// How a store is opened that may be away.
    public struct Opening: Sendable {
        /// Opens it.
        public var open: @Sendable () async throws -> any DeliveryStore
        /// Whether it may be possible later what failed with this error.
        public var mayComeLater: @Sendable (any Error) -> Bool
        /// An error for the log, without anything secret.
        public var text: @Sendable (any Error) -> String
        /// How long the first attempt may take before others go on without the store.
        public var patience: Duration = .seconds(5)
        /// How long to wait before another attempt.
        public var backoff = BackoffPolicy(base: .milliseconds(200), cap: .seconds(10))

        /// Says how a store is opened.
        public init(
            open: @escaping @Sendable () async throws -> any DeliveryStore,
            mayComeLater: @escaping @Sendable (any Error) -> Bool, text: @escaping @Sendable (any Error) -> String
        ) {
            self.open = open
            self.mayComeLater = mayComeLater
            self.text = text
        }
    }

    private enum Phase: Sendable {
        case opening(reason: String)
        case open(any DeliveryStore)
        case closed
    }

    private struct State: Sendable {
        var phase = Phase.opening(reason: "it has not answered yet")
        var listeners: [@Sendable () -> Void] = []
        /// Waits for the end of the first attempt.
        var first: CheckedContinuation<Result<any DeliveryStore, any Error>, Never>?
    }

    private let opening: Opening
    private let timeline: Timeline
    private let logger: Logger
    private let state = LockedValue(State())

    private init(_ opening: Opening, _ timeline: Timeline, _ logger: Logger) {
        self.opening = opening
        self.timeline = timeline
        self.logger = logger
    }

    /// Opens a store. When it is away, or does not answer for long, one is returned that stands for it, and is there as soon as
    /// the store is.
    ///
    /// - Parameters:
    ///   - opening: How it is opened.
    ///   - clock: What the waits go by.
    ///   - generator: Where their jitter comes from.
    ///   - logger: Told that the store is away, and when it is there.
    /// - Throws: An error that will not pass by itself.
    public static func open(
        _ opening: Opening, clock: any Clock<Duration> = ContinuousClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), logger: Logger
    ) async throws -> any DeliveryStore {
        let deferred = DeferredDeliveryStore(opening, Timeline(clock), logger)
        return try await deferred.begin(generator)
    }

    private func begin(_ generator: any RandomNumberGenerator & Sendable) async throws -> any DeliveryStore {
        let first = await withCheckedContinuation { continuation in
            state.withLock { $0.first = continuation }
            let timer = Task {
                guard (try? await timeline.sleep(for: opening.patience)) != nil else { return }
                self.endFirst(.success(self))
            }
            Task {
                await self.keepOpening(generator)
                timer.cancel()
            }
        }
        let store = try first.get()
        if store is DeferredDeliveryStore {
            logger.error(
                "The store is away: events go to the spool until it can be opened",
                metadata: ["error": "\(reason ?? "-")"])
        }
        return store
    }

    private var reason: String? {
        state.withLock { state in
            guard case .opening(let reason) = state.phase else { return nil }
            return reason
        }
    }

    /// - Returns: Whether the first attempt was still waited for.
    @discardableResult
    private func endFirst(_ result: Result<any DeliveryStore, any Error>) -> Bool {
        let first = state.withLock { state in
            defer { state.first = nil }
            return state.first
        }
        first?.resume(returning: result)
        return first != nil
    }

    private func keepOpening(_ generator: any RandomNumberGenerator & Sendable) async {
        var generator = generator
        var failures = 0
        while reason != nil {
            do {
                let store = try await opening.open()
                // In time, this one is not needed.
                if endFirst(.success(store)) { return }
                await adopt(store)
                return
            } catch {
                failures += 1
                let text = opening.text(error)
                state.withLock { state in
                    if case .opening = state.phase { state.phase = .opening(reason: text) }
                }
                if opening.mayComeLater(error) {
                    endFirst(.success(self))
                } else if endFirst(.failure(error)) {
                    return
                } else {
                    logger.error("The store cannot be opened as it is", metadata: ["error": "\(text)"])
                }
                let delay = opening.backoff.delay(afterAttempt: failures, using: &generator)
                try? await timeline.sleep(for: max(delay, Worker.shortestRest))
            }
        }
    }

    private func adopt(_ store: any DeliveryStore) async {
        let listeners: [@Sendable () -> Void]? = state.withLock { state in
            guard case .opening = state.phase else { return nil }
            state.phase = .open(store)
            return state.listeners
        }
        guard let listeners else {
            try? await store.close()
            return
        }
        logger.notice("The store is there")
        for listener in listeners {
            (store as? any SharedDeliveryStore)?.whenOthersEnqueue(listener)
            listener()
        }
    }

    private func opened() throws -> any DeliveryStore {
        switch state.withLock({ $0.phase }) {
        case .open(let store): return store
        case .opening(let reason):
            throw DeliveryStoreError(.unavailable, message: "the store is not open yet: \(reason)")
        case .closed: throw DeliveryStoreError(.closed, message: "the store is closed")
        }
    }
}

extension DeferredDeliveryStore {
    /// As the store does, when it is open.
    public func whenOthersEnqueue(_ body: @escaping @Sendable () -> Void) {
        let store: (any DeliveryStore)? = state.withLock { state in
            state.listeners.append(body)
            guard case .open(let store) = state.phase else { return nil }
            return store
        }
        (store as? any SharedDeliveryStore)?.whenOthersEnqueue(body)
    }

    /// As the store does, when it is open.
    public func enqueue(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        try await opened().enqueue(events, for: recipients)
    }

    /// As the store does, when it is open.
    public func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        try await opened().lease(handler, limit: limit, for: duration, suspects: suspects)
    }

    /// As the store does, when it is open.
    public func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> {
        try await opened().settle(settlements)
    }

    /// As the store does, when it is open.
    public func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        try await opened().renew(tokens, for: duration)
    }

    /// As the store does, when it is open.
    public func reclaimExpired() async throws -> Int { try await opened().reclaimExpired() }

    /// As the store does, when it is open.
    public func prune(_ retention: Retention, limit: Int) async throws -> Pruned {
        try await opened().prune(retention, limit: limit)
    }

    /// As the store does, when it is open.
    public func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        try await opened().dissolveLanes(of: handler, limit: limit)
    }

    /// As the store does, when it is open.
    public func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        try await opened().timeUntilNextDelivery(for: handler)
    }

    /// As the store does, when it is open.
    public func deliveries(matching query: DeliveryQuery) async throws -> [DeliverySummary] {
        try await opened().deliveries(matching: query)
    }

    /// As the store does, when it is open.
    public func record(of event: EventID) async throws -> EventRecord? { try await opened().record(of: event) }

    /// As the store does, when it is open.
    public func redeliver(
        _ deliveries: [DeliveryID], from states: Set<DeliveryState>
    ) async throws -> [DeliveryID] {
        try await opened().redeliver(deliveries, from: states)
    }

    /// As the store does, when it is open.
    public func delete(_ events: [EventID]) async throws -> [EventID] { try await opened().delete(events) }

    /// As the store does, when it is open.
    public func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics] {
        try await opened().statistics(of: states)
    }

    /// As the store does, when it is open.
    public func checkHealth() async throws { try await opened().checkHealth() }

    /// Ends all use of the store, and all attempts to open it.
    public func close() async throws {
        let store: (any DeliveryStore)? = state.withLock { state in
            defer { state.phase = .closed }
            guard case .open(let store) = state.phase else { return nil }
            return store
        }
        try await store?.close()
    }
}
#endif
