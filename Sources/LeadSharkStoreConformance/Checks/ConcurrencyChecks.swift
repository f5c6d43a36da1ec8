#if Server
import LeadSharkDelivery
import LeadSharkWebhooks
import Testing

extension StoreConformance {
    static let concurrentDuplicates = Check("A hundred who store one event at once store it once") { store in
        let results = try await withThrowingTaskGroup(of: [EnqueueResult].self) { group in
            for _ in 0..<100 { group.addTask { try await store.enqueue([.fixture(1)], for: ["crm", "file"]) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let stored = results.compactMap { if case .stored(let id) = $0 { id } else { nil } }
        try #require(stored.count == 1)
        #expect(results.count { $0 == .duplicate(payloadDiffers: false) } == 99)
        let record = try #require(try await store.record(of: stored[0]))
        #expect(record.duplicateCount == 99)
        #expect(record.deliveries.count == 2)
        #expect(try await store.counts() == ["crm": [.ready: 1], "file": [.ready: 1]])
    }

    static let concurrentLeases = Check("Several who lease at once get each delivery once") { store in
        _ = try await store.enqueue((0..<200).map { .fixture($0) }, for: ["crm"])
        let leased = try await withThrowingTaskGroup(of: [DeliveryID].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var ids: [DeliveryID] = []
                    while true {
                        let leases = try await store.lease("crm", limit: 7, for: .seconds(3600))
                        if leases.isEmpty { return ids }
                        ids += leases.map(\.token.delivery)
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(leased.count == Set(leased).count)
        // One may have found nothing because others were about to commit; then the rest is there now.
        let rest = try await store.lease("crm", limit: 200, for: .seconds(3600))
        #expect(Set(leased).union(rest.map(\.token.delivery)).count == 200)
        #expect(leased.count + rest.count == 200)
    }

    static let concurrentLanes = Check("Several who work at once keep the order of each lane") { store in
        let events = 90
        let people = 5
        let begun = LockedValue<[EventID]>([])
        let results = try await store.enqueue((0..<events).map { .of($0 % people, $0) }, for: [.lanes])
        let ids = results.compactMap { if case .stored(let id) = $0 { id } else { nil } }
        try #require(ids.count == events)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    // Somebody else may hold all heads, so an empty lease is no end. Far more rounds than it takes.
                    for _ in 0..<100_000 where begun.withLock({ $0.count < events }) {
                        let leases = try await store.lease("crm", limit: 2, for: .seconds(3600))
                        if leases.isEmpty { await Task.yield() }
                        begun.withLock { $0 += leases.map(\.event.id) }
                        let lost = try await store.settle(leases.map { Settlement($0.token, .completed) })
                        #expect(lost.isEmpty)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.counts() == ["crm": [.completed: events]])
        let order = begun.withLock { $0 }
        for person in 0..<people {
            let lane = stride(from: person, to: events, by: people).map { ids[$0] }
            #expect(order.filter { lane.contains($0) } == lane)
        }
    }

    static let concurrencyChecks: [Check] = [concurrentDuplicates, concurrentLeases, concurrentLanes]
}
#endif
