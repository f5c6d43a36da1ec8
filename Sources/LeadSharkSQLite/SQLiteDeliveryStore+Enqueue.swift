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
            var writing = try EnqueueStatements(db)
            return try events.map { event in
                try writing.enqueue(event, for: recipients, now: now, timeOfDay: timeOfDay)
            }
        }
    }
}

/// The statements of one enqueuing transaction.
private struct EnqueueStatements {
    let db: Database
    let insertIdentity: DirectStatement
    let insertEvent: DirectStatement
    let insertDelivery: DirectStatement
    let findHead: DirectStatement
    let insertFinished: DirectStatement
    /// The number of the last event that was ever inserted.
    private var lastEvent: Int64

    init(_ db: Database) throws {
        self.db = db
        insertIdentity = try DirectStatement(
            db, "INSERT INTO identity (identity, event, first_seen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        insertEvent = try DirectStatement(
            db,
            """
            INSERT INTO event
              (id, webhook, identity, type, lane, received_at, secret, contradicting_header, is_test, payload)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertDelivery = try DirectStatement(
            db, "INSERT INTO delivery (event, handler, state, lane, settled_at, reason) VALUES (?, ?, ?, ?, ?, ?)")
        findHead = try DirectStatement(db, SQLiteDeliveryStore.headQuery)
        insertFinished = try DirectStatement(db, "INSERT INTO finished (finished_at, event) VALUES (?, ?)")
        let last = try DirectStatement(db, "SELECT seq FROM sqlite_sequence WHERE name = 'event'")
        lastEvent = try last.first { $0.integer(0) } ?? 0
    }

    mutating func enqueue(
        _ event: NewEvent, for recipients: [DeliveryRecipient], now: Int64, timeOfDay: Int64
    ) throws -> EnqueueResult {
        let identity = event.envelope.identity.bytes
        let id = lastEvent + 1
        try insertIdentity.bind(1, bytes: identity)
        try insertIdentity.bind(2, id)
        try insertIdentity.bind(3, now)
        if try insertIdentity.run() == 0 {
            return .duplicate(payloadDiffers: try keepDuplicate(of: event, timeOfDay: timeOfDay))
        }
        try insert(event, id: id, timeOfDay: timeOfDay)
        lastEvent = id
        if event.envelope.isTest || recipients.isEmpty {
            try insertFinished.bind(1, now)
            try insertFinished.bind(2, id)
            try insertFinished.run()
        } else {
            for recipient in recipients { try insertDelivery(of: event, id: id, for: recipient, now: now) }
        }
        return .stored(EventID(rawValue: id))
    }

    private func insert(_ event: NewEvent, id: Int64, timeOfDay: Int64) throws {
        try insertEvent.bind(1, id)
        try insertEvent.bind(2, text: event.webhook.text)
        try insertEvent.bind(3, bytes: event.envelope.identity.bytes)
        try insertEvent.bind(4, text: event.envelope.type?.rawValue)
        try insertEvent.bind(5, bytes: event.envelope.lane.bytes)
        try insertEvent.bind(6, timeOfDay)
        try insertEvent.bind(7, text: event.verified.secret.rawValue)
        try insertEvent.bind(8, text: event.contradictingHeader)
        try insertEvent.bind(9, event.envelope.isTest ? 1 : 0)
        try insertEvent.bind(10, bytes: event.verified.payload)
        try insertEvent.run()
    }

    private func insertDelivery(
        of event: NewEvent, id: Int64, for recipient: DeliveryRecipient, now: Int64
    ) throws {
        let lane = recipient.ordering == .perPerson ? event.envelope.lane.bytes : nil
        var state = DeliveryState.ready
        if event.deadLetterReason != nil {
            state = .deadLettered
        } else if let lane {
            try findHead.bind(1, text: recipient.handler.text)
            try findHead.bind(2, bytes: lane)
            if try findHead.first({ _ in true }) != nil { state = .queued }
        }
        try insertDelivery.bind(1, id)
        try insertDelivery.bind(2, text: recipient.handler.text)
        try insertDelivery.bind(3, text: state.rawValue)
        try insertDelivery.bind(4, bytes: lane)
        try insertDelivery.bind(5, event.deadLetterReason == nil ? nil : now)
        try insertDelivery.bind(6, text: event.deadLetterReason.map(DeliveryReason.bounded))
        try insertDelivery.run()
    }

    /// Counts a duplicate, and keeps its bytes when they are new.
    ///
    /// - Returns: Whether they differ from the event's. Of an event that is no longer kept nobody can tell.
    private func keepDuplicate(of event: NewEvent, timeOfDay: Int64) throws -> Bool {
        let payload = Data(event.verified.payload)
        let known = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT event FROM identity WHERE identity = ?"),
            arguments: [Data(event.envelope.identity.bytes)])
        let isSame = try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE event SET duplicate_count = duplicate_count + 1 WHERE id = ? RETURNING payload = ?
                    """),
            arguments: [known, payload])
        guard isSame == false else { return false }
        if payload.count <= VariantLimits.byteCount {
            try db.cachedStatement(
                sql: """
                    INSERT INTO variant (event, received_at, payload) SELECT ?1, ?2, ?3
                    WHERE (SELECT count(*) FROM variant WHERE event = ?1) < ?4
                      AND NOT EXISTS (SELECT 1 FROM variant WHERE event = ?1 AND payload = ?3)
                    """
            ).execute(arguments: [known, timeOfDay, payload, VariantLimits.count])
        }
        return true
    }
}
#endif
