#if Server
public import FoundationEssentials
public import LeadSharkWebhooks

/// One event for one handler.
public struct Delivery: Sendable {
    /// Its number in the store.
    public let id: DeliveryID
    /// The webhook endpoint at which the event arrived.
    public let webhook: WebhookName
    /// What makes it this event. Its ``EventIdentity/hexadecimal`` is the idempotency key.
    public let identity: EventIdentity
    /// The decoded event.
    public let event: WebhookEvent
    /// The bytes as they were signed.
    public let payload: [UInt8]
    /// Which attempt this is; the first is 1.
    public let attempt: Int
    /// When the event was stored.
    public let receivedAt: Date

    /// Makes a delivery: the worker does, and tests of handlers.
    public init(
        id: DeliveryID, webhook: WebhookName, identity: EventIdentity, event: WebhookEvent, payload: [UInt8],
        attempt: Int, receivedAt: Date
    ) {
        self.id = id
        self.webhook = webhook
        self.identity = identity
        self.event = event
        self.payload = payload
        self.attempt = attempt
        self.receivedAt = receivedAt
    }
}

/// How an attempt ended.
public enum DeliveryOutcome: Sendable, Hashable {
    /// The handler has done its work; the delivery is completed.
    case done
    /// Another attempt may succeed.
    ///
    /// - Parameters:
    ///   - after: How long to wait at least; `nil` leaves it to the worker's ``BackoffPolicy``.
    ///   - reason: For the operator. No personal data.
    case retry(after: Duration?, reason: String)
    /// No attempt will ever succeed.
    ///
    /// - Parameter reason: For the operator. No personal data.
    case deadLetter(reason: String)
}

/// Where leads go: the user's own code, or one of those in `LeadSharkHandlers`.
///
/// A delivery is attempted at least once and may be attempted again after its work was done, when the outcome got lost
/// (a crash, a lost lease). Use the event's identity as an idempotency key.
public protocol DeliveryHandler: Sendable {
    /// The handler's name. It marks the handler's deliveries in the store: keep it across releases.
    var name: HandlerName { get }

    /// In which order the handler gets its deliveries: as they come, unless it says otherwise. It has to stay the same while
    /// the handler is at work. When a later release asks for no lanes any more, the worker lets go what is queued in them.
    var ordering: DeliveryOrdering { get }

    /// Does the work for one event. An error that is thrown counts as ``DeliveryOutcome/retry(after:reason:)``.
    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome
}

extension DeliveryHandler {
    /// As they come.
    public var ordering: DeliveryOrdering { .unordered }
}

/// A handler that does the work for several events at once, each settled on its own.
///
/// With ``DeliveryOrdering/perPerson`` a batch holds no more than one delivery of each lane, besides those that left it.
public protocol BatchDeliveryHandler: DeliveryHandler {
    /// How many deliveries it takes at once.
    var maximumBatchCount: Int { get }

    /// Does the work for several events. An error that is thrown counts as a retry of all.
    ///
    /// - Returns: An outcome for each delivery, in their order.
    func handle(_ deliveries: [Delivery]) async throws -> [DeliveryOutcome]
}

extension BatchDeliveryHandler {
    /// A batch of one.
    public func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        guard let outcome = try await handle([delivery]).first else {
            return .retry(after: nil, reason: "the handler returned no outcome")
        }
        return outcome
    }
}
#endif
