/// What has to be known of a webhook before it is stored, from one bounded scan of the verified bytes.
///
/// The scan cannot fail. Whatever is odd (not JSON, no type, a happening id that is doubtful) falls back to the digest
/// of the payload, so that such a webhook is stored like any other.
public struct EventEnvelope: Sendable, Hashable {
    /// The event's type; `nil` when the payload is not JSON or has no string under `event`. Of several members of that name
    /// the last counts, as in JavaScript and in ``WebhookEvent/type``.
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
        guard let document = try? JSONDocument(payload: payload) else {
            self.init(type: nil, EventIdentity(webhookName: webhookName, payload: payload.span), lane: nil)
            return
        }
        let top = EventMembers(of: 0, in: document)
        let type = Self.type(in: top, of: document)
        guard case .node(let node) = SoleMember(.data, of: top, in: document), document.nodes[node].kind == .object
        else {
            self.init(type: type, EventIdentity(webhookName: webhookName, payload: payload.span), lane: nil)
            return
        }
        let data = EventMembers(of: node, in: document)
        let lane = Self.lane(in: data, of: document)
        if let type, !top[.event].isRepeated, type.rawValue.isUnmistakable,
            let happening = Happening(in: data, of: document)
        {
            let identity = EventIdentity(webhookName: webhookName, type: type, happening: happening)
            self.init(type: type, identity, lane: lane)
        } else {
            self.init(type: type, EventIdentity(webhookName: webhookName, payload: payload.span), lane: lane)
        }
    }

    private init(type: EventType?, _ identity: EventIdentity, lane: EventIdentity?) {
        self.type = type
        self.identity = identity
        self.lane = lane ?? Self.lane("identity", identity.hexadecimal)
    }

    private static func type(in top: EventMembers, of document: borrowing JSONDocument) -> EventType? {
        let place = top[.event]
        return place == .absent ? nil : document.text(of: document.nodes[place.node]).map(EventType.init)
    }

    /// The lanes in which the events of a person can be who has this `actor_id`, or this `linkedin_username`.
    package static func lanes(ofPerson id: String) -> [EventIdentity] {
        [lane("actor_id", id), lane("linkedin_username", id)]
    }

    /// The lane of the person in an event's `data`, by the first of the two ids that can be relied on.
    private static func lane(in data: EventMembers, of document: borrowing JSONDocument) -> EventIdentity? {
        guard case .node(let node) = SoleMember(.lead, of: data, in: document) else { return nil }
        let lead = EventMembers(of: node, in: document)
        if case .id(let id) = SoleID(.actorID, of: lead, in: document) { return lane("actor_id", id) }
        if case .id(let id) = SoleID(.linkedInUsername, of: lead, in: document) { return lane("linkedin_username", id) }
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
