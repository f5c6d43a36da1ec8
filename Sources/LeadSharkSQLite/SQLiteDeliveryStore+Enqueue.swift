#if Server
import Foundation
import GRDB
public import LeadSharkDelivery
import LeadSharkWebhooks

extension SQLiteDeliveryStore {
    /// Stores events, each with a delivery for each recipient, in one transaction that is on the disk on return.
    public func enqueue(
        _ events: [NewEvent], for recipients: [DeliveryRecipient]
    ) async throws -> [EnqueueResult] {
        let (now, timeOfDay) = (clock.now, clock.timeOfDay)
        let byteCount = events.reduce(0) { $0 + $1.verified.payload.count }
        return try await writeNew(byteCount) { db in
            let writing = try EnqueueStatements(db)
            return try events.map { event in
                try writing.enqueue(event, for: recipients, now: now, timeOfDay: timeOfDay)
            }
        }
    }
}

/// The statements of one enqueuing transaction.
private struct EnqueueStatements {
    let db: Database
    let find: Statement
    let insertEvent: Statement
    let insertIdentity: Statement
    let insertDelivery: Statement
    let findHead: Statement
    let insertFinished: Statement

    init(_ db: Database) throws {
        self.db = db
        find = try db.cachedStatement(sql: "SELECT event FROM identity WHERE identity = ?")
        // Text with a NUL in it goes in as bytes: as a C string it would end there.
        insertEvent = try db.cachedStatement(
            sql: """
                INSERT INTO event
                  (webhook, identity, type, lane, received_at, secret, contradicting_header, is_test, payload)
                VALUES (?, ?, CAST(? AS TEXT), ?, ?, ?, CAST(? AS TEXT), ?, ?)
                """)
        insertIdentity = try db.cachedStatement(
            sql: "INSERT INTO identity (identity, event, first_seen_at) VALUES (?, ?, ?)")
        insertFinished = try db.cachedStatement(sql: "INSERT INTO finished (finished_at, event) VALUES (?, ?)")
        insertDelivery = try db.cachedStatement(
            sql: "INSERT INTO delivery (event, handler, state, lane, settled_at, reason) VALUES (?, ?, ?, ?, ?, ?)")
        findHead = try db.cachedStatement(sql: SQLiteDeliveryStore.headQuery)
    }

    func enqueue(
        _ event: NewEvent, for recipients: [DeliveryRecipient], now: Int64, timeOfDay: Int64
    ) throws -> EnqueueResult {
        let identity = Data(event.envelope.identity.bytes)
        let payload = Data(event.verified.payload)
        if let known = try Int64.fetchOne(find, arguments: [identity]) {
            return .duplicate(payloadDiffers: try keepDuplicate(payload, of: known, timeOfDay: timeOfDay))
        }
        try insertEvent.execute(arguments: [
            event.webhook.text, identity, event.envelope.type.map { Data($0.rawValue.utf8) },
            Data(event.envelope.lane.bytes), timeOfDay, event.verified.secret.rawValue,
            event.contradictingHeader.map { Data($0.utf8) }, event.envelope.isTest, payload,
        ])
        let id = db.lastInsertedRowID
        try insertIdentity.execute(arguments: [identity, id, now])
        if event.envelope.isTest || recipients.isEmpty {
            try insertFinished.execute(arguments: [now, id])
        } else {
            let reason = event.deadLetterReason.map(DeliveryReason.bounded)
            for recipient in recipients {
                let handler = recipient.handler.text
                let lane = recipient.ordering == .perPerson ? Data(event.envelope.lane.bytes) : nil
                var state = DeliveryState.ready
                if reason != nil {
                    state = .deadLettered
                } else if let lane, try Bool.fetchOne(findHead, arguments: [handler, lane]) != nil {
                    state = .queued
                }
                let settledAt = reason == nil ? nil : now
                try insertDelivery.execute(arguments: [id, handler, state.rawValue, lane, settledAt, reason])
            }
        }
        return .stored(EventID(rawValue: id))
    }

    /// Counts a duplicate, and keeps its bytes when they are new.
    ///
    /// - Returns: Whether they differ from the event's. Of an event that is no longer kept nobody can tell.
    private func keepDuplicate(_ payload: Data, of event: Int64, timeOfDay: Int64) throws -> Bool {
        let isSame = try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE event SET duplicate_count = duplicate_count + 1 WHERE id = ? RETURNING payload = ?
                    """),
            arguments: [event, payload])
        guard isSame == false else { return false }
        if payload.count <= VariantLimits.byteCount {
            try db.cachedStatement(
                sql: """
                    INSERT INTO variant (event, received_at, payload) SELECT ?1, ?2, ?3
                    WHERE (SELECT count(*) FROM variant WHERE event = ?1) < ?4
                      AND NOT EXISTS (SELECT 1 FROM variant WHERE event = ?1 AND payload = ?3)
                    """
            ).execute(arguments: [event, timeOfDay, payload, VariantLimits.count])
        }
        return true
    }
}
#endif
