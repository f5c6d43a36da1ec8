#if Server
import GRDB
import LeadSharkDelivery

/// The statements of one transaction that settles.
struct SettleStatements {
    /// Notes that an event is done when a delivery that was just completed was its last.
    static let finishStatement = """
        INSERT OR IGNORE INTO finished (finished_at, event)
        SELECT ?, d.event FROM delivery d WHERE d.id = ?
          AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.event = d.event AND o.state <> 'completed')
        """

    private let db: Database
    private let now: Int64

    init(_ db: Database, now: Int64) {
        self.db = db
        self.now = now
    }

    /// Ends a lease.
    ///
    /// - Returns: Whether it was still held.
    func settle(_ settlement: Settlement) throws -> Bool {
        switch settlement.verdict {
        case .completed:
            let change = "state = 'completed', settled_at = ?, reason = NULL, blocking_since = NULL"
            guard let hasLane = try end(settlement.token, change, [now]) else { return false }
            if hasLane { try promote(after: settlement.token) }
            try db.cachedStatement(sql: Self.finishStatement)
                .execute(arguments: [now, settlement.token.delivery.rawValue])
        case .deadLetter(let reason):
            let change = "state = 'deadLettered', settled_at = ?, reason = ?, blocking_since = NULL"
            guard let hasLane = try end(settlement.token, change, [now, DeliveryReason.bounded(reason)]) else {
                return false
            }
            if hasLane { try promote(after: settlement.token) }
        case .retry(let after, let reason, let leavesLane):
            let change = "state = 'waiting', due_at = ?, reason = ?"
            let leaving = ", left_lane = lane IS NOT NULL, blocking_since = NULL"
            let values: StatementArguments = [now + after.inMicroseconds, DeliveryReason.bounded(reason)]
            guard let hasLane = try end(settlement.token, leavesLane ? change + leaving : change, values) else {
                return false
            }
            if hasLane, leavesLane { try promote(after: settlement.token) }
        case .release:
            let change = """
                state = 'ready', attempt = attempt - 1, blocking_since = iif(attempt > 1, blocking_since, NULL)
                """
            return try end(settlement.token, change, []) != nil
        }
        return true
    }

    /// Changes a delivery that is leased by a token.
    ///
    /// - Returns: Whether it is of a lane; `nil` when the lease was lost, and nothing was changed.
    private func end(_ token: LeaseToken, _ change: String, _ values: StatementArguments) throws -> Bool? {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE delivery SET \(change), lease_until = NULL
                WHERE id = ? AND fence = ? AND state = 'leased' RETURNING lane IS NOT NULL
                """)
        return try Bool.fetchOne(statement, arguments: values + [token.delivery.rawValue, token.fence])
    }

    private func promote(after token: LeaseToken) throws {
        try db.cachedStatement(sql: SQLiteDeliveryStore.promoteStatement).execute(arguments: [token.delivery.rawValue])
    }
}
#endif
