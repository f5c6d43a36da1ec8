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
        return try await write { db in
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
            var lost: Set<LeaseToken> = []
            for settlement in settlements where try !Self.settle(settlement, at: now, in: db) {
                lost.insert(settlement.token)
            }
            return lost
        }
    }

    /// Notes that an event is done when a delivery that was just completed was its last.
    static let finishStatement = """
        INSERT OR IGNORE INTO finished (finished_at, event)
        SELECT ?, d.event FROM delivery d WHERE d.id = ?
          AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.event = d.event AND o.state <> 'completed')
        """

    private static func settle(_ settlement: Settlement, at now: Int64, in db: Database) throws -> Bool {
        let (assignments, values): (String, StatementArguments) =
            switch settlement.verdict {
            case .completed:
                ("state = 'completed', settled_at = ?, reason = NULL, blocking_since = NULL", [now])
            case .retry(let after, let reason, let leavesLane):
                (
                    "state = 'waiting', due_at = ?, reason = ?"
                        + (leavesLane ? ", left_lane = lane IS NOT NULL, blocking_since = NULL" : ""),
                    [now + after.inMicroseconds, DeliveryReason.bounded(reason)]
                )
            case .deadLetter(let reason):
                (
                    "state = 'deadLettered', settled_at = ?, reason = ?, blocking_since = NULL",
                    [now, DeliveryReason.bounded(reason)]
                )
            case .release:
                (
                    "state = 'ready', attempt = attempt - 1, blocking_since = iif(attempt > 1, blocking_since, NULL)",
                    []
                )
            }
        let token: StatementArguments = [settlement.token.delivery.rawValue, settlement.token.fence]
        try db.cachedStatement(
            sql: """
                UPDATE delivery SET \(assignments), lease_until = NULL
                WHERE id = ? AND fence = ? AND state = 'leased'
                """
        ).execute(arguments: values + token)
        guard db.changesCount == 1 else { return false }
        if settlement.verdict.freesLane {
            try db.cachedStatement(sql: promoteStatement).execute(arguments: [settlement.token.delivery.rawValue])
        }
        if settlement.verdict == .completed {
            try db.cachedStatement(sql: finishStatement).execute(
                arguments: [now, settlement.token.delivery.rawValue])
        }
        return true
    }

    /// Makes leases last longer, and returns the tokens whose lease was lost.
    public func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        guard !tokens.isEmpty else { return [] }
        let until = clock.now + duration.inMicroseconds
        return try await write { db in
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
        return try await write { db in
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

extension Settlement.Verdict {
    /// Whether a head is none any more with this verdict.
    fileprivate var freesLane: Bool {
        switch self {
        case .completed, .deadLetter: true
        case .retry(_, _, let leavesLane): leavesLane
        case .release: false
        }
    }
}
#endif
