#if Server
import FoundationEssentials
import LeadSharkWebhooks

/// A store that forgets everything when the process ends: for tests, of your own handlers too. Never for webhooks that
/// you want to keep.
public final class InMemoryDeliveryStore: ClockAdjustableStore {
    private let content: LockedValue<InMemoryContent>
    private let timeline: Timeline
    private let start = Date()

    /// Makes an empty store.
    ///
    /// - Parameters:
    ///   - clock: What tells the time for leases and waiting deliveries.
    ///   - maximumEvents: How many events it holds, with those of which it knows the identity only; then ``enqueue(_:for:)`` throws
    ///     ``DeliveryStoreError/Code/diskFull``.
    public init(clock: any Clock<Duration> = ContinuousClock(), maximumEvents: Int = 100_000) {
        timeline = Timeline(clock)
        content = LockedValue(InMemoryContent(maximumEvents: maximumEvents))
    }

    /// Stores events. Not durable.
    public func enqueue(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        try change { content, now throws(DeliveryStoreError) in
            let start = start.addingTimeInterval(Double(now) / 1e6)
            return try content.enqueue(events, for: recipients, at: now, time: start)
        }
    }

    /// Leases up to `limit` deliveries, oldest first, a suspect alone.
    public func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        try change { content, now in
            content.lease(handler, limit: limit, suspects: suspects, at: now, for: duration.inMicroseconds)
        }
    }

    /// Ends leases, and returns the tokens whose lease was lost.
    public func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> {
        try change { content, now in
            content.lost(settlements.map(\.token)) { index, row in
                row.settle(settlements[index].token.fence, settlements[index].verdict, at: now)
            }
        }
    }

    /// Makes leases last longer, and returns the tokens whose lease was lost.
    public func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        try change { content, now in
            content.lost(tokens) { index, row in
                row.renew(tokens[index].fence, at: now, for: duration.inMicroseconds)
            }
        }
    }

    /// Makes deliveries whose lease has run out ready again.
    public func reclaimExpired() async throws -> Int {
        try change { content, now in content.reclaim(at: now) }
    }

    /// Takes deliveries of a handler out of their lanes.
    public func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        try change { content, _ in content.dissolveLanes(of: handler, limit: limit) }
    }

    /// Deletes what is done and old.
    public func prune(_ retention: Retention, limit: Int) async throws -> Pruned {
        try change { content, now in content.prune(retention, limit: limit, at: now) }
    }

    /// How long until the next delivery of `handler` is due.
    public func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        try change { content, now in
            content.nextDue(for: handler, at: now).map { .microseconds(max($0 - now, 0)) }
        }
    }

    /// Deliveries that match, newest first.
    public func deliveries(matching query: DeliveryQuery) async throws -> [DeliverySummary] {
        try change { content, _ in content.summaries(matching: query, start: self.start) }
    }

    /// One event with all that belongs to it.
    public func record(of event: EventID) async throws -> EventRecord? {
        try change { content, _ in content.record(of: event, start: self.start) }
    }

    /// Sends completed, dead or waiting deliveries round again.
    public func redeliver(
        _ deliveries: [DeliveryID], from states: Set<DeliveryState>
    ) async throws -> [DeliveryID] {
        try change { content, _ in content.redeliver(deliveries, from: states) }
    }

    /// Deletes events for good, but for their identities.
    public func delete(_ events: [EventID]) async throws -> [EventID] {
        try change { content, _ in events.filter { content.delete($0) } }
    }

    /// How many deliveries there are, by handler, and how old the oldest open one is.
    public func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics] {
        try change { content, now in content.statistics(of: states, at: now) }
    }

    /// Throws when the store is closed.
    public func checkHealth() async throws { try change { _, _ in } }

    /// Ends all use of the store.
    public func close() async throws {
        content.withLock { $0.isClosed = true }
    }

    /// Moves the store's clock on, besides the clock that it was given.
    public func advanceClock(by duration: Duration) async throws {
        content.withLock { $0.offset += duration.inMicroseconds }
    }

    private func change<Result>(
        _ body: (inout InMemoryContent, Int64) throws(DeliveryStoreError) -> Result
    ) throws -> Result {
        let elapsed = timeline.now.inMicroseconds
        return try content.withLock { content throws(DeliveryStoreError) in
            if content.isClosed { throw DeliveryStoreError(.closed, message: "the store is closed") }
            return try body(&content, elapsed + content.offset)
        }
    }
}
#endif
