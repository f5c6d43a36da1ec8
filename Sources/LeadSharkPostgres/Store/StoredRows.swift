#if Postgres
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkWebhooks

/// How rows become values again. A row that we cannot have written is reported as damage.
enum StoredRows {
    static func lease(_ result: borrowing QueryResult, _ row: Int, _ handler: HandlerName) throws -> Lease {
        let token = LeaseToken(
            delivery: DeliveryID(rawValue: try result.integer(row, 0)), fence: try result.integer(row, 1))
        return Lease(
            token: token, handler: handler, attempt: Int(try result.integer(row, 2)),
            crashes: Int(try result.integer(row, 3)),
            laneBlock: try result.optionalInteger(row, 4).map { .microseconds($0) },
            event: try event(result, row, from: 5))
    }

    /// The columns of ``event(_:_:from:)``, from `event` as `e`.
    static let eventColumns = """
        e.id, e.webhook, e.identity, e.type, e.received_at, e.secret, e.contradicting_header, e.payload
        """

    static func event(_ result: borrowing QueryResult, _ row: Int, from column: Int) throws -> StoredEvent {
        guard let webhook = WebhookName(try result.text(row, column + 1)),
            let identity = EventIdentity(bytes: try result.bytes(row, column + 2)),
            let secret = SecretSet.Position(rawValue: try result.text(row, column + 5))
        else { throw QueryResult.damage }
        return StoredEvent(
            id: EventID(rawValue: try result.integer(row, column)), webhook: webhook, identity: identity,
            type: try result.optionalText(row, column + 3).map { EventType(rawValue: $0) },
            receivedAt: date(try result.integer(row, column + 4)), payload: try result.bytes(row, column + 7),
            secret: secret, contradictingHeader: try result.optionalText(row, column + 6))
    }

    /// The columns of ``summary(_:_:)``, from `delivery` as `d` and `event` as `e`.
    static let summaryColumns = """
        d.id, d.event, e.identity, e.webhook, e.type, d.handler, d.state, d.attempt, e.received_at, d.due_at, d.reason
        """

    static func summary(_ result: borrowing QueryResult, _ row: Int) throws -> DeliverySummary {
        guard let identity = EventIdentity(bytes: try result.bytes(row, 2)),
            let webhook = WebhookName(try result.text(row, 3)), let handler = HandlerName(try result.text(row, 5)),
            let state = DeliveryState(rawValue: try result.text(row, 6))
        else { throw QueryResult.damage }
        return DeliverySummary(
            id: DeliveryID(rawValue: try result.integer(row, 0)), event: EventID(rawValue: try result.integer(row, 1)),
            identity: identity, webhook: webhook,
            type: try result.optionalText(row, 4).map { EventType(rawValue: $0) }, handler: handler, state: state,
            attempts: Int(try result.integer(row, 7)), receivedAt: date(try result.integer(row, 8)),
            dueAt: try result.optionalInteger(row, 9).map(date), reason: try result.optionalText(row, 10))
    }

    private static func date(_ microseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(microseconds) / 1e6)
    }
}
#endif
