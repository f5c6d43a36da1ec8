#if Server
import LeadSharkDelivery
import LeadSharkWebhooks

/// A store in memory with one thing wrong, to show that the conformance suite tells.
final class FlawedStore: ClockAdjustableStore {
    enum Flaw: CaseIterable {
        case ignoresFences, losesSettlements, countsReleases, reportsNoLostLease
        case losesEvents, storesDuplicates, forgetsDeleted
        case leasesSuspectsTogether, ignoresLimits, leasesYoungestAlone
        case neverReclaims, ignoresRenewals
        case ignoresLanes, promotesTwoHeads, keepsHeadsInTheirLane, tellsNoBlock, dissolvesAllLanes
        case prunesDeadLetters, prunesTooEarly, deletesNothing, redeliversNothing, redeliversWhatIsNotMeant
        case listsOldestFirst, countsNoQueued, worksWhenClosed
    }

    private let base = InMemoryDeliveryStore()
    private let flaw: Flaw
    private let fences = LockedValue<[DeliveryID: Int64]>([:])

    init(_ flaw: Flaw) { self.flaw = flaw }

    func enqueue(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        switch flaw {
        case .losesEvents:
            return try await base.enqueue(events, for: recipients.dropLast())
        case .storesDuplicates:
            return try await base.enqueue(events, for: recipients).map { result in
                if case .duplicate = result { .stored(EventID(rawValue: 1)) } else { result }
            }
        case .ignoresLanes:
            return try await base.enqueue(events, for: recipients.map { DeliveryRecipient($0.handler) })
        default:
            return try await base.enqueue(events, for: recipients)
        }
    }

    func lease(
        _ handler: HandlerName, limit: Int, for duration: Duration, suspects: SuspectRule
    ) async throws -> [Lease] {
        var leases = try await base.lease(
            handler, limit: flaw == .ignoresLimits && limit > 0 ? .max : limit, for: duration, suspects: suspects)
        if flaw == .leasesSuspectsTogether, suspects == .skipped {
            leases += try await base.lease(handler, limit: limit, for: duration, suspects: .alone)
        }
        if flaw == .leasesYoungestAlone, leases.count > 1 {
            let older = leases.dropLast()
            _ = try await base.settle(older.map { Settlement($0.token, .release) })
            leases.removeFirst(older.count)
        }
        for lease in leases { fences.withLock { $0[lease.token.delivery] = lease.token.fence } }
        guard flaw == .tellsNoBlock else { return leases }
        return leases.map {
            Lease(token: $0.token, handler: handler, attempt: $0.attempt, crashes: $0.crashes, event: $0.event)
        }
    }

    /// A token with the fence of the last lease, whatever the holder has.
    private func current(_ token: LeaseToken) -> LeaseToken {
        LeaseToken(
            delivery: token.delivery, fence: fences.withLock { $0[token.delivery] } ?? token.fence)
    }

    func settle(_ settlements: [Settlement]) async throws -> Set<LeaseToken> {
        switch flaw {
        case .ignoresFences:
            let lost = try await base.settle(settlements.map { Settlement(current($0.token), $0.verdict) })
            return Set(settlements.map(\.token).filter { lost.contains(current($0)) })
        case .losesSettlements:
            return try await base.settle(Array(settlements.dropLast()))
        case .reportsNoLostLease:
            _ = try await base.settle(settlements)
            return []
        case .countsReleases:
            return try await base.settle(
                settlements.map {
                    $0.verdict == .release ? Settlement($0.token, .retry(after: .zero, reason: "")) : $0
                })
        case .keepsHeadsInTheirLane:
            return try await base.settle(
                settlements.map { settlement in
                    guard case .retry(let after, let reason, _) = settlement.verdict else { return settlement }
                    return Settlement(settlement.token, .retry(after: after, reason: reason))
                })
        case .promotesTwoHeads:
            let lost = try await base.settle(settlements)
            _ = try await base.dissolveLanes(of: "crm", limit: 1)
            return lost
        default:
            return try await base.settle(settlements)
        }
    }

    func renew(_ tokens: [LeaseToken], for duration: Duration) async throws -> Set<LeaseToken> {
        flaw == .ignoresRenewals ? [] : try await base.renew(tokens, for: duration)
    }

    func reclaimExpired() async throws -> Int { flaw == .neverReclaims ? 0 : try await base.reclaimExpired() }

    func dissolveLanes(of handler: HandlerName, limit: Int) async throws -> Int {
        try await base.dissolveLanes(of: handler, limit: flaw == .dissolvesAllLanes && limit > 0 ? .max : limit)
    }

    func timeUntilNextDelivery(for handler: HandlerName) async throws -> Duration? {
        try await base.timeUntilNextDelivery(for: handler)
    }

    func deliveries(matching query: DeliveryQuery) async throws -> [DeliverySummary] {
        let found = try await base.deliveries(matching: query)
        return flaw == .listsOldestFirst ? found.reversed() : found
    }

    func record(of event: EventID) async throws -> EventRecord? { try await base.record(of: event) }

    func redeliver(
        _ deliveries: [DeliveryID], from states: Set<DeliveryState>
    ) async throws -> [DeliveryID] {
        switch flaw {
        case .redeliversNothing: []
        case .redeliversWhatIsNotMeant: try await base.redeliver(deliveries)
        default: try await base.redeliver(deliveries, from: states)
        }
    }

    func prune(_ retention: Retention, limit: Int) async throws -> Pruned {
        var retention = retention
        if flaw == .prunesDeadLetters {
            let dead = try await base.deliveries(matching: DeliveryQuery(states: [.deadLettered]))
            _ = try await base.delete(dead.map(\.event))
        }
        if flaw == .prunesTooEarly { retention.completed = .zero }
        if flaw == .forgetsDeleted { retention.identities = .zero }
        return try await base.prune(retention, limit: limit)
    }

    func delete(_ events: [EventID]) async throws -> [EventID] {
        flaw == .deletesNothing ? events : try await base.delete(events)
    }

    func statistics(of states: Set<DeliveryState>) async throws -> [HandlerName: DeliveryStatistics] {
        try await base.statistics(of: flaw == .countsNoQueued ? states.subtracting([.queued]) : states)
    }

    func checkHealth() async throws { try await base.checkHealth() }
    func close() async throws { if flaw != .worksWhenClosed { try await base.close() } }
    func advanceClock(by duration: Duration) async throws { try await base.advanceClock(by: duration) }
}
#endif
