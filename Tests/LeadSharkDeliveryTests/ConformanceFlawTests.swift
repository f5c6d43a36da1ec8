#if Server
import LeadSharkDelivery
import Testing

@testable import LeadSharkStoreConformance

/// That the conformance suite tells when a store is wrong.
@Suite struct ConformanceFlawTests {
    typealias Flaw = FlawedStore.Flaw

    /// What has to find each flaw.
    private static func checks(for flaw: Flaw) -> [StoreConformance.Check] {
        switch flaw {
        case .ignoresFences: [StoreConformance.fencing]
        case .losesSettlements: [StoreConformance.duplicateOfCompleted]
        case .countsReleases: [StoreConformance.release]
        case .reportsNoLostLease: [StoreConformance.fencing, StoreConformance.inventedToken]
        case .losesEvents: [StoreConformance.duplicates]
        case .storesDuplicates: [StoreConformance.duplicates, StoreConformance.concurrentDuplicates]
        case .forgetsDeleted: [StoreConformance.completed]
        case .leasesSuspectsTogether: [StoreConformance.suspects]
        case .ignoresLimits: [StoreConformance.leasing]
        case .leasesYoungestAlone: [StoreConformance.leasing]
        case .neverReclaims: [StoreConformance.fencing]
        case .ignoresRenewals: [StoreConformance.renew]
        case .ignoresLanes: [StoreConformance.heads, StoreConformance.laneOrder]
        case .promotesTwoHeads: [StoreConformance.laneOrder]
        case .keepsHeadsInTheirLane: [StoreConformance.leavingLanes]
        case .tellsNoBlock: [StoreConformance.laneBlock]
        case .dissolvesAllLanes: [StoreConformance.dissolvedLanes]
        case .prunesDeadLetters: [StoreConformance.kept]
        case .prunesTooEarly: [StoreConformance.completed]
        case .deletesNothing: [StoreConformance.delete, StoreConformance.deletedLanes]
        case .redeliversNothing: [StoreConformance.redeliver, StoreConformance.redeliverFrom]
        case .redeliversWhatIsNotMeant: [StoreConformance.redeliverFrom]
        case .listsOldestFirst: [StoreConformance.queries]
        case .countsNoQueued: [StoreConformance.queuedStatistics]
        case .worksWhenClosed: [StoreConformance.closed]
        }
    }

    /// Those that no random schedule can find.
    private static let isHidden: Set<Flaw> = [.countsNoQueued, .worksWhenClosed]

    @Test("A flaw is found by the checks that are there for it", arguments: Flaw.allCases)
    func found(_ flaw: Flaw) async throws {
        for check in Self.checks(for: flaw) {
            // Fails when nothing is reported.
            await withKnownIssue("\(flaw), \(check.name)") {
                try await check.run { FlawedStore(flaw) }
            }
        }
    }

    @Test("A flaw is found by a random schedule", arguments: Flaw.allCases.filter { !isHidden.contains($0) })
    func foundAtRandom(_ flaw: Flaw) async throws {
        await withKnownIssue("\(flaw)") {
            for seed in 1...3 as ClosedRange<UInt64> {
                try await StoreConformance.schedule(seed: seed, steps: 1000).run { FlawedStore(flaw) }
            }
        }
    }
}
#endif
