#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@Suite(.timeLimit(.minutes(1))) struct WorkerLaneTests {
    private static let recipient = DeliveryRecipient("crm", ordering: .perPerson)

    private static func event(_ number: Int, of person: Int) -> NewEvent {
        NewEvent(
            webhook: .leadshark, verified: Fixture.webhook(for: .newComment, number: number, person: person),
            eventHeader: nil)
    }

    /// A handler that asks for lanes.
    private struct Lanes: DeliveryHandler {
        let base: ScriptedHandler
        var name: HandlerName { base.name }
        var ordering: DeliveryOrdering { .perPerson }
        func handle(_ delivery: Delivery) async throws -> DeliveryOutcome { try await base.handle(delivery) }
    }

    private struct BatchLanes: BatchDeliveryHandler {
        let begun = Journal<[DeliveryID]>()
        let name: HandlerName = "crm"
        let ordering = DeliveryOrdering.perPerson
        let maximumBatchCount = 10
        func handle(_ deliveries: [Delivery]) async throws -> [DeliveryOutcome] {
            begun.append(deliveries.map(\.id))
            return deliveries.map { _ in .done }
        }
    }

    @Test("Those of one person are worked on one at a time and in order, those of others beside them")
    func order() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { delivery in
            if delivery.id.rawValue == 1 { await gate.pass() }
            return .done
        }
        try await EngineUnderTest.with([Lanes(base: handler)]) { test in
            for number in 1...6 {
                _ = try await test.engine.queue.enqueue(Self.event(number, of: number == 4 ? 2 : 1))
            }
            try await test.wait(for: .completed)
            await until { gate.waitingCount == 1 }
            #expect(try await test.store.counts()["crm"] == [.leased: 1, .completed: 1, .queued: 4])
            gate.open()
            try await test.wait(for: 6, .completed)
            let ids = handler.begun.all.map(\.id.rawValue)
            #expect(ids.filter { $0 != 4 } == [1, 2, 3, 5, 6])
        }
    }

    @Test("A batch holds one delivery of each lane")
    func batches() async throws {
        let handler = BatchLanes()
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                let events = [(1, 1), (2, 1), (3, 2), (4, 2), (5, 2)].map { Self.event($0.0, of: $0.1) }
                _ = try await store.enqueue(events, for: [Self.recipient])
            }
        ) { test in
            try await test.wait(for: 5, .completed)
            #expect(handler.begun.all.map { $0.map(\.rawValue) } == [[1, 3], [2, 4], [5]])
        }
    }

    @Test("A head that fails holds its lane up for so long, then leaves it, and is attempted besides")
    func blocked() async throws {
        let lines = Journal<String>()
        let handler = ScriptedHandler { delivery in
            delivery.id.rawValue == 1 && delivery.attempt < 4 ? .retry(after: .seconds(40), reason: "busy") : .done
        }
        try await EngineUnderTest.with(
            [Lanes(base: handler)], logger: .into(lines), configure: { $0.maximumLaneBlock = .seconds(100) },
            prepare: { store in
                _ = try await store.enqueue((1...2).map { Self.event($0, of: 1) }, for: [Self.recipient])
            }
        ) { test in
            // After 0 s and 40 s of the 100 s another wait fits, after 80 s it does not.
            for attempt in 1...2 {
                await until { handler.begun.count == attempt }
                try await test.wait(for: .waiting)
                #expect(try await test.store.counts()["crm"] == [.waiting: 1, .queued: 1])
                test.clock.advance(by: .seconds(40))
            }
            try await test.wait(for: .completed)
            #expect(try await test.store.counts()["crm"] == [.waiting: 1, .completed: 1])
            #expect(handler.begun.all.map(\.id.rawValue) == [1, 1, 1, 2])
            #expect(lines.all.count { $0.hasPrefix("A delivery has held up its lane for too long and left it") } == 1)
            test.clock.advance(by: .seconds(40))
            try await test.wait(for: 2, .completed)
        }
    }

    @Test("Without any patience what fails leaves its lane at once")
    func impatient() async throws {
        let handler = ScriptedHandler { delivery in
            delivery.id.rawValue == 1 ? .retry(after: .seconds(10), reason: "busy") : .done
        }
        try await EngineUnderTest.with(
            [Lanes(base: handler)], configure: { $0.maximumLaneBlock = .zero },
            prepare: { store in
                _ = try await store.enqueue((1...2).map { Self.event($0, of: 1) }, for: [Self.recipient])
            }
        ) { test in
            try await test.wait(for: .completed)
            #expect(try await test.store.counts()["crm"] == [.waiting: 1, .completed: 1])
        }
    }

    @Test("What is queued for a handler that asks for lanes no more is let go in parts, past a failing store")
    func dissolved() async throws {
        let lines = Journal<String>()
        let gate = Gate()
        let handler = ScriptedHandler { _ in
            await gate.pass()
            return .done
        }
        try await EngineUnderTest.with(
            [handler], logger: .into(lines),
            configure: {
                $0.deliveriesPerDissolution = 2
                $0.upkeepRest = .milliseconds(33)
                $0.storeBackoff = BackoffPolicy(base: .seconds(2), cap: .seconds(2), minimumShare: 1)
            },
            prepare: { store in
                _ = try await store.enqueue((1...6).map { Self.event($0, of: 1) }, for: [Self.recipient])
                store.fail(.dissolve, times: 1)
            }
        ) { test in
            await test.clock.waitForSleeper(in: .seconds(2))
            #expect(try await test.store.counts()["crm"]?[.queued] == 5)
            test.clock.advance(by: .seconds(2))
            for left in [3, 1] {
                await test.clock.waitForSleeper(in: .milliseconds(33))
                #expect(try await test.store.counts()["crm"]?[.queued] == left)
                test.clock.advance(by: .milliseconds(33))
            }
            await until { gate.waitingCount == 6 }
            gate.open()
            try await test.wait(for: 6, .completed)
            let said = lines.all.filter { $0.hasPrefix("Deliveries left the lanes") }
            #expect(said.count == 1 && said.first?.contains("5") == true)
        }
    }

    @Test("Deleting the head of a lane wakes the worker for the next")
    func deleted() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { delivery in
            if delivery.id.rawValue == 1 { return .retry(after: .seconds(600), reason: "busy") }
            await gate.pass()
            return .done
        }
        try await EngineUnderTest.with([Lanes(base: handler)]) { test in
            for number in 1...2 { _ = try await test.engine.queue.enqueue(Self.event(number, of: 1)) }
            try await test.wait(for: .waiting)
            #expect(try await test.engine.delete([EventID(rawValue: 1)]) == [EventID(rawValue: 1)])
            await until { gate.waitingCount == 1 }
            gate.open()
            try await test.wait(for: .completed)
        }
    }
}
#endif
