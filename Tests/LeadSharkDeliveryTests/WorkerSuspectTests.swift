#if Server
import LeadSharkDelivery
import Testing

@Suite(.timeLimit(.minutes(10))) struct WorkerSuspectTests {
    /// Has leases of all that is stored run out, as when a process ends.
    private static func crash(_ store: SpyStore, _ handlers: HandlerName..., times: Int = 1) async throws {
        for _ in 0..<times {
            var count = 0
            for handler in handlers { count += try await store.base.lease(handler, limit: 100, for: .zero).count }
            #expect(try await store.base.reclaimExpired() == count)
        }
    }

    private static func store(_ numbers: Range<Int>, for recipients: DeliveryRecipient..., in store: SpyStore)
        async throws
    {
        _ = try await store.enqueue(numbers.map { .fixture($0) }, for: recipients)
    }

    /// What is at work at the same time, and at most so far.
    private final class Crowd: Sendable {
        private let state = LockedValue((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }

        func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test("A delivery that crashed alone three times is dead with its reason, and no handler sees it again")
    func poison() async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                try await Self.store(0..<1, for: "crm", in: store)
                try await Self.crash(store, "crm", times: 4)
            }
        ) { test in
            try await test.wait(for: .deadLettered)
            let dead = try await test.delivery
            #expect(
                dead?.reason
                    == "the process ended, or could not renew the lease, in 3 attempts that this delivery had to itself"
            )
            #expect(handler.begun.count == 0)
            // An operator gives it all its attempts again.
            _ = try await test.engine.redeliver([try #require(dead?.id)])
            try await test.wait(for: .completed)
        }
    }

    @Test("The crash that it shared with others does not count", arguments: [1, 2, 3])
    func notYet(_ crashes: Int) async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                try await Self.store(0..<1, for: "crm", in: store)
                try await Self.crash(store, "crm", times: crashes)
            }
        ) { test in
            try await test.wait(for: .completed)
            #expect(handler.begun.all.map(\.attempt) == [crashes + 1])
        }
    }

    @Test("Suspects are worked on one at a time, each until its outcome is written")
    func oneByOne() async throws {
        let crowd = Crowd()
        let handler = ScriptedHandler { _ in
            crowd.enter()
            for _ in 0..<20 { await Task.yield() }
            crowd.leave()
            return .done
        }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                try await Self.store(0..<10, for: "crm", in: store)
                try await Self.crash(store, "crm")
            }
        ) { test in
            try await test.wait(for: 10, .completed)
            #expect(crowd.most == 1)
            // None was begun before the one before it was settled.
            #expect(test.store.settled.all.map(\.count) == Array(repeating: 1, count: 10))
        }
    }

    @Test("A suspect waits for what was begun before, holds back what is younger, and then all go on")
    func among() async throws {
        let gates = (older: Gate(), suspect: Gate())
        let handler = ScriptedHandler { delivery in
            switch delivery.id.rawValue {
            case 1: await gates.older.pass()
            case 2: await gates.suspect.pass()
            default: break
            }
            return .done
        }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                try await Self.store(0..<2, for: "crm", in: store)
                // The second alone.
                let leases = try await store.base.lease("crm", limit: 2, for: .seconds(1000))
                let renewed = try await store.base.settle([Settlement(leases[0].token, .release)])
                #expect(renewed.isEmpty)
                try await store.base.advanceClock(by: .seconds(1001))
                #expect(try await store.base.reclaimExpired() == 1)
                try await Self.store(2..<5, for: "crm", in: store)
            }
        ) { test in
            await until { gates.older.waitingCount == 1 }
            for _ in 0..<1000 { await Task.yield() }
            #expect(handler.begun.all.map(\.id.rawValue) == [1])
            gates.older.open()
            await until { gates.suspect.waitingCount == 1 }
            for _ in 0..<1000 { await Task.yield() }
            #expect(handler.begun.all.map(\.id.rawValue) == [1, 2])
            gates.suspect.open()
            try await test.wait(for: 5, .completed)
        }
    }

    @Test("While one handler has a suspect, another's waits, and what is no suspect goes on")
    func otherHandlers() async throws {
        let gate = Gate()
        let crowd = Crowd()
        let script: @Sendable (Delivery) async throws -> DeliveryOutcome = { delivery in
            guard delivery.id.rawValue <= 4 else { return .done }
            crowd.enter()
            await gate.pass()
            crowd.leave()
            return .done
        }
        let (crm, file) = (ScriptedHandler("crm", script), ScriptedHandler("file", script))
        try await EngineUnderTest.with(
            [crm, file],
            prepare: { store in
                try await Self.store(0..<2, for: "crm", "file", in: store)
                try await Self.crash(store, "crm", "file")
                try await Self.store(2..<4, for: "crm", "file", in: store)
            }
        ) { test in
            await until { gate.waitingCount == 1 }
            let other: HandlerName = crm.begun.all.contains { $0.id.rawValue <= 4 } ? "file" : "crm"
            try await test.wait(for: 2, .completed, of: other)
            #expect(gate.waitingCount == 1)
            gate.open()
            try await test.wait(for: 4, .completed, of: "crm")
            try await test.wait(for: 4, .completed, of: "file")
            #expect(crowd.most == 1)
        }
    }

    @Test("A suspect that hangs past its deadline keeps no other waiting")
    func hanging() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { delivery in
            // Ignores its cancellation.
            if delivery.id.rawValue == 1 { await gate.pass() }
            return .done
        }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                try await Self.store(0..<3, for: "crm", in: store)
                try await Self.crash(store, "crm")
            }
        ) { test in
            await until { gate.waitingCount == 1 }
            for _ in 0..<6 {
                await test.clock.waitForSleeper(in: .seconds(10))
                test.clock.advance(by: .seconds(10))
            }
            try await test.wait(for: 2, .completed)
            gate.open()
        }
    }

    @Test("A batch is not begun with a suspect in it")
    func batches() async throws {
        struct Batches: BatchDeliveryHandler {
            let name: HandlerName = "crm"
            let sizes = Journal<Int>()
            var maximumBatchCount: Int { 10 }
            func handle(_ deliveries: [Delivery]) async throws -> [DeliveryOutcome] {
                sizes.append(deliveries.count)
                return deliveries.map { _ in .done }
            }
        }
        let handler = Batches()
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                try await Self.store(0..<3, for: "crm", in: store)
                try await Self.crash(store, "crm")
                try await Self.store(3..<7, for: "crm", in: store)
            }
        ) { test in
            try await test.wait(for: 7, .completed)
            #expect(handler.sizes.all == [1, 1, 1, 4])
        }
    }
}
#endif
