#if Server
import GRDB
public import LeadSharkDelivery

extension SQLiteDeliveryStore {
    private static let candidateColumns = """
        id, crashes, attempt, fence, event, blocking_since, lane IS NOT NULL AND left_lane = 0
        """

    /// The deliveries that are ready, oldest first.
    static let readyQuery = """
        SELECT \(candidateColumns) FROM delivery WHERE handler = ? AND state = 'ready' ORDER BY id LIMIT ?
        """

    /// The waiting deliveries whose time has come, those that have been due for longest first.
    static let dueQuery = """
        SELECT \(candidateColumns) FROM delivery
        WHERE handler = ? AND state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?
        """

    /// As these two queries, without the suspects.
    static let readyUnsuspectedQuery = readyQuery.replacing("ORDER BY", with: "AND crashes = 0 ORDER BY")
    static let dueUnsuspectedQuery = dueQuery.replacing("ORDER BY", with: "AND crashes = 0 ORDER BY")

    /// A delivery that could be leased, as it was before.
    private struct Candidate {
        let id: Int64
        let crashes: Int
        let attempt: Int
        let fence: Int64
        let event: Int64
        let blockingSince: Int64?
        let isInLane: Bool

        init(_ row: DirectStatement.Columns) {
            id = row.integer(0)
            crashes = Int(row.integer(1))
            attempt = Int(row.integer(2))
            fence = row.integer(3)
            event = row.integer(4)
            blockingSince = row.optionalInteger(5)
            isInLane = row.integer(6) != 0
        }
    }

    /// Leases up to `limit` deliveries, oldest first, a suspect alone.
    public func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        guard limit > 0 else { return [] }
        let now = clock.now
        let until = now + duration.inMicroseconds
        return try await write(isDurable: false) { db in
            let candidates = try Self.candidates(handler, limit: limit, now: now, suspects, in: db)
            let picked = suspects.pick(from: candidates.lazy.map(\.crashes), limit: limit)
            let take = try DirectStatement(
                db,
                """
                UPDATE delivery SET state = 'leased', attempt = attempt + 1, fence = fence + 1,
                  lease_until = ?, due_at = NULL, blocking_since = ? WHERE id = ?
                """)
            let events = try StoredEventReader(db)
            return try picked.map { index -> Lease in
                let candidate = candidates[index]
                let blockingSince = candidate.isInLane ? candidate.blockingSince ?? now : nil
                try take.bind(1, until)
                try take.bind(2, blockingSince)
                try take.bind(3, candidate.id)
                try take.run()
                return Lease(
                    token: LeaseToken(delivery: DeliveryID(rawValue: candidate.id), fence: candidate.fence + 1),
                    handler: handler, attempt: candidate.attempt + 1, crashes: candidate.crashes,
                    laneBlock: blockingSince.map { .microseconds(max(now - $0, 0)) },
                    event: try events.event(candidate.event))
            }
        }
    }

    /// What could be leased, oldest first.
    private static func candidates(
        _ handler: HandlerName, limit: Int, now: Int64, _ suspects: SuspectRule, in db: Database
    ) throws -> [Candidate] {
        let isSkipping = suspects == .skipped
        let ready = try DirectStatement(db, isSkipping ? readyUnsuspectedQuery : readyQuery)
        try ready.bind(1, text: handler.text)
        try ready.bind(2, Int64(limit))
        let due = try DirectStatement(db, isSkipping ? dueUnsuspectedQuery : dueQuery)
        try due.bind(1, text: handler.text)
        try due.bind(2, now)
        try due.bind(3, Int64(limit))
        let candidates = try ready.all(Candidate.init) + due.all(Candidate.init)
        return candidates.sorted { $0.id < $1.id }
    }

    /// Ends leases, and returns the tokens whose lease was lost.
    public func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> {
        guard !settlements.isEmpty else { return [] }
        let now = clock.now
        return try await write { db in
            let settling = try SettleStatements(db, now: now)
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
            let renew = try DirectStatement(
                db, "UPDATE delivery SET lease_until = ? WHERE id = ? AND fence = ? AND state = 'leased'")
            var lost: Set<LeaseToken> = []
            for token in tokens {
                try renew.bind(1, until)
                try renew.bind(2, token.delivery.rawValue)
                try renew.bind(3, token.fence)
                if try renew.run() == 0 { lost.insert(token) }
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
