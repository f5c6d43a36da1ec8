#if Server
public import LeadSharkWebhooks

/// An authentic webhook on its way into the store.
public struct NewEvent: Sendable {
    /// Where it arrived.
    public let webhook: WebhookName
    /// The authentic bytes.
    public let verified: VerifiedWebhook
    /// What the scan of the bytes gave.
    public let envelope: EventEnvelope
    /// The `X-Webhook-Event` header, when it says something else than the signed body. Recorded, never acted upon.
    public let contradictingHeader: String?
    /// Why its deliveries are dead letters from the start; `nil` for an event that goes to the handlers. An operator can
    /// redeliver them as any other.
    public let deadLetterReason: String?

    /// The longest header text that is recorded, in bytes.
    public static let maximumHeaderLength = 128

    /// Scans the webhook for its type and identity.
    ///
    /// - Parameters:
    ///   - eventHeader: The request's `X-Webhook-Event`, if it has one.
    ///   - deadLetterReason: Why no handler is to get it unless an operator says so.
    public init(
        webhook: WebhookName, verified: VerifiedWebhook, eventHeader: String?, deadLetterReason: String? = nil
    ) {
        self.webhook = webhook
        self.deadLetterReason = deadLetterReason
        self.verified = verified
        let envelope = EventEnvelope(of: verified, webhookName: webhook.text)
        self.envelope = envelope
        if let eventHeader, eventHeader != envelope.type?.rawValue {
            contradictingHeader = String(decoding: eventHeader.utf8.prefix(Self.maximumHeaderLength), as: UTF8.self)
        } else {
            contradictingHeader = nil
        }
    }
}

/// What became of an event that was given to a store.
public enum EnqueueResult: Sendable, Hashable {
    /// It is on disk, with a delivery for each handler.
    case stored(EventID)
    /// An event of this identity is known already; nothing was enqueued. Other bytes than before are kept beside it,
    /// up to a bound, since the vendor may have sent more detail.
    case duplicate(payloadDiffers: Bool)
    /// It is on disk in the spool of a ``SpoolingDeliveryStore``, since the store did not take it, and gets its deliveries when
    /// it comes to the store.
    case spooled
}
#endif
