#if Server
import GRDB
public import LeadSharkDelivery

extension SQLiteDeliveryStore {
    /// The deliveries that are ready, oldest first.
    static let readyQuery = """
        SELECT id, crashes FROM delivery WHERE handler = ? AND state = 'ready' ORDER BY id LIMIT ?
        """

    /// The waiting deliveries whose time has come, those that have been due for longest first.
    static let dueQuery = """
        SELECT id, crashes FROM delivery
        WHERE handler = ? AND state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?
        """

    /// As these two queries, without the suspects.
    static let readyUnsuspectedQuery = readyQuery.replacing("ORDER BY", with: "AND crashes = 0 ORDER BY")
    static let dueUnsuspectedQuery = dueQuery.replacing("ORDER BY", with: "AND crashes = 0 ORDER BY")

    /// Leases up to `limit` deliveries, oldest first, a suspect alone.
    public func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        guard limit > 0 else { return [] }
        let now = clock.now
        let until = now + duration.inMicroseconds
        return try await write(isDurable: false) { db in
            let isSkipping = suspects == .skipped
            let ready = try Row.fetchAll(
                db.cachedStatement(sql: isSkipping ? Self.readyUnsuspectedQuery : Self.readyQuery),
                arguments: [handler.text, limit])
            let due = try Row.fetchAll(
                db.cachedStatement(sql: isSkipping ? Self.dueUnsuspectedQuery : Self.dueQuery),
                arguments: [handler.text, now, limit])
            let candidates = (ready + due).map { (id: $0[0] as Int64, crashes: $0[1] as Int) }
                .sorted { $0.id < $1.id }
            let picked = suspects.pick(from: candidates.lazy.map(\.crashes), limit: limit)
            let take = try db.cachedStatement(
                sql: """
                    UPDATE delivery SET state = 'leased', attempt = attempt + 1, fence = fence + 1,
                      lease_until = ?1, due_at = NULL,
                      blocking_since = CASE WHEN lane IS NOT NULL AND left_lane = 0 THEN coalesce(blocking_since, ?2) END
                    WHERE id = ?3 AND state IN ('ready', 'waiting')
                    RETURNING fence, attempt, crashes, event, blocking_since
                    """)
            return try picked.map({ candidates[$0].id }).compactMap { id -> Lease? in
                guard let row = try Row.fetchOne(take, arguments: [until, now, id]) else { return nil }
                return Lease(
                    token: LeaseToken(delivery: DeliveryID(rawValue: id), fence: row[0]), handler: handler,
                    attempt: row[1], crashes: row[2],
                    laneBlock: (row[4] as Int64?).map { .microseconds(max(now - $0, 0)) },
                    event: try StoredRows.event(row[3], in: db))
            }
        }
    }

    /// Ends leases, and returns the tokens whose lease was lost.
    public func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> {
        guard !settlements.isEmpty else { return [] }
        let now = clock.now
        return try await write { db in
            let settling = SettleStatements(db, now: now)
            var lost: Set<LeaseToken> = []
            for settlement in settlements where try !settling.settle(settlement) { lost.insert(settlement.token) }
            return lost
        }
    }

    /// Makes leases last longer, and returns the tokens whose lease was lost.
    public func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        guard !tokens.isEmpty else { return [] }
        let until = clock.now + duration.inMicroseconds
        return try await write(isDurable: false) { db in
            let renew = try db.cachedStatement(
                sql: "UPDATE delivery SET lease_until = ? WHERE id = ? AND fence = ? AND state = 'leased'")
            var lost: Set<LeaseToken> = []
            for token in tokens {
                try renew.execute(arguments: [until, token.delivery.rawValue, token.fence])
                if db.changesCount == 0 { lost.insert(token) }
            }
            return lost
        }
    }

    /// Makes deliveries whose lease has run out ready again, with their crash count raised.
    public func reclaimExpired() async throws -> Int {
        let now = clock.now
        return try await write(isDurable: false) { db in
            try db.cachedStatement(
                sql: """
                    UPDATE delivery SET state = 'ready', lease_until = NULL, crashes = crashes + 1
                    WHERE state = 'leased' AND lease_until <= ?
                    """
            ).execute(arguments: [now])
            return db.changesCount
        }
    }

    /// How long until the next delivery of `handler` is due.
    public func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        let now = clock.now
        return try await access { db in
            let ready = try db.cachedStatement(sql: Self.readyQuery)
            if try Int64.fetchOne(ready, arguments: [handler.text, 1]) != nil { return .zero }
            let next = try db.cachedStatement(
                sql: """
                    SELECT due_at FROM delivery WHERE handler = ? AND state = 'waiting' ORDER BY due_at LIMIT 1
                    """)
            return try Int64.fetchOne(next, arguments: [handler.text]).map { .microseconds(max($0 - now, 0)) }
        }
    }
}
#endif
