#if Server
public import FoundationEssentials
public import LeadSharkWebhooks

/// What an operator wants to see.
public struct DeliveryQuery: Sendable, Hashable, Codable {
    /// Only these deliveries; `nil` means all, an empty set none.
    public var ids: Set<DeliveryID>?
    /// Only deliveries in these states; all, when empty.
    public var states: Set<DeliveryState>
    /// Only this handler's.
    public var handler: HandlerName?
    /// Only those of events that arrived here.
    public var webhook: WebhookName?
    /// Only those of events of this type.
    public var type: EventType?
    /// Only those of these events; `nil` means all, an empty set none.
    public var events: Set<EventID>?
    /// Only those of the event with this identity.
    public var identity: EventIdentity?
    /// Only those of events of these people, by `actor_id` or `linkedin_username`; all, when empty. An event whose lead has
    /// an `actor_id` is found by that alone.
    public var people: Set<String> = []
    /// Only those of events that were stored at this time or later.
    public var since: Date?
    /// Only those of events that were stored before this time.
    public var until: Date?
    /// Only those that wait or are dead for a reason with this text in it. Letters of ASCII count as the same in upper and
    /// lower case; every character stands for itself.
    public var reasonContains: String?
    /// Only deliveries with a smaller number, which are older: to go on where a list has ended.
    public var before: DeliveryID?
    /// At most so many.
    public var limit: Int

    /// Makes a query.
    public init(
        states: Set<DeliveryState> = [], handler: HandlerName? = nil, webhook: WebhookName? = nil,
        type: EventType? = nil, limit: Int = 100
    ) {
        self.states = states
        self.handler = handler
        self.webhook = webhook
        self.type = type
        self.limit = limit
    }
}

/// A delivery, without its payload.
public struct DeliverySummary: Sendable, Hashable, Codable {
    /// Its number.
    public var id: DeliveryID
    /// The event's number.
    public var event: EventID
    /// What makes it this event.
    public var identity: EventIdentity
    /// Where the event arrived.
    public var webhook: WebhookName
    /// The event's type.
    public var type: EventType?
    /// Whose work it is.
    public var handler: HandlerName
    /// Where it stands.
    public var state: DeliveryState
    /// How many attempts there were.
    public var attempts: Int
    /// When the event was stored.
    public var receivedAt: Date
    /// When it is due, while it waits.
    public var dueAt: Date?
    /// Why it waits or is dead.
    public var reason: String?

    /// Puts together what a store read.
    public init(
        id: DeliveryID, event: EventID, identity: EventIdentity, webhook: WebhookName, type: EventType?,
        handler: HandlerName, state: DeliveryState, attempts: Int, receivedAt: Date, dueAt: Date?, reason: String?
    ) {
        self.id = id
        self.event = event
        self.identity = identity
        self.webhook = webhook
        self.type = type
        self.handler = handler
        self.state = state
        self.attempts = attempts
        self.receivedAt = receivedAt
        self.dueAt = dueAt
        self.reason = reason
    }
}

/// An event with all that belongs to it.
public struct EventRecord: Sendable {
    /// The event.
    public var event: StoredEvent
    /// Its deliveries.
    public var deliveries: [DeliverySummary]
    /// How many webhooks of the same identity came after it.
    public var duplicateCount: Int
    /// The payloads among them that differ from the event's, as many as are kept.
    public var otherPayloads: [[UInt8]]

    /// Puts together what a store read.
    public init(
        event: StoredEvent, deliveries: [DeliverySummary], duplicateCount: Int, otherPayloads: [[UInt8]]
    ) {
        self.event = event
        self.deliveries = deliveries
        self.duplicateCount = duplicateCount
        self.otherPayloads = otherPayloads
    }
}
#endif
