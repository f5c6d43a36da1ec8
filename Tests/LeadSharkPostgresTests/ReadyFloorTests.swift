#if Postgres
import LeadSharkDelivery
import LeadSharkStoreConformance
@testable import LeadSharkPostgres
import TestPostgres
import Testing

@Suite struct ReadyFloorTests {
    private let start = ContinuousClock.now

    @Test(
        "A floor lags one search behind, and what is made ready below it lowers it at once and until a search has been")
    func lag() {
        var floor = ReadyFloor()
        #expect(floor.value == .min)
        floor.found(100, from: start, to: start)
        #expect(floor.value == .min, "whoever has a lower number may not have committed it yet")
        floor.found(300, from: start, to: start)
        #expect(floor.value == 100)
        floor.found(400, from: start, to: start)
        #expect(floor.value == 300)

        floor.lower(to: 350)
        #expect(floor.value == 300)
        floor.lower(to: 20)
        #expect(floor.value == 20)
        // A search that had begun before it was made ready.
        floor.found(500, from: start, to: start)
        #expect(floor.value == 20)
        floor.found(500, from: start, to: start)
        #expect(floor.value == 500)
        floor.found(7, from: start, to: start)
        #expect(floor.value == 7, "another process made it ready")
    }

    @Test("Searches are a second apart, and never take more than a twentieth of the time")
    func interval() {
        var floor = ReadyFloor()
        let first = floor.beginsSearch(at: start)
        let second = floor.beginsSearch(at: start + .milliseconds(999))
        #expect(first && !second)
        floor.found(1, from: start, to: start + .milliseconds(2))
        let early = floor.beginsSearch(at: start + .milliseconds(1001))
        let due = floor.beginsSearch(at: start + .milliseconds(1002))
        #expect(!early && due)
        floor.found(1, from: start + .seconds(2), to: start + .seconds(5))
        let busy = floor.beginsSearch(at: start + .seconds(64))
        let rested = floor.beginsSearch(at: start + .seconds(65))
        #expect(!busy && rested)
    }

    @Test("A search that comes to nothing is made again after twenty times its time, or a minute")
    func missed() {
        var floor = ReadyFloor()
        for _ in 0..<2 { floor.found(9, from: start, to: start) }
        for (time, pause) in [
            (Duration.milliseconds(1), Duration.seconds(1)), (.seconds(2), .seconds(40)), (.seconds(10), .seconds(60)),
        ] {
            floor.missed(from: start, to: start + time)
            let early = floor.beginsSearch(at: start + time + pause - .nanoseconds(1))
            let due = floor.beginsSearch(at: start + time + pause)
            #expect(!early && due)
            #expect(floor.value == 9)
        }
    }

    @Test(
        "Whoever has nothing to do searches from the beginning before it rests, unless that would take more than its share"
    )
    func rest() {
        var floor = ReadyFloor()
        #expect(floor.timeUntilSearchAtRest(at: start) == .zero)
        for _ in 0..<2 { floor.found(100, from: start, to: start) }
        for time in [200, 200, 99, 300, 150, 200].map(Duration.milliseconds) {
            floor.foundAtRest(nil, from: start, to: start + time)
            #expect(floor.timeUntilSearchAtRest(at: start + time) == .zero)
        }
        #expect(floor.value == 100)
        floor.foundAtRest(nil, from: start, to: start + .milliseconds(400))
        #expect(floor.timeUntilSearchAtRest(at: start + .milliseconds(400)) == .seconds(3))
        #expect(floor.timeUntilSearchAtRest(at: start + .milliseconds(3400)) == .zero)
        floor.foundAtRest(30, from: start + .seconds(1), to: start + .seconds(1))
        #expect(floor.value == 30)
        #expect(floor.timeUntilSearchAtRest(at: start + .seconds(9)) == .zero)
    }

    @Test("What one handler's search finds says nothing of another's; what is made ready may be anybody's")
    func handlers() {
        var floors = ReadyFloors()
        for _ in 0..<2 { floors["crm"].found(50, from: start, to: start) }
        #expect(floors["crm"].value == 50 && floors["mail"].value == .min)
        for _ in 0..<2 { floors["mail"].found(80, from: start, to: start) }
        floors.lower(to: 60)
        #expect(floors["crm"].value == 50 && floors["mail"].value == 60)
    }
}

