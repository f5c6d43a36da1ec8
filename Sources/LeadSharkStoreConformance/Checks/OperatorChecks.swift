#if Server
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

extension StoreConformance {
    /// Stores five deliveries: one that is completed, one dead, one waiting, one leased, one ready.
    ///
    /// - Returns: All of them, and the leases of the first four.
    private static func storeOneOfEachState(
        in store: any ClockAdjustableStore
    ) async throws -> (all: [DeliveryID], leases: [Lease]) {
        try await store.store(.fixture(1), .fixture(2), .fixture(3), .fixture(4), .fixture(5))
        let leases = try await store.lease("crm", limit: 4, for: .seconds(30))
        _ = try await store.settle([
            Settlement(leases[0].token, .completed), Settlement(leases[1].token, .deadLetter(reason: "x")),
            Settlement(leases[2].token, .retry(after: .seconds(60), reason: "later")),
        ])
        let all = try await store.deliveries(matching: DeliveryQuery()).map(\.id).sorted()
        return (all, leases)
    }

    static let redeliver = Check("What is completed, dead or waiting goes round again, the rest stays as it is") {
        store in
        let (all, leases) = try await storeOneOfEachState(in: store)
        #expect(all.count == 5)
        #expect(try await store.redeliver(all) == leases.prefix(3).map(\.token.delivery))
        #expect(try await store.counts() == ["crm": [.ready: 4, .leased: 1]])
        let again = try await store.lease("crm", limit: 3, for: .seconds(30))
        #expect(again.map(\.attempt) == [1, 1, 1])
        #expect(again[0].token.fence > leases[0].token.fence)
        #expect(try await store.settle([Settlement(leases[0].token, .completed)]) == [leases[0].token])
    }

    static let redeliverFrom = Check("Only what is in a state that is meant goes round again, whatever it was before") {
        store in
        let (all, leases) = try await storeOneOfEachState(in: store)
        let before = try await store.counts()
        #expect(try await store.redeliver(all, from: []).isEmpty)
        // Neither is what is ready or leased given back by it.
        #expect(try await store.redeliver(all, from: [.queued, .ready, .leased]).isEmpty)
        #expect(try await store.counts() == before)
        #expect(try await store.redeliver(all, from: [.waiting]) == [leases[2].token.delivery])
        #expect(try await store.redeliver(all, from: [.waiting]).isEmpty)
        #expect(try await store.redeliver(all, from: [.deadLettered, .ready]) == [leases[1].token.delivery])
        #expect(try await store.counts() == ["crm": [.ready: 3, .leased: 1, .completed: 1]])
        #expect(try await store.redeliver(all, from: [.completed]) == [leases[0].token.delivery])
    }

    static let queries = Check("Deliveries are found by state, handler, webhook and type, newest first") { store in
        try await store.store(.fixture(1), .fixture(2, type: .newLike), for: ["crm", "file"])
        let lease = try #require(try await store.leaseOne("crm"))
        _ = try await store.settle([Settlement(lease.token, .completed)])
        let ids = try await store.deliveries(matching: DeliveryQuery()).map(\.id).sorted()
        try #require(ids.count == 4)
        // By the deliveries' places.
        func numbers(_ query: DeliveryQuery) async throws -> [Int] {
            try await store.deliveries(matching: query).compactMap { ids.firstIndex(of: $0.id) }.map { $0 + 1 }
        }
        #expect(try await numbers(DeliveryQuery()) == [4, 3, 2, 1])
        #expect(try await numbers(DeliveryQuery(limit: 2)) == [4, 3])
        #expect(try await numbers(DeliveryQuery(limit: 0)) == [])
        #expect(try await numbers(DeliveryQuery(limit: -1)) == [])
        #expect(try await numbers(DeliveryQuery(states: [.completed])) == [1])
        #expect(try await numbers(DeliveryQuery(states: [.completed, .ready])) == [4, 3, 2, 1])
        #expect(try await numbers(DeliveryQuery(handler: "file")) == [4, 2])
        #expect(try await numbers(DeliveryQuery(type: .newLike)) == [4, 3])
        #expect(try await numbers(DeliveryQuery(states: [.ready], handler: "crm", type: .newLike)) == [3])
        #expect(try await numbers(DeliveryQuery(webhook: WebhookName("other"))) == [])
        let unknown = DeliveryID(rawValue: ids[3].rawValue + 1)
        for (wanted, found) in [([], []), ([ids[2], ids[0], unknown], [3, 1])] as [(Set<DeliveryID>, [Int])] {
            var query = DeliveryQuery()
            query.ids = wanted
            #expect(try await numbers(query) == found)
        }
        #expect(try await store.record(of: EventID(rawValue: .max)) == nil)
        #expect(try await store.record(of: EventID(rawValue: 0)) == nil)
    }

    static let deleteUnknown = Check("Deleting what is not there deletes nothing") { store in
        let known = try #require(try await store.store(.fixture(1)).first).rawValue
        for number in [0, -1, known + 1, .max] {
            #expect(try await store.delete([EventID(rawValue: number)]).isEmpty)
        }
        #expect(try await store.delete([]).isEmpty)
        #expect(try await store.counts() == ["crm": [.ready: 1]])
        #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
    }

