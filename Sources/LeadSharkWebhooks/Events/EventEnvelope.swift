/// What has to be known of a webhook before it is stored, from one bounded scan of the verified bytes.
///
/// The scan cannot fail. Whatever is odd (not JSON, no type, a happening id that is doubtful) falls back to the digest
/// of the payload, so that such a webhook is stored like any other.
public struct EventEnvelope: Sendable, Hashable {
    /// The event's type; `nil` when the payload is not JSON or has no single string under `event`.
    public let type: EventType?
    /// What makes two webhooks the same event.
    public let identity: EventIdentity
    /// What events of one person have in common: derived from `actor_id`, else the LinkedIn username, else the identity.
    public let lane: EventIdentity

    /// Whether it is one of our own test events, which no handler gets.
    public var isTest: Bool { type == .test }

    /// Scans a verified webhook that arrived at the endpoint named `webhookName`.
    public init(of webhook: VerifiedWebhook, webhookName: String) { fatalError("unwritten") }
}