extension PostgresTests {
    /// That nothing stays below a floor.
    @Suite struct PostgresFloorTests {
        /// Has the store find by its searches that nothing lower is ready than what is.
        private func raiseFloor(_ store: PostgresDeliveryStore) async throws {
            let lowest = Int64(
                try Database(store.configuration.url).number(
                    "SELECT coalesce((SELECT min(id) FROM \(store.schema.name).delivery WHERE state = 'ready'), 1000)"))
            store.floors.withLock { floors in
                for _ in 0..<2 { floors["crm"].found(lowest, from: .now, to: .now + .seconds(3600)) }
            }
            #expect(store.floors.withLock { $0["crm"].value } == lowest)
        }

        private func leased(_ store: PostgresDeliveryStore, _ limit: Int = 1) async throws -> [Lease] {
            try await store.lease("crm", limit: limit, for: .seconds(60))
        }

        @Test("What goes back, or is sent round again, by this store is leased at once, as the oldest")
        func ownActs() async throws {
            try await withPostgres { store in
                _ = try await store.enqueue((0..<10).map { .fixture($0) }, for: ["crm"])
                let first = try #require(try await leased(store).first)
                try await raiseFloor(store)
                _ = try await store.settle([Settlement(first.token, .release)])
                let again = try #require(try await leased(store).first)
                #expect(again.token.delivery == first.token.delivery)

                _ = try await store.settle([Settlement(again.token, .deadLetter(reason: "no"))])
                try await raiseFloor(store)
                #expect(try await store.redeliver([first.token.delivery]) == [first.token.delivery])
                let third = try #require(try await leased(store).first)
                #expect(third.token.delivery == first.token.delivery)

                try await raiseFloor(store)
                try await store.advanceClock(by: .seconds(61))
                #expect(try await store.reclaimExpired() == 1)
                #expect(try await store.timeUntilNextDelivery(for: "crm") == .zero)
                let reclaimed = try #require(try await leased(store).first)
                #expect(reclaimed.token.delivery == first.token.delivery)
            }
        }

        @Test("The next of a lane is leased at once when its head is done, however old it is")
        func lanes() async throws {
            try await withPostgres { store in
                _ = try await store.enqueue([.of(1, 0), .of(1, 1)], for: [.lanes])
                let head = try #require(try await leased(store).first)
                _ = try await store.enqueue((2..<6).map { .of($0, $0) }, for: [.lanes])
                try await raiseFloor(store)
                _ = try await store.settle([Settlement(head.token, .completed)])
                let next = try await leased(store, 2)
                #expect(next.map { $0.token.delivery.rawValue - head.token.delivery.rawValue } == [1, 2])
            }
        }

        @Test(
            "Whoever rests has seen what another process made ready below the floor, or rests for no longer than until it may look"
        )
        func othersAtRest() async throws {
            try await withPostgres { store in
                _ = try await store.enqueue([.fixture(0)], for: ["crm"])
                let first = try #require(try await leased(store).first)
                _ = try await store.settle([Settlement(first.token, .deadLetter(reason: "no"))])
                try await raiseFloor(store)
                #expect(try await store.timeUntilNextDelivery(for: "crm") == nil)
                let other = try await PostgresDeliveryStore.openExisting(store.configuration, logger: .silent)
                #expect(try await other.redeliver([first.token.delivery]).count == 1)
                try await other.close()
                let now = ContinuousClock.now
                store.floors.withLock { floors in
                    for _ in 0..<4 { floors["crm"].foundAtRest(nil, from: now - .seconds(3600), to: now) }
                }
                let rest = try #require(try await store.timeUntilNextDelivery(for: "crm"))
                #expect(rest > .zero && rest <= .seconds(20 * 3600))
                #expect(try await leased(store).isEmpty)

                store.floors.withLock { $0["crm"].foundAtRest(nil, from: now, to: now) }
                #expect(try await store.timeUntilNextDelivery(for: "crm") == .zero)
                #expect(try await leased(store).map(\.token.delivery) == [first.token.delivery])
            }
        }

        @Test("What another process makes ready below the floor is found by the next search")
        func others() async throws {
            try await withPostgres { store in
                _ = try await store.enqueue((0..<10).map { .fixture($0) }, for: ["crm"])
                let first = try #require(try await leased(store).first)
                _ = try await store.settle([Settlement(first.token, .deadLetter(reason: "no"))])
                try await raiseFloor(store)
                let other = try await PostgresDeliveryStore.openExisting(store.configuration, logger: .silent)
                #expect(try await other.redeliver([first.token.delivery]).count == 1)
                try await other.close()
                let others = try await leased(store)
                #expect(others.map(\.token.delivery) != [first.token.delivery], "the floor is of use")
                store.floors.withLock { $0["crm"].found(.max, from: .now - .seconds(1), to: .now - .seconds(1)) }
                _ = try await leased(store)
                #expect(store.floors.withLock { $0["crm"].value } == first.token.delivery.rawValue)
            }
        }
    }
}
#endif
