#if Server

/// Where events and their deliveries are kept.
///
/// A store owns its clock: it is given durations, never instants. Every function is atomic: what it throws, it has not
/// done. A store is used by one ``DeliveryQueue`` and one ``Worker`` (or several, where the store can be shared), and by
/// the operator's commands.
public protocol DeliveryStore: Sendable {
    /// Stores events, each with a delivery for each recipient, in one transaction that is durable on return: it survives
    /// the loss of power.
    ///
    /// For a recipient that asks for lanes (``DeliveryOrdering/perPerson``) the delivery is ready when its lane has no head, and
    /// else queued behind it. The lane is that of the event's ``EventEnvelope/lane`` and the handler.
    ///
    /// A test event (``EventEnvelope/isTest``) gets no deliveries. An identity that is known already enqueues nothing. With a
    /// ``NewEvent/deadLetterReason`` the deliveries are dead letters from the start, with that reason and no attempt; they take
    /// no part in their lanes.
    ///
    /// - Returns: A result for each event, in their order.
    func enqueue(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult]

    /// Leases up to `limit` deliveries of one handler that are ready, or whose waiting time is over, oldest first. A
    /// suspect is never leased together with others.
    ///
    /// - Parameter suspects: What becomes of deliveries whose lease has run out before.
    func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease]

    /// Ends leases. A token whose lease was lost changes nothing.
    ///
    /// When the head of a lane is completed, dead or leaves it, the oldest that is queued behind it is ready, in the same
    /// transaction. At any time a lane has one head (ready, leased or waiting), or is empty.
    ///
    /// - Returns: The tokens whose lease was lost.
    func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken>

    /// Makes leases last `duration` from now.
    ///
    /// - Returns: The tokens whose lease was lost.
    func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken>

    /// Makes deliveries whose lease has run out ready again, with their crash count raised. A head stays the head.
    ///
    /// - Returns: How many there were.
    func reclaimExpired() async throws -> Int

    /// Deletes events that are done, and identities of events that are no longer kept, when their time is over: a part of
    /// them, in one short transaction that holds nobody up.
    ///
    /// An event is done when all its deliveries are completed, or when it has none. Its identity is kept for longer, and
    /// nothing else of it. Events with a delivery that is open or dead are kept, whatever their age.
    ///
    /// - Parameter limit: At most so many events are looked at, and at most so many identities are deleted.
    func prune(_ retention: Retention, limit: Int) async throws -> Pruned

    /// Takes deliveries of a handler that asks for lanes no more out of them: a part of those that are queued, in one short
    /// transaction. They are ready then. The heads stay what they are.
    ///
    /// - Parameter limit: At most so many.
    /// - Returns: How many there were; fewer than `limit` when none is queued any more.
    func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int

    /// How long until the next waiting delivery of `handler` is due, or zero when one is ready; `nil` when there is none.
    func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration?

    /// For operators: deliveries that match, newest first.
    func deliveries(matching query: DeliveryQuery) async throws -> [DeliverySummary]

    /// For operators: one event with its deliveries and the other payloads that came under its identity.
    func record(of event: EventID) async throws -> EventRecord?

    /// For operators: sends deliveries round again that are in one of `states`, their attempts counted anew. The others stay as
    /// they are, and so do those that are not ``DeliveryState/redeliverable``.
    ///
    /// The states are looked at in the same step: what was waiting when the operator saw it and has been completed since is
    /// not done twice.
    ///
    /// They are ready then; but one that was enqueued into a lane, whether it left it or not, is queued when the lane has
    /// another head. Of several the oldest goes first.
    ///
    /// - Returns: Those that go round again, oldest first.
    func redeliver(_ deliveries: [DeliveryID], from states: Set<DeliveryState>) async throws -> [DeliveryID]

    /// For operators: deletes events for good, whatever becomes of their deliveries: their payloads, types and variants too.
    ///
    /// Their identities are kept, so that they are still duplicates when they come again. Who has one of the deliveries
    /// leased has lost it. Where one was the head of a lane, the next of the lane is ready.
    ///
    /// - Returns: Those that were there.
    func delete(_ events: [EventID]) async throws -> [EventID]

    /// For operators: how many deliveries there are in these states, by handler, and how old the oldest open one among
    /// them is. The cost of the open and the dead ones goes by their own number, not by that of all.
    func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics]

    /// Whether the store could commit now.
    func checkHealth() async throws

    /// Ends all use of the store.
    func close() async throws
}

extension DeliveryStore {
    /// For operators: sends deliveries round again, whether completed, dead or waiting.
    public func redeliver(_ deliveries: [DeliveryID]) async throws -> [DeliveryID] {
        try await redeliver(deliveries, from: DeliveryState.redeliverable)
    }

    /// For operators: how many deliveries there are in each state, by handler. States without any are left out.
    public func counts() async throws -> [HandlerName: [DeliveryState: Int]] {
        try await statistics(of: Set(DeliveryState.allCases)).mapValues(\.counts)
    }

    /// Leases up to `limit` deliveries for a worker that has nothing of this handler at work.
    public func lease(_ handler: HandlerName, limit: Int, for duration: Duration) async throws -> [Lease] {
        try await lease(handler, limit: limit, for: duration, suspects: .alone)
    }
}

/// A store that tests can move through time.
public protocol ClockAdjustableStore: DeliveryStore {
    /// Moves the store's clock on.
    func advanceClock(by duration: Duration) async throws
}
#endif
