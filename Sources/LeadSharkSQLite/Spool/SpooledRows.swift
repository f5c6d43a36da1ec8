#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkWebhooks

/// How spooled events become rows, and rows events again.
struct SpooledRows {
    static let laneQuery = "SELECT 1 FROM spooled WHERE lane = ? AND is_set_aside = 0 LIMIT 1"
    static let takeBack = "UPDATE spooled SET is_set_aside = 0 WHERE is_set_aside = 1"

    private let find: Statement
    private let insert: Statement

    init(_ db: Database) throws {
        find = try db.cachedStatement(
            sql: "SELECT max(payload = ?) FROM spooled WHERE identity = ? HAVING count(*) > 0")
        insert = try db.cachedStatement(
            sql: """
                INSERT INTO spooled
                  (webhook, identity, lane, received_at, secret, contradicting_header, dead_letter_reason,
                   recipients, payload)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
    }

    /// Takes an event in, unless the same bytes are there already under its identity.
    ///
    /// - Returns: What is told, and whether there is one more.
    func insert(
        _ event: NewEvent, recipients: String, at timeOfDay: Int64
    ) throws -> (result: EnqueueResult, isTaken: Bool) {
        let identity = Data(event.envelope.identity.bytes)
        let payload = Data(event.verified.payload)
        let isSame = try Bool.fetchOne(find, arguments: [payload, identity])
        if isSame == true { return (.duplicate(payloadDiffers: false), false) }
        try insert.execute(arguments: [
            event.webhook.text, identity, Data(event.envelope.lane.bytes), timeOfDay, event.verified.secret.rawValue,
            event.contradictingHeader.map { Data($0.utf8) }, event.deadLetterReason.map(DeliveryReason.bounded),
            recipients, payload,
        ])
        return (isSame == nil ? .spooled : .duplicate(payloadDiffers: true), true)
    }

    /// The events that came first, of so many bytes together, but one at least.
    static func oldest(_ limit: Int, byteCount: Int, in db: Database) throws -> [SpooledEvent] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT id, webhook, identity, received_at, secret, contradicting_header, dead_letter_reason,
                      recipients, payload
                    FROM spooled WHERE is_set_aside = 0 ORDER BY id LIMIT ?
                    """), arguments: [limit])
        var events: [SpooledEvent] = []
        var left = byteCount
        while let row = try rows.next() {
            let event = try event(row)
            left -= event.event.payload.count
            if left < 0, !events.isEmpty { break }
            events.append(event)
        }
        return events
    }

    private static func event(_ row: Row) throws -> SpooledEvent {
        guard let webhook = WebhookName(row[1] as String),
            let identity = EventIdentity(bytes: StoredRows.bytes(row[2])),
            let secret = SecretSet.Position(rawValue: row[4]), let recipients = recipients(row[7])
        else { throw StoredRows.damage }
        let event = StoredEvent(
            id: EventID(rawValue: row[0]), webhook: webhook, identity: identity, type: nil,
            receivedAt: Date(timeIntervalSince1970: Double(row[3] as Int64) / 1e6),
            payload: StoredRows.bytes(row[8]), secret: secret,
            contradictingHeader: (row[5] as Data?).map { String(decoding: $0, as: UTF8.self) })
        return SpooledEvent(event: event, recipients: recipients, deadLetterReason: row[6])
    }

    /// Recipients as `crm:unordered,mail:perPerson`.
    static func text(of recipients: [DeliveryRecipient]) -> String {
        recipients.map { "\($0.handler.text):\($0.ordering.rawValue)" }.joined(separator: ",")
    }

    private static func recipients(_ text: String) -> [DeliveryRecipient]? {
        var recipients: [DeliveryRecipient] = []
        for part in text.split(separator: ",") {
            let words = part.split(separator: ":").map(String.init)
            guard words.count == 2, let name = HandlerName(words[0]), let order = DeliveryOrdering(rawValue: words[1])
            else { return nil }
            recipients.append(DeliveryRecipient(name, ordering: order))
        }
        return recipients
    }
}
#endif
