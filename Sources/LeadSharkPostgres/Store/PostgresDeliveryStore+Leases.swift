#if Postgres
public import LeadSharkDelivery
import LeadSharkWebhooks

extension PostgresDeliveryStore {
    /// How many leases are reclaimed in one transaction.
    private static var reclaimedPerCommit: Int { 500 }

    /// Leases up to `limit` deliveries, oldest first, a suspect alone. What others are leasing just now is skipped.
    public func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        guard limit > 0 else { return [] }
        await handBackOrphans()
        await raiseFloor(of: handler)
        let key = Self.makeKey()
        do {
            return try await work.run(within: configuration.workTimeout) { [statements, floors] session, isRetry in
                let parameters = Parameters {
                    $0.add(handler.text)
                    $0.add(floors.withLock { $0[handler].value })
                    $0.add(limit)
                    $0.add(duration.inMicroseconds)
                    $0.add(suspects.text)
                    $0.add(key)
                    $0.add(isRetry)
                }
                return try session.execute(statements.lease, parameters).map { try StoredRows.lease($0, $1, handler) }
            }
        } catch {
            // It may have leased something that nobody knows of: the next calls hand that back, unburnt.
            orphans.withLock { $0.add(key, leasedFor: duration, at: .now) }
            throw error
        }
    }

    /// Hands back what was leased by calls whose answer never came. When that fails, the next call tries again.
    private func handBackOrphans() async {
        let keys = orphans.withLock { $0.keys(at: .now) }
        if keys.isEmpty { return }
        let parameters = Parameters { $0.add(keys.map { $0 as [UInt8]? }) }
        let back = try? await work.run(within: configuration.workTimeout) { [statements] session, _ in
            try session.execute(statements.handBack, parameters).map { (try $0.bytes($1, 0), try $0.integer($1, 1)) }
        }
        for (key, lowest) in back ?? [] {
            orphans.withLock { $0.remove(key) }
            floors.withLock { $0.lower(to: lowest) }
        }
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
        let lost = try await work.run(within: configuration.workTimeout) { [statements, floors] session, isRetry in
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
            // The first answer, which said what was made ready, is not to be had any more.
            if isRetry, let lowest = firsts.map(\.token.delivery.rawValue).min() {
                floors.withLock { $0.lower(to: lowest) }
            }
            for (place, lowest) in try session.execute(statements.settle, parameters)
                .map({ (try $0.optionalInteger($1, 0), try $0.optionalInteger($1, 1)) })
            {
                if let place { lost.insert(try firsts.element(Int(place) - 1).token) }
                if let lowest { floors.withLock { $0.lower(to: lowest) } }
            }
            return lost
        }
        // What this worker gives back is for others to do, as when it stops.
        if firsts.contains(where: { $0.verdict == .release }) { publish() }
        return lost.union(repeated)
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
            let part: (count: Int, lowest: Int64?) = try await lowerFloors(to: { $0.lowest }) {
                // Not beside what an operator asks for, which may take long: whoever reclaims also renews.
                try await work.run(within: configuration.workTimeout) { [statements] session, _ in
                    let result = try session.execute(statements.reclaim, Parameters { $0.add(Self.reclaimedPerCommit) })
                    return (count: Int(try result.integer(0, 0)), lowest: try result.optionalInteger(0, 1))
                }
            }
            if part.count > 0 { publish() }
            total += part.count
            if part.count < Self.reclaimedPerCommit { return total }
        }
    }

    /// Takes deliveries out of their lanes that are queued in them.
    public func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        guard limit > 0 else { return 0 }
        return try await lowerFloors(to: { $0 > 0 ? .min : nil }) {
            try await upkeep.run(within: configuration.workTimeout) { [statements] session, _ in
                let parameters = Parameters {
                    $0.add(handler.text)
                    $0.add(limit)
                }
                return Int(try session.execute(statements.dissolveLanes, parameters).integer(0, 0))
            }
        }
    }

    /// How long until the next delivery of `handler` is due; at the most until it may be asked again, when to look at all that
    /// was ever ready takes long.
    public func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        let start = ContinuousClock.now
        let (rest, floor) = floors.withLock { floors in
            (floors[handler].timeUntilSearchAtRest(at: start), floors[handler].value)
        }
        let isSearch = rest == .zero
        let parameters = Parameters {
            $0.add(handler.text)
            $0.add(isSearch ? .min : floor)
        }
        var lowest: Int64?
        // One that fails has taken its time all the same.
        defer { if isSearch { floors.withLock { $0[handler].foundAtRest(lowest, from: start, to: .now) } } }
        let next = try await work.run(within: configuration.workTimeout) { [statements] session, _ in
            let result = try session.execute(statements.timeUntilNext, parameters)
            return (lowest: try result.optionalInteger(0, 0), time: try result.optionalInteger(0, 1))
        }
        lowest = next.lowest
        let time = next.time.map { Duration.microseconds($0) }
        return isSearch ? time : min(time ?? rest, rest)
    }
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
