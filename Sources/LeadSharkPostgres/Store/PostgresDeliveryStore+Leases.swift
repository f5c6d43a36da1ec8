#if Postgres
public import LeadSharkDelivery
import LeadSharkWebhooks

extension PostgresDeliveryStore {
    /// How many leases are reclaimed in one transaction.
    private static var reclaimedPerCommit: Int { 500 }
    /// How many calls may be remembered whose leases nobody got to know.
    private static var maximumOrphanCount: Int { 64 }

    /// Leases up to `limit` deliveries, oldest first, a suspect alone. What others are leasing just now is skipped.
    public func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        guard limit > 0 else { return [] }
        let key = Self.makeKey()
        let orphans = orphans.withLock { $0 }
        let leases: [Lease]
        do {
            leases = try await work.run(within: configuration.workTimeout) { [self] session, isRetry in
                let floor = try floor(of: handler, in: session)
                let parameters = Parameters {
                    $0.add(handler.text)
                    // What goes back first may be anywhere.
                    $0.add(orphans.isEmpty ? floor : .min)
                    $0.add(limit)
                    $0.add(duration.inMicroseconds)
                    $0.add(suspects.text)
                    $0.add(key)
                    $0.add(isRetry)
                    $0.add(orphans.map { $0 as [UInt8]? })
                }
                return try session.execute(statements.lease, parameters).map { try StoredRows.lease($0, $1, handler) }
            }
        } catch {
            // It may have leased something that nobody knows of: the next call hands that back, unburnt.
            self.orphans.withLock { orphans in
                orphans.append(key)
                if orphans.count > Self.maximumOrphanCount { orphans.removeFirst() }
            }
            throw error
        }
        if !orphans.isEmpty { self.orphans.withLock { $0.removeAll(where: orphans.contains) } }
        return leases
    }

    /// Ends leases, and returns the tokens whose lease was lost.
    public func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> {
        // Of one token the first verdict counts: the others come when its lease is over.
        var seen: Set<LeaseToken> = []
        var repeated: Set<LeaseToken> = []
        let firsts = settlements.filter { settlement in
            if seen.insert(settlement.token).inserted { return true }
            repeated.insert(settlement.token)
            return false
        }
        guard !firsts.isEmpty else { return [] }
        let verdicts = firsts.map { SettlementRow($0.verdict) }
        return try await work.run(within: configuration.workTimeout) { [statements, floors] session, isRetry in
            let parameters = Parameters {
                $0.add(firsts.map(\.token.delivery.rawValue))
                $0.add(firsts.map(\.token.fence))
                $0.add(verdicts.map { $0.verdict as String? })
                $0.add(verdicts.map(\.after))
                $0.add(verdicts.map(\.reason))
                $0.add(verdicts.map(\.leavesLane))
                $0.add(isRetry)
            }
            var lost: Set<LeaseToken> = []
            for (place, lowest) in try session.execute(statements.settle, parameters)
                .map({ (try $0.optionalInteger($1, 0), try $0.optionalInteger($1, 1)) })
            {
                if let place { lost.insert(try firsts.element(Int(place) - 1).token) }
                if let lowest { floors.withLock { $0.lower(to: lowest) } }
            }
            return lost
        }.union(repeated)
    }

    /// Makes leases last longer, and returns the tokens whose lease was lost. Goes before all else that waits.
    public func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        guard !tokens.isEmpty else { return [] }
        return try await work.run(within: configuration.workTimeout, isUrgent: true) { [statements] session, _ in
            let parameters = Parameters {
                $0.add(tokens.map(\.delivery.rawValue))
                $0.add(tokens.map(\.fence))
                $0.add(duration.inMicroseconds)
            }
            let lost = try session.execute(statements.renew, parameters).map { try $0.integer($1, 0) }
            return Set(try lost.map { try tokens.element(Int($0) - 1) })
        }
    }

    /// Makes deliveries whose lease has run out ready again, with their crash count raised, whoever's they were.
    public func reclaimExpired() async throws -> Int {
        var total = 0
        while true {
            let count = try await upkeep.run(within: configuration.workTimeout) { [statements] session, _ in
                try session.execute(statements.reclaim, Parameters { $0.add(Self.reclaimedPerCommit) }).integer(0, 0)
            }
            total += Int(count)
            if count < Self.reclaimedPerCommit { break }
        }
        if total > 0 {
            madeSomethingReady()
            publish()
        }
        return total
    }

    /// Takes deliveries out of their lanes that are queued in them.
    public func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        guard limit > 0 else { return 0 }
        defer { madeSomethingReady() }
        return try await upkeep.run(within: configuration.workTimeout) { [statements] session, _ in
            let parameters = Parameters {
                $0.add(handler.text)
                $0.add(limit)
            }
            return Int(try session.execute(statements.dissolveLanes, parameters).integer(0, 0))
        }
    }

    /// How long until the next delivery of `handler` is due; at the most until it may be asked again, when to look at all that
    /// was ever ready takes long.
    public func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        try await work.run(within: configuration.workTimeout) { [statements, floors] session, _ in
            let start = ContinuousClock.now
            let (rest, floor) = floors.withLock { floors in
                (floors[handler].timeUntilSearchAtRest(at: start), floors[handler].value)
            }
            let parameters = Parameters {
                $0.add(handler.text)
                $0.add(rest == .zero ? .min : floor)
            }
            let result = try session.execute(statements.timeUntilNext, parameters)
            let time = try result.optionalInteger(0, 1).map { Duration.microseconds($0) }
            guard rest == .zero else { return min(time ?? rest, rest) }
            let lowest = try result.optionalInteger(0, 0)
            floors.withLock { $0[handler].foundAtRest(lowest, from: start, to: .now) }
            return time
        }
    }

    /// Where to look for what is ready, after a search from the beginning when it is time for one.
    private func floor(of handler: HandlerName, in session: Session) throws -> Int64 {
        let start = ContinuousClock.now
        if floors.withLock({ $0[handler].beginsSearch(at: start) }) {
            let lowest = try session.execute(statements.lowestReady, Parameters { $0.add(handler.text) }).integer(0, 0)
            floors.withLock { $0[handler].found(lowest, from: start, to: .now) }
        }
        return floors.withLock { $0[handler].value }
    }

    /// Says that this store made deliveries ready that may be older than all that are.
    func madeSomethingReady() { floors.withLock { $0.lower(to: .min) } }
}

/// A verdict as the statement takes it.
private struct SettlementRow: Sendable {
    var verdict: String
    var after: Int64 = 0
    var reason: String?
    var leavesLane = false

    init(_ verdict: Settlement.Verdict) {
        switch verdict {
        case .completed: self.verdict = "completed"
        case .release: self.verdict = "release"
        case .retry(let after, let reason, let leavesLane):
            self.verdict = "retry"
            self.after = after.inMicroseconds
            self.leavesLane = leavesLane
            self.reason = DeliveryReason.bounded(reason)
        case .deadLetter(let reason):
            self.verdict = "deadLetter"
            self.reason = DeliveryReason.bounded(reason)
        }
    }
}

extension SuspectRule {
    fileprivate var text: String {
        switch self {
        case .alone: "alone"
        case .held: "held"
        case .skipped: "skipped"
        }
    }
}

extension Array {
    /// The element at a place that the server named.
    fileprivate func element(_ index: Int) throws -> Element {
        guard indices.contains(index) else { throw QueryResult.damage }
        return self[index]
    }
}
#endif
