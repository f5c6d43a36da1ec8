#if Server
public import LeadSharkWebhooks

/// Where events wait while their store cannot take them: the last resort of a ``SpoolingDeliveryStore``.
///
/// It is bounded, keeps events in the order in which they came, and gives them back until they are removed. Every function is
/// atomic: what it throws, it has not done.
public protocol DeliverySpool: Sendable {
    /// Takes events in, in one transaction that is durable on return: it survives the loss of power.
    ///
    /// An event that is there already under its identity, with the same bytes, is not taken twice.
    ///
    /// - Parameter recipients: Those that are to get a delivery of each, kept with the events.
    /// - Returns: A result for each event, in their order: ``EnqueueResult/spooled`` or ``EnqueueResult/duplicate(payloadDiffers:)``.
    /// - Throws: ``DeliveryStoreError/Code/diskFull`` when it has no room for all of them.
    func put(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult]

    /// The events that came first, those left out that were set aside.
    ///
    /// - Parameters:
    ///   - limit: At most so many.
    ///   - byteCount: At most so many bytes of payload, unless the first alone has more.
    func oldest(_ limit: Int, byteCount: Int) async throws -> [SpooledEvent]

    /// Forgets events, by their numbers in the spool.
    func remove(_ events: [EventID]) async throws

    /// Keeps events that the store refuses where they hold up no other, until ``takeBack()`` or the next start.
    func setAside(_ events: [EventID]) async throws

    /// Has those that were set aside come again, at their old places.
    func takeBack() async throws

    /// Those of `lanes` (``EventEnvelope/lane``) in which an event waits here that is not set aside.
    func lanes(among lanes: Set<EventIdentity>) async throws -> Set<EventIdentity>

    /// How much waits here.
    func status() async throws -> SpoolStatus

    /// How many events wait here, those that were set aside not counted; without a look at the disk.
    var waitingCount: Int { get }

    /// Whether the spool could take an event now.
    func checkHealth() async throws

    /// Ends all use of the spool.
    func close() async throws
}

/// An event that waits in a ``DeliverySpool``, as it was taken in.
public struct SpooledEvent: Sendable {
    /// The event, with its number in the spool, and the time at which it was taken in.
    public let event: StoredEvent
    /// Those that are to get a delivery of it.
    public let recipients: [DeliveryRecipient]
    /// Why its deliveries are to be dead letters from the start.
    public let deadLetterReason: String?

    /// Puts together what a spool read.
    public init(event: StoredEvent, recipients: [DeliveryRecipient], deadLetterReason: String?) {
        self.event = event
        self.recipients = recipients
        self.deadLetterReason = deadLetterReason
    }

    /// The event on its way into the store again. The spool's file is a trust boundary as the store is.
    var newEvent: NewEvent {
        NewEvent(
            webhook: event.webhook, verified: event.verified, eventHeader: event.contradictingHeader,
            deadLetterReason: deadLetterReason)
    }
}

/// How much waits in a ``DeliverySpool``.
public struct SpoolStatus: Sendable, Hashable {
    /// How many events are in it.
    public var eventCount: Int
    /// How many of them were set aside, because the store refuses them.
    public var setAsideCount: Int
    /// How many bytes they take.
    public var byteCount: Int64
    /// How many bytes they may take.
    public var maximumByteCount: Int64
    /// How long ago the first of them came; `nil` when there is none.
    public var oldestAge: Duration?

    /// Puts together what a spool counted.
    public init(
        eventCount: Int, setAsideCount: Int = 0, byteCount: Int64, maximumByteCount: Int64, oldestAge: Duration?
    ) {
        self.eventCount = eventCount
        self.setAsideCount = setAsideCount
        self.byteCount = byteCount
        self.maximumByteCount = maximumByteCount
        self.oldestAge = oldestAge
    }
}
#endif
