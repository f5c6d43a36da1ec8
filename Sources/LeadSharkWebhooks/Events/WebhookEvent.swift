/// What happened at LeadShark: a decoded payload.
///
/// Old and new (v2) forms of a payload come out as one shape. Only `event` and `data` are demanded; any other field that
/// is missing is `nil`, and one of another type than expected is `nil` too and listed in ``anomalies``. Nothing is
/// lost: ``raw`` is the whole payload.
public struct WebhookEvent: Sendable {
    /// The payload's `event`.
    public let type: EventType
    /// The payload's `timestamp`.
    public let timestamp: EventTimestamp?
    /// The payload's `payload_version`; absent before version 2.
    public let payloadVersion: Int?
    /// The person. The `visitor` of a profile visit before version 2 is a lead too.
    public let lead: Lead?
    /// The post that the event is about.
    public let post: Post?
    /// The automation that produced the event.
    public let automation: Automation?
    /// What is particular to the event's type.
    public let content: Content
    /// What in the payload was not as expected. Worth a look, never an error.
    public let anomalies: [Anomaly]
    /// The bytes that this was decoded from.
    public let payload: [UInt8]

    /// The whole payload, order and number text kept, for what this version does not know. Parsed when asked for.
    public var raw: JSONValue { fatalError("unwritten") }

    /// Decodes a payload, wherever it comes from. A receiver calls ``VerifiedWebhook/event()`` instead.
    ///
    /// - Throws: ``EventDecodingError``.
    public init(payload: [UInt8]) throws(EventDecodingError) { fatalError("unwritten") }
}

extension WebhookEvent {
    /// What is particular to one type of event.
    @nonexhaustive
    public enum Content: Sendable, Hashable {
        /// `dm.sent`
        case dmSent(DirectMessageSent)
        /// `lead.sent`
        case leadSent(LeadSent)
        /// `email.captured`
        case emailCaptured(EmailCaptured)
        /// `new.profile.visit`
        case newProfileVisit(ProfileVisit)
        /// `new.like`
        case newLike(NewLike)
        /// `new.comment`
        case newComment(NewComment)
        /// A type that this version does not know.
        case other(UnknownEvent)
    }
}
