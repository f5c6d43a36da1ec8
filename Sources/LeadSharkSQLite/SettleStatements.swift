#if Server
import GRDB
import LeadSharkDelivery

/// The statements of one transaction that settles.
struct SettleStatements {
    /// Notes that an event is done when a delivery that was just completed was its last.
    static let finishStatement = """
        INSERT OR IGNORE INTO finished (finished_at, event) SELECT ?1, ?2
        WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE event = ?2 AND state <> 'completed')
        """

    private let db: Database
    private let now: Int64
    private let find: DirectStatement
    private let complete: DirectStatement
    private let finish: DirectStatement

    /// A delivery whose lease is held.
    private struct Held {
        let id: Int64
        let event: Int64
        let hasLane: Bool
    }

    init(_ db: Database, now: Int64) throws {
        self.db = db
        self.now = now
        find = try DirectStatement(
            db, "SELECT event, lane IS NOT NULL FROM delivery WHERE id = ? AND fence = ? AND state = 'leased'")
        complete = try DirectStatement(
            db,
            """
            UPDATE delivery
            SET state = 'completed', settled_at = ?, reason = NULL, blocking_since = NULL, lease_until = NULL
            WHERE id = ?
            """)
        finish = try DirectStatement(db, Self.finishStatement)
    }

    /// Ends a lease.
    ///
    /// - Returns: Whether it was still held.
    func settle(_ settlement: Settlement) throws -> Bool {
        guard let held = try held(by: settlement.token) else { return false }
        switch settlement.verdict {
        case .completed:
            try complete.bind(1, now)
            try complete.bind(2, held.id)
            try complete.run()
            if held.hasLane { try promote(after: held) }
            try finish.bind(1, now)
            try finish.bind(2, held.event)
            try finish.run()
        case .deadLetter(let reason):
            let change = "state = 'deadLettered', settled_at = ?, reason = ?, blocking_since = NULL"
            try update(held, change, [now, DeliveryReason.bounded(reason)])
            if held.hasLane { try promote(after: held) }
        case .retry(let after, let reason, let leavesLane):
            let change = "state = 'waiting', due_at = ?, reason = ?"
            let leaving = ", left_lane = lane IS NOT NULL, blocking_since = NULL"
            let values: StatementArguments = [now + after.inMicroseconds, DeliveryReason.bounded(reason)]
            try update(held, leavesLane ? change + leaving : change, values)
            if held.hasLane, leavesLane { try promote(after: held) }
        case .release:
            let change = """
                state = 'ready', attempt = attempt - 1, blocking_since = iif(attempt > 1, blocking_since, NULL)
                """
            try update(held, change, [])
        }
        return true
    }

    /// The delivery that is leased by a token; `nil` when the lease was lost.
    private func held(by token: LeaseToken) throws -> Held? {
        try find.bind(1, token.delivery.rawValue)
        try find.bind(2, token.fence)
        return try find.first {
            Held(id: token.delivery.rawValue, event: $0.integer(0), hasLane: $0.integer(1) != 0)
        }
    }

    private func update(_ held: Held, _ change: String, _ values: StatementArguments) throws {
        try db.cachedStatement(sql: "UPDATE delivery SET \(change), lease_until = NULL WHERE id = ?")
            .execute(arguments: values + [held.id])
    }

    private func promote(after held: Held) throws {
        try db.cachedStatement(sql: SQLiteDeliveryStore.promoteStatement).execute(arguments: [held.id])
    }
}
#endif