    static let delete = Check("A deleted event is gone with all that belongs to it, and still a duplicate") { store in
        let ids = try await store.store(.fixture(1), .fixture(2), .fixture(3), for: ["crm", "file"])
        let leases = try await store.lease("crm", limit: 2, for: .seconds(30))
        _ = try await store.settle([Settlement(leases[1].token, .deadLetter(reason: "no"))])
        #expect(try await store.delete([ids[0], ids[1], ids[0]]) == [ids[0], ids[1]])
        for id in ids.prefix(2) { #expect(try await store.record(of: id) == nil) }
        #expect(try await store.deliveries(matching: DeliveryQuery()).map(\.event) == [ids[2], ids[2]])
        // Who worked on it has lost it, and nobody else gets it.
        let token = leases[0].token
        #expect(try await store.renew([token], for: .seconds(30)) == [token])
        #expect(try await store.settle([Settlement(token, .completed)]) == [token])
        try await store.advanceClock(by: .seconds(31))
        #expect(try await store.reclaimExpired() == 0)
        #expect(try await store.redeliver([token.delivery, leases[1].token.delivery]).isEmpty)
        #expect(try await store.lease("file", limit: 9, for: .seconds(30)).map(\.event.id) == [ids[2]])
        #expect(try await store.leaseOne()?.event.id == ids[2])
        #expect(try await store.timeUntilNextDelivery(for: "crm") == nil)
        let again = try await store.enqueue([.fixture(1), .fixture(2, name: "Other")], for: ["crm"])
        #expect(again == [.duplicate(payloadDiffers: false), .duplicate(payloadDiffers: false)])
        // The identity goes with its time.
        try await store.advanceClock(by: .seconds(366 * 86_400))
        #expect(try await store.prune(Retention(), limit: 10) == Pruned(identities: 2))
    }

    static let statistics = Check("Statistics count by handler and state, and know the age of the oldest open one") {
        store in
        #expect(try await store.statistics(of: Set(DeliveryState.allCases)).isEmpty)
        try await store.store(.fixture(1), .fixture(2), for: ["crm", "file"])
        try await store.advanceClock(by: .seconds(100))
        try await store.store(.fixture(3), .fixture(4), .fixture(5))
        let leases = try await store.lease("crm", limit: 4, for: .seconds(1000))
        _ = try await store.settle([
            Settlement(leases[0].token, .completed), Settlement(leases[1].token, .deadLetter(reason: "no")),
            Settlement(leases[2].token, .retry(after: .seconds(500), reason: "busy")),
        ])
        try await store.advanceClock(by: .seconds(50))
        let all = try await store.statistics(of: Set(DeliveryState.allCases))
        #expect(
            all["crm"]?.counts == [.completed: 1, .deadLettered: 1, .waiting: 1, .leased: 1, .ready: 1])
        #expect(all["file"]?.counts == [.ready: 2])
        let (crm, file) = (try #require(all["crm"]?.oldestOpenAge), try #require(all["file"]?.oldestOpenAge))
        #expect(crm >= .seconds(49) && crm < .seconds(90))
        #expect(file >= .seconds(149) && file < .seconds(190))
        let dead = try await store.statistics(of: [.deadLettered, .queued])
        #expect(dead == ["crm": DeliveryStatistics(counts: [.deadLettered: 1])])
        #expect(try await store.statistics(of: []).isEmpty)
    }

    static let queriesByEvent = Check("Deliveries are found by identity, by event and by person") { store in
        func person(_ lead: String, _ number: Int) -> NewEvent {
            .payload(#"{"event":"new.like","data":{"lead":{\#(lead)},"reaction":{"id":"\#(number)"}}}"#)
        }
        let events = [
            person(#""actor_id":"A1","linkedin_username":"jane""#, 1), person(#""linkedin_username":"jane""#, 2),
            person(#""actor_id":"B2""#, 3), person("", 4),
        ]
        let ids = try await store.enqueue(events, for: ["crm"]).compactMap { result in
            if case .stored(let id) = result { id } else { nil }
        }
        func found(_ change: (inout DeliveryQuery) -> Void) async throws -> [EventID] {
            var query = DeliveryQuery()
            change(&query)
            return try await store.deliveries(matching: query).map(\.event).sorted()
        }
        #expect(try await found { $0.people = ["A1"] } == [ids[0]])
        #expect(try await found { $0.people = ["jane"] } == [ids[1]])
        #expect(try await found { $0.people = ["jane", "A1", "nobody"] } == [ids[0], ids[1]])
        #expect(try await found { $0.people = ["", "a1", "' OR 1"] } == [])
        #expect(try await found { $0.identity = events[2].envelope.identity } == [ids[2]])
        #expect(try await found { $0.identity = EventIdentity(bytes: Array(repeating: 0, count: 32)) } == [])
        #expect(try await found { $0.events = [ids[3], ids[0], EventID(rawValue: .max)] } == [ids[0], ids[3]])
        #expect(try await found { $0.events = [] } == [])
        #expect(
            try await found {
                $0.events = [ids[0]]
                $0.people = ["jane"]
            } == [])
    }

    static let receipt = Check("The time of receipt is kept") { store in
        let before = Date().addingTimeInterval(-60)
        try await store.store(.fixture(1))
        let time = try #require(try await store.onlyDelivery()?.receivedAt)
        #expect(time > before && time < Date().addingTimeInterval(60))
        #expect(try await store.leaseOne()?.event.receivedAt == time)
    }

    static let closed = Check("A closed store does nothing") { store in
        try await store.checkHealth()
        try await store.close()
        try await store.close()
        await #expect(throws: DeliveryStoreError(.closed, message: "")) { try await store.checkHealth() }
        await #expect(throws: DeliveryStoreError(.closed, message: "")) {
            try await store.enqueue([.fixture(1)], for: ["crm"])
        }
        await #expect(throws: DeliveryStoreError(.closed, message: "")) {
            try await store.deliveries(matching: DeliveryQuery())
        }
    }

    static let operatorChecks: [Check] = [
        redeliver, redeliverFrom, queries, deleteUnknown, delete, statistics, queriesByEvent, receipt, closed,
    ]
}
#endif
