#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkWebhooks

/// Reads events back, one by one.
struct StoredEventReader {
    private let find: DirectStatement

    init(_ db: Database) throws {
        find = try DirectStatement(
            db,
            """
            SELECT webhook, identity, type, received_at, secret, contradicting_header, payload FROM event WHERE id = ?
            """)
    }

    func event(_ id: Int64) throws -> StoredEvent {
        try find.bind(1, id)
        let event = try find.first { row -> StoredEvent? in
            guard let webhook = row.text(0).flatMap(WebhookName.init),
                let identity = EventIdentity(bytes: row.bytes(1)),
                let secret = row.text(4).flatMap(SecretSet.Position.init(rawValue:))
            else { return nil }
            return StoredEvent(
                id: EventID(rawValue: id), webhook: webhook, identity: identity,
                type: row.text(2).map { EventType(rawValue: $0) }, receivedAt: StoredRows.date(row.integer(3)),
                payload: row.bytes(6), secret: secret, contradictingHeader: row.text(5))
        }
        guard let event = event ?? nil else { throw StoredRows.damage }
        return event
    }
}

/// How rows become values again. A row that we cannot have written is reported as damage.
enum StoredRows {
    /// The columns of ``summary(_:)``, from `delivery` as `d` and `event` as `e`.
    static let summaryColumns = """
        d.id, d.event, e.identity, e.webhook, CAST(e.type AS BLOB), d.handler, d.state, d.attempt, e.received_at,
        d.due_at, d.reason
        """

    static func summary(_ row: Row) throws -> DeliverySummary {
        guard let identity = EventIdentity(bytes: bytes(row[2])), let webhook = WebhookName(row[3] as String),
            let handler = HandlerName(row[5] as String), let state = DeliveryState(rawValue: row[6])
        else { throw damage }
        return DeliverySummary(
            id: DeliveryID(rawValue: row[0]), event: EventID(rawValue: row[1]), identity: identity,
            webhook: webhook, type: text(row[4]).map { EventType(rawValue: $0) }, handler: handler, state: state,
            attempts: row[7], receivedAt: date(row[8]), dueAt: (row[9] as Int64?).map(date), reason: row[10])
    }

    static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }

    private static func text(_ data: Data?) -> String? { data.map { String(decoding: $0, as: UTF8.self) } }

    static func date(_ microseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(microseconds) / 1e6)
    }

    static var damage: DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row is not as this program writes it")
    }
}
#endif
