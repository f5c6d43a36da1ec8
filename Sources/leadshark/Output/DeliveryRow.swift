#if Server
import LeadSharkWebhooks
import FoundationEssentials
import LeadSharkDelivery

/// A delivery as `deliveries list` prints it.
struct DeliveryRow: Encodable {
    let id: Int64
    let eventID: Int64
    let identity: String
    let webhook: String
    let type: String?
    let handler: String
    let state: String
    let attempts: Int
    let receivedAt: Date
    let dueAt: Date?
    let reason: String?

    private enum CodingKeys: String, CodingKey {
        case id, identity, webhook, type, handler, state, attempts
        case eventID = "event_id"
        case receivedAt = "received_at"
        case dueAt = "due_at"
        case reason
    }

    init(_ delivery: DeliverySummary) {
        id = delivery.id.rawValue
        eventID = delivery.event.rawValue
        identity = delivery.identity.hexadecimal
        webhook = delivery.webhook.text
        type = delivery.type?.rawValue
        handler = delivery.handler.text
        state = delivery.state.rawValue
        attempts = delivery.attempts
        receivedAt = delivery.receivedAt
        dueAt = delivery.dueAt
        reason = delivery.reason
    }

    /// The deliveries in columns.
    static func table(_ deliveries: [DeliverySummary]) -> String {
        var table = Table(["ID", "STATE", "HANDLER", "ATTEMPTS", "WEBHOOK", "TYPE", "RECEIVED", "DUE", "REASON"])
        for delivery in deliveries {
            table.add([
                delivery.id.description, delivery.state.rawValue, delivery.handler.text, String(delivery.attempts),
                delivery.webhook.text, delivery.type?.rawValue ?? "-", delivery.receivedAt.formatted(.iso8601),
                delivery.dueAt?.formatted(.iso8601) ?? "-", delivery.reason ?? "",
            ])
        }
        return table.text
    }
}
#endif
