#if Server
public import FoundationEssentials
public import LeadSharkWebhooks

/// The number of an event in its store.
public struct EventID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The number.
    public let rawValue: Int64

    /// Makes an id from its number.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// The number as text.
    public var description: String { String(rawValue) }

    /// Older before newer.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// An event as a store gives it back: raw bytes that are as trustworthy as whoever can write to the database.
///
/// The engine alone turns it into a verified webhook again, by ``verified``.
public struct StoredEvent: Sendable {
    /// Its number in the store.
    public let id: EventID
    /// Where it arrived.
    public let webhook: WebhookName
    /// What makes it this event.
    public let identity: EventIdentity
    /// Its type, when the payload has one.
    public let type: EventType?
    /// When it was stored, by the store's clock.
    public let receivedAt: Date
    /// The bytes as they were signed.
    public let payload: [UInt8]
    /// The secret that signed them.
    public let secret: SecretSet.Position
    /// The `X-Webhook-Event` header, when it contradicted the body.
    public let contradictingHeader: String?

    /// Puts together what a store read.
    public init(
        id: EventID, webhook: WebhookName, identity: EventIdentity, type: EventType?, receivedAt: Date,
        payload: [UInt8], secret: SecretSet.Position, contradictingHeader: String?
    ) {
        self.id = id
        self.webhook = webhook
        self.identity = identity
        self.type = type
        self.receivedAt = receivedAt
        self.payload = payload
        self.secret = secret
        self.contradictingHeader = contradictingHeader
    }

    /// The webhook as it was when it was let in. The database is a trust boundary: whoever can write to it can make
    /// one of these.
    package var verified: VerifiedWebhook { VerifiedWebhook(authenticated: payload, by: secret) }
}
#endif
