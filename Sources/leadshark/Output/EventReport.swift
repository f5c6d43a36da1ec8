#if Server
import LeadSharkWebhooks
import FoundationEssentials
import LeadSharkDelivery

/// An event as `deliveries show` prints it.
struct EventReport: Encodable {
    let eventID: Int64
    let identity: String
    let webhook: String
    let type: String?
    let receivedAt: Date
    let secret: String
    let contradictingHeader: String?
    let duplicates: Int
    let payload: Payload
    let otherPayloads: [Payload]
    let deliveries: [DeliveryRow]

    private enum CodingKeys: String, CodingKey {
        case identity, webhook, type, secret, duplicates, payload, deliveries
        case eventID = "event_id"
        case receivedAt = "received_at"
        case contradictingHeader = "contradicting_header"
        case otherPayloads = "other_payloads"
    }

    /// Bytes: as text where they are UTF-8, else in base64.
    struct Payload: Encodable {
        var text: String?
        var base64: String?

        init(_ bytes: [UInt8]) {
            text = String(validating: bytes, as: UTF8.self)
            if text == nil { base64 = Data(bytes).base64EncodedString() }
        }
    }

    init(_ record: EventRecord) {
        eventID = record.event.id.rawValue
        identity = record.event.identity.hexadecimal
        webhook = record.event.webhook.text
        type = record.event.type?.rawValue
        receivedAt = record.event.receivedAt
        secret = record.event.secret.rawValue
        contradictingHeader = record.event.contradictingHeader
        duplicates = record.duplicateCount
        payload = Payload(record.event.payload)
        otherPayloads = record.otherPayloads.map(Payload.init)
        deliveries = record.deliveries.map(DeliveryRow.init)
    }

    /// The event for people. Every byte that could steer a terminal is escaped.
    static func text(_ record: EventRecord) -> String {
        let event = record.event
        var lines = [
            "Event \(event.id)",
            "  type      \(VisibleText.line(event.type?.rawValue ?? "none that can be read"))",
            "  webhook   \(event.webhook)", "  identity  \(event.identity)",
            "  received  \(event.receivedAt.formatted(.iso8601))",
            "  signed    with the \(event.secret.rawValue) secret",
        ]
        if let header = event.contradictingHeader {
            lines.append("  the X-Webhook-Event header said otherwise: \(VisibleText.line(header))")
        }
        lines.append("  came again \(record.duplicateCount) times")
        lines += ["", "Deliveries", DeliveryRow.table(record.deliveries)]
        lines += ["", "Payload, \(event.payload.count) bytes", VisibleText.lines(of: event.payload)]
        for (number, payload) in record.otherPayloads.enumerated() {
            lines += [
                "", "Other payload \(number + 1) under this identity, \(payload.count) bytes",
                VisibleText.lines(of: payload),
            ]
        }
        return lines.joined(separator: "\n")
    }
}
#endif
