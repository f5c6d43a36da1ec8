/// What happened at LeadShark: a decoded payload.
///
/// Old and new (v2) forms of a payload come out as one shape. Only `event` and `data` are demanded; any other field that
/// is missing or `null` is `nil`, and one of another type than expected is `nil` too and listed in ``anomalies``. Where
/// a field has a place in version 2 and an older one, the former is read first. An id may be a string or an integer;
/// an integer's digits are then the id. Of several members of one name the last counts, as in JavaScript. Nothing is
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
    public var raw: JSONValue {
        // The same parser took these bytes before, so `null` stands for what cannot happen.
        (try? JSONDocument(payload: payload).value()) ?? .null
    }

    /// Decodes a payload, wherever it comes from. A receiver calls ``VerifiedWebhook/event()`` instead.
    ///
    /// - Throws: ``EventDecodingError``, which says where, what was expected and what was found, but never a value.
    public init(payload: [UInt8]) throws(EventDecodingError) {
        var reader = PayloadReader(try Self.document(of: payload))
        let top = ObjectReader(0, path: "$", in: reader)
        let name = try Self.demand(.event, .string, "$.event", of: top, &reader)
        let data = ObjectReader(try Self.demand(.data, .object, "$.data", of: top, &reader), path: "$.data", in: reader)

        type = EventType(rawValue: reader.document.text(of: reader.document.nodes[name]) ?? "")
        timestamp = top.string(.timestamp, &reader).map(EventTimestamp.init)
        payloadVersion = top.integer(.payloadVersion, &reader)
        lead = Lead(data, &reader)
        post = Post(data, &reader)
        automation = Automation(data, &reader)
        content = Content(of: type, lead: lead, data, &reader)
        anomalies = reader.anomalies
        self.payload = payload
    }

    private static func document(of payload: [UInt8]) throws(EventDecodingError) -> JSONDocument {
        let document: JSONDocument
        do {
            document = try JSONDocument(payload: payload)
        } catch {
            throw EventDecodingError(.notJSON, message: error.description)
        }
        guard document.root.kind == .object else {
            throw EventDecodingError(
                .wrongShape, path: "$", expected: JSONKind.object.phrase, found: document.root.kind.phrase)
        }
        return document
    }

    /// The node of a member that every event has.
    @inline(__always)
    private static func demand(
        _ field: EventField, _ kind: JSONKind, _ path: StaticString, of top: ObjectReader,
        _ payload: inout PayloadReader
    ) throws(EventDecodingError) -> Int {
        let place = top.members[field]
        guard place != .absent else {
            throw EventDecodingError(.wrongShape, path: path, expected: kind.phrase, found: "nothing")
        }
        if place.isRepeated { payload.note("$", field, expected: "one member of this name", found: "several") }
        let found = payload.document.nodes[place.node].kind
        guard found == kind else {
            throw EventDecodingError(.wrongShape, path: path, expected: kind.phrase, found: found.phrase)
        }
        return place.node
    }
}

extension WebhookEvent: CustomStringConvertible {
    /// The type and the payload's size; nothing of the lead.
    public var description: String { "WebhookEvent(\(type), \(payload.count) bytes)" }
}
