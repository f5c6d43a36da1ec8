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
        (try? JSONDocument(payload: payload).root.value) ?? .null
    }

    /// Decodes a payload, wherever it comes from. A receiver calls ``VerifiedWebhook/event()`` instead.
    ///
    /// - Throws: ``EventDecodingError``, which says where, what was expected and what was found, but never a value.
    public init(payload: [UInt8]) throws(EventDecodingError) {
        let root = try Self.root(of: payload)
        var anomalies = AnomalyLog()
        guard let name = try Self.demand("event", .string, "$.event", of: root, &anomalies).text else {
            throw EventDecodingError(.wrongShape, path: "$.event", expected: "a string", found: "another value")
        }
        let data = ObjectReader(
            element: try Self.demand("data", .object, "$.data", of: root, &anomalies), path: "$.data")
        let top = ObjectReader(element: root, path: "$")

        type = EventType(rawValue: name)
        timestamp = top.string("timestamp", &anomalies).map(EventTimestamp.init)
        payloadVersion = top.integer("payload_version", &anomalies)
        lead = Lead(data, &anomalies)
        post = Post(data, &anomalies)
        automation = Automation(data, &anomalies)
        content = Content(of: type, lead: lead, data, &anomalies)
        self.anomalies = anomalies.anomalies
        self.payload = payload
    }

    private static func root(of payload: [UInt8]) throws(EventDecodingError) -> JSONElement {
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
        return document.root
    }

    /// A member that every event has.
    private static func demand(
        _ name: StaticString, _ kind: JSONKind, _ path: StaticString, of root: JSONElement,
        _ anomalies: inout AnomalyLog
    ) throws(EventDecodingError) -> JSONElement {
        let lookup = root.lookUp(name)
        if case .repeated = lookup {
            anomalies.note("$", name, expected: "one member of this name", found: "several")
        }
        guard let element = lookup.element, element.kind == kind else {
            throw EventDecodingError(
                .wrongShape, path: path, expected: kind.phrase, found: lookup.element?.kind.phrase ?? "nothing")
        }
        return element
    }
}

extension WebhookEvent: CustomStringConvertible {
    /// The type and the payload's size; nothing of the lead.
    public var description: String { "WebhookEvent(\(type), \(payload.count) bytes)" }
}
