/// What has to be known of a webhook before it is stored, from one bounded scan of the verified bytes.
///
/// The scan cannot fail. Whatever is odd (not JSON, no type, a happening id that is doubtful) falls back to the digest
/// of the payload, so that such a webhook is stored like any other.
public struct EventEnvelope: Sendable, Hashable {
    /// The event's type; `nil` when the payload is not JSON or has no single string under `event`.
    public let type: EventType?
    /// What makes two webhooks the same event.
    public let identity: EventIdentity
    /// What events of one person have in common: derived from the lead's `actor_id`, else from its `linkedin_username`,
    /// else from the identity. The webhook's name plays no part in the first two.
    public let lane: EventIdentity

    /// Whether it is one of our own test events, which no handler gets.
    public var isTest: Bool { type == .test }

    /// Scans a verified webhook that arrived at the endpoint named `webhookName`.
    public init(of webhook: VerifiedWebhook, webhookName: String) {
        self.init(payload: webhook.payload, webhookName: webhookName)
    }

    init(payload: [UInt8], webhookName: String) {
        let root = (try? JSONDocument(payload: payload))?.root
        let type = root.flatMap(Self.type(in:))
        let data = root.flatMap(Self.data(in:))
        self.type = type
        if let type, type.rawValue.isUnmistakable, let data, let happening = Happening(in: data) {
            identity = EventIdentity(webhookName: webhookName, type: type, happening: happening)
        } else {
            identity = EventIdentity(webhookName: webhookName, payload: payload.span)
        }
        lane = data.flatMap(Self.lane(in:)) ?? Self.lane("identity", identity.hexadecimal)
    }

    private static func type(in root: JSONElement) -> EventType? {
        guard case .element(let element) = SoleMember("event", of: root) else { return nil }
        return element.text.map(EventType.init)
    }

    private static func data(in root: JSONElement) -> JSONElement? {
        guard case .element(let element) = SoleMember("data", of: root), element.kind == .object else { return nil }
        return element
    }

    /// The lane of the person in an event's `data`, by the first of the two ids that can be relied on.
    private static func lane(in data: JSONElement) -> EventIdentity? {
        guard case .element(let lead) = SoleMember("lead", of: data) else { return nil }
        if case .id(let id) = SoleID("actor_id", of: lead) { return lane("actor_id", id) }
        if case .id(let id) = SoleID("linkedin_username", of: lead) { return lane("linkedin_username", id) }
        return nil
    }

    /// Fields as in ``EventIdentity``, the first of which keeps lanes and identities apart.
    private static func lane(_ kind: String, _ value: String) -> EventIdentity {
        var hash = FieldHash()
        hash.append("leadshark-webhooks.lane")
        hash.append(kind)
        hash.append(value)
        return EventIdentity(hash.finalize())
    }
}
