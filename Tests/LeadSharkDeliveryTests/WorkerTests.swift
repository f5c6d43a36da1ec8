#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(10))) struct WorkerTests {
    // MARK: What goes wrong in a handler

    @Test(
        "A payload that is no event is dead with its reason, and no handler sees it",
        arguments: [
            ("", "the payload is not JSON (byte 0, in $: "), ("\u{0}", "the payload is not JSON (byte 0, in $: "),
            ("[]", "the payload is no event ($"), ("{}", "the payload is no event ($"),
        ])
    func undecodable(_ text: String, reason: String) async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.payload(text))
            try await test.wait(for: .deadLettered)
            let delivery = try await test.delivery
            #expect(delivery?.reason?.hasPrefix(reason) == true)
            #expect(handler.begun.count == 0)
        }
    }

    @Test("An error that is thrown is a retry, of which only the type's name is kept")
    func thrownError() async throws {
        struct LeadJaneDoe: Error, CustomStringConvertible { var description: String { "jane@example.com" } }
        let handler = ScriptedHandler { delivery in
            if delivery.attempt == 1 { throw LeadJaneDoe() }
            return .done
        }
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .waiting)
            let waiting = try await test.delivery
            #expect(waiting?.reason == "the handler threw LeadJaneDoe")
            // Half of 5 s, since the generator gives the least.
            await test.clock.waitForSleeper(in: .milliseconds(2500))
            test.clock.advance(by: .milliseconds(2500))
            try await test.wait(for: .completed)
            #expect(handler.begun.all.map(\.attempt) == [1, 2])
        }
    }

    @Test("A retry waits as long as the handler says, within bounds", arguments: [(60, 60), (100_000, 86_400)])
    func retryAfter(_ asked: Int, _ waited: Int) async throws {
        let handler = ScriptedHandler { delivery in
            delivery.attempt == 1 ? .retry(after: .seconds(asked), reason: "busy") : .done
        }
        try await EngineUnderTest.with([handler], configure: { $0.maximumIdle = .seconds(1_000_000) }) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .waiting)
            let wait = try await test.store.timeUntilNextDelivery(for: "crm")
            #expect(wait == .seconds(waited))
        }
    }

    @Test("A retry after a negative time is tried again at once")
    func retryNow() async throws {
        let handler = ScriptedHandler { delivery in
            delivery.attempt == 1 ? .retry(after: .seconds(-5), reason: "busy") : .done
        }
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .completed)
        }
    }

    @Test("When the attempts are used up, the delivery is dead with the last reason")
    func exhausted() async throws {
        let handler = ScriptedHandler { _ in .retry(after: .zero, reason: "busy") }
        try await EngineUnderTest.with([handler], configure: { $0.maximumAttempts = 3 }) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .deadLettered)
            let dead = try await test.delivery
            #expect(dead?.reason == "attempt 3 was the last: busy")
            #expect(dead?.attempts == 3)
            #expect(handler.begun.count == 3)
        }
    }

    @Test("A delivery whose attempts never came to an end is dead without another")
    func crashedTooOften() async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with(
            [handler], configure: { $0.maximumAttempts = 2 },
            prepare: { store in
                _ = try await store.enqueue([.fixture(1)], for: ["crm"])
                for _ in 0..<2 {
                    _ = try await store.lease("crm", limit: 1, for: .zero)
                    _ = try await store.reclaimExpired()
                }
            }
        ) { test in
            try await test.wait(for: .deadLettered)
            let dead = try await test.delivery
            #expect(dead?.reason == "none of 2 attempts came to an end")
            #expect(handler.begun.count == 0)
        }
    }

    @Test("A handler that gives up has its delivery dead with its reason")
    func deadLetter() async throws {
        let handler = ScriptedHandler { _ in .deadLetter(reason: "no such list") }
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .deadLettered)
            let dead = try await test.delivery
            #expect(dead?.reason == "no such list")
        }
    }

    @Test("A handler that hangs or fails holds up no other")
    func isolation() async throws {
        let hanging = ScriptedHandler("hanging") { _ in try await hang() }
        let failing = ScriptedHandler("failing") { _ in .retry(after: nil, reason: "busy") }
        let good = ScriptedHandler("good") { _ in .done }
        try await EngineUnderTest.with([hanging, failing, good]) { test in
            for number in 0..<50 { _ = try await test.engine.queue.enqueue(.fixture(number)) }
            try await test.wait(for: 50, .completed, of: "good")
            try await test.wait(for: 50, .waiting, of: "failing")
            await until { hanging.begun.count == 8 }
            let counts = try await test.store.counts()
            #expect(counts["hanging"] == [.leased: 8, .ready: 42])
        }
    }

    // MARK: Deadlines and leases

    @Test("An attempt past its deadline is cancelled, and another is due")
    func deadline() async throws {
        let handler = ScriptedHandler { delivery in delivery.attempt == 1 ? try await hang() : .done }
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            await until { handler.begun.count == 1 }
            for _ in 0..<6 {
                await test.clock.waitForSleeper(in: .seconds(10))
                test.clock.advance(by: .seconds(10))
            }
            try await test.wait(for: .waiting)
            let waiting = try await test.delivery
            #expect(waiting?.reason == "the attempt went past its deadline")
            await test.clock.waitForSleeper(in: .milliseconds(2500))
            test.clock.advance(by: .milliseconds(2500))
            try await test.wait(for: .completed)
        }
    }

    @Test("A handler that ignores its cancellation keeps its place, and its late outcome counts for nothing")
    func stubborn() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { delivery in
            if delivery.attempt == 1 { await gate.pass() }
            return .done
        }
        try await EngineUnderTest.with(
            [handler],
            configure: {
                $0.concurrency = 1
                $0.attemptDeadline = .seconds(5)
            }
        ) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            await until { gate.waitingCount == 1 }
            await test.clock.waitForSleeper(in: .seconds(5))
            test.clock.advance(by: .seconds(5))
            try await test.wait(for: .waiting)
            // Its place is taken, so the second event is not begun.
            _ = try await test.engine.queue.enqueue(.fixture(2))
            let counts = try await test.store.counts()
            #expect(counts["crm"] == [.waiting: 1, .ready: 1])
            #expect(test.store.settled.all.count == 1)
            gate.open()
            await until { handler.begun.count == 2 }
            let gateOpened = try await test.store.record(of: EventID(rawValue: 1))
            #expect(gateOpened?.deliveries.map(\.state) == [.waiting])
        }
    }

    @Test("Leases are renewed while the handler works")
    func renewal() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { _ in
            await gate.pass()
            return .done
        }
        try await EngineUnderTest.with([handler], configure: { $0.attemptDeadline = .seconds(3600) }) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            await until { gate.waitingCount == 1 }
            for _ in 0..<12 {
                await test.clock.waitForSleeper(in: .seconds(10))
                test.clock.advance(by: .seconds(10))
            }
            await test.clock.waitForSleeper(in: .seconds(10))
            let reclaimed = try await test.store.base.reclaimExpired()
            #expect(reclaimed == 0)
            gate.open()
            try await test.wait(for: .completed)
            #expect(handler.begun.count == 1)
        }
    }

    @Test("A lease that was lost has its attempt cancelled, and its outcome changes nothing")
    func lostLease() async throws {
        let handler = ScriptedHandler { delivery in
            if delivery.attempt == 1 {
                _ = try? await hang()
                return .deadLetter(reason: "of the first")
            }
            return .done
        }
        try await EngineUnderTest.with([handler], configure: { $0.concurrency = 1 }) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            await until { handler.begun.count == 1 }
            // Somebody whose clock is ahead takes the lease away.
            try await test.store.base.advanceClock(by: .seconds(31))
            let reclaimed = try await test.store.base.reclaimExpired()
            #expect(reclaimed == 1)
            await test.clock.waitForSleeper(in: .seconds(10))
            test.clock.advance(by: .seconds(10))
            try await test.wait(for: .completed)
            #expect(handler.begun.all.map(\.attempt) == [1, 2])
            #expect(test.store.settled.all.flatMap { $0 }.count == 1)
        }
    }

    @Test("Leases that a dead worker left behind are reclaimed when they have run out")
    func reclaim() async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                _ = try await store.enqueue([.fixture(1)], for: ["crm"])
                _ = try await store.base.lease("crm", limit: 1, for: .seconds(15))
            }
        ) { test in
            await test.clock.waitForSleeper(in: .seconds(10))
            test.clock.advance(by: .seconds(10))
            await test.clock.waitForSleeper(in: .seconds(10))
            #expect(handler.begun.count == 0)
            test.clock.advance(by: .seconds(10))
            try await test.wait(for: .completed)
            #expect(handler.begun.all.map(\.attempt) == [2])
        }
    }

    @Test("No more is leased than can be begun at once")
    func concurrency() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { _ in
            await gate.pass()
            return .done
        }
        try await EngineUnderTest.with([handler], configure: { $0.concurrency = 3 }) { test in
            for number in 0..<10 { _ = try await test.engine.queue.enqueue(.fixture(number)) }
            await until { gate.waitingCount == 3 }
            let counts = try await test.store.counts()
            #expect(counts["crm"] == [.leased: 3, .ready: 7])
            gate.open()
            try await test.wait(for: 10, .completed)
            #expect(test.store.leaseLimits.all.allSatisfy { (1...3).contains($0) })
        }
    }

    // MARK: Failing stores

    @Test(
        "A store that fails is asked again, and nothing is lost or done twice",
        arguments: [SpyStore.Call.lease, .settle])
    func failingStore(_ call: SpyStore.Call) async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                store.fail(call, times: 3)
                _ = try await store.enqueue([.fixture(1)], for: ["crm"])
            }
        ) { test in
            for milliseconds in [100, 200, 400] {
                await test.clock.waitForSleeper(in: .milliseconds(milliseconds))
                test.clock.advance(by: .milliseconds(milliseconds))
            }
            try await test.wait(for: .completed)
            #expect(handler.begun.count == 1)
            #expect(test.store.settled.count == 1)
        }
    }

    @Test("A store that cannot renew for a while costs nothing as long as leases last")
    func failingRenewal() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { _ in
            await gate.pass()
            return .done
        }
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            await until { gate.waitingCount == 1 }
            test.store.fail(.renew, times: 2)
            for _ in 0..<4 {
                await test.clock.waitForSleeper(in: .seconds(10))
                test.clock.advance(by: .seconds(10))
            }
            await until { test.store.failuresLeft(.renew) == 0 }
            gate.open()
            try await test.wait(for: .completed)
            let delivery = try await test.delivery
            #expect(delivery?.attempts == 1)
        }
    }

    // MARK: Waking and stopping

    @Test("What waits is begun when it is due, without a signal")
    func dueWithoutSignal() async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                _ = try await store.enqueue([.fixture(1)], for: ["crm"])
                let lease = try await store.base.lease("crm", limit: 1, for: .seconds(60))[0]
                _ = try await store.base.settle([
                    Settlement(lease.token, .retry(after: .seconds(7), reason: "busy"))
                ])
            }
        ) { test in
            await test.clock.waitForSleeper(in: .seconds(7))
            #expect(handler.begun.count == 0)
            test.clock.advance(by: .seconds(7))
            try await test.wait(for: .completed)
        }
    }

    @Test("A redelivery through the engine is begun at once")
    func redelivery() async throws {
        let handler = ScriptedHandler { delivery in .done }
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .completed)
            let id = try await test.delivery?.id
            let ready = try await test.engine.redeliver([try #require(id)])
            #expect(ready == [id])
            await until { handler.begun.count == 2 }
            #expect(handler.begun.all.map(\.attempt) == [1, 1])
            #expect(Set(handler.begun.all.map(\.identity)).count == 1)
        }
    }

    @Test("A graceful stop lets running attempts end and begins no other")
    func gracefulStop() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { _ in
            await gate.pass()
            return .done
        }
        try await EngineUnderTest.with(
            [handler],
            configure: {
                $0.concurrency = 2
                $0.shutdownGrace = .seconds(7)
            }
        ) { test in
            for number in 0..<5 { _ = try await test.engine.queue.enqueue(.fixture(number)) }
            await until { gate.waitingCount == 2 }
            await test.group.triggerGracefulShutdown()
            await test.clock.waitForSleeper(in: .seconds(7))
            gate.open()
            try await test.wait(for: 2, .completed)
            let counts = try await test.store.counts()
            #expect(counts["crm"] == [.completed: 2, .ready: 3])
            #expect(handler.begun.count == 2)
        }
    }

    @Test("What has not ended within the grace is cancelled and handed back, and no attempt is burnt")
    func graceOver() async throws {
        let handler = ScriptedHandler { _ in try await hang() }
        try await EngineUnderTest.with([handler], configure: { $0.shutdownGrace = .seconds(4) }) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            await until { handler.begun.count == 1 }
            await test.group.triggerGracefulShutdown()
            await test.clock.waitForSleeper(in: .seconds(4))
            test.clock.advance(by: .seconds(4))
            try await test.wait(for: .ready)
            let delivery = try await test.delivery
            #expect(delivery?.attempts == 0)
        }
    }

    @Test("Even a handler that ignores its cancellation does not keep the worker from ending")
    func stubbornStop() async throws {
        let gate = Gate()
        let handler = ScriptedHandler { _ in
            await gate.pass()
            return .done
        }
        let store = try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            await until { gate.waitingCount == 1 }
            return test.store
        }
        // The engine has ended, by cancellation, and so without a grace.
        let counts = try await store.counts()
        #expect(counts == ["crm": [.ready: 1]])
        gate.open()
    }

    @Test("A worker without handlers runs until it is stopped")
    func noHandlers() async throws {
        let clock = ManualClock()
        let engine = try DeliveryEngine(
            store: InMemoryDeliveryStore(clock: clock), handlers: [], clock: clock, logger: .silent)
        let ended = Journal<Bool>()
        let run = Task {
            try await engine.worker.run()
            ended.append(true)
        }
        for _ in 0..<3 {
            await clock.waitForSleeper(in: .seconds(10))
            clock.advance(by: .seconds(10))
        }
        #expect(ended.count == 0)
        run.cancel()
        try await run.value
        #expect(ended.count == 1)
    }

    // MARK: Batches

    private struct BatchHandler: BatchDeliveryHandler {
        let name: HandlerName = "crm"
        var maximumBatchCount = 4
        let begun = Journal<[Delivery]>()
        let script: @Sendable ([Delivery]) async throws -> [DeliveryOutcome]

        func handle(_ deliveries: [Delivery]) async throws -> [DeliveryOutcome] {
            begun.append(deliveries)
            return try await script(deliveries)
        }
    }

    @Test("A batch with a wrong number of outcomes is tried again as a whole", arguments: [0, 1, 3])
    func wrongOutcomes(_ count: Int) async throws {
        let handler = BatchHandler { _ in Array(repeating: .done, count: count) }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                _ = try await store.enqueue([.fixture(1), .fixture(2)], for: ["crm"])
            }
        ) { test in
            try await test.wait(for: 2, .waiting)
            let reasons = try await test.store.deliveries(matching: DeliveryQuery()).map(\.reason)
            #expect(Set(reasons) == ["the handler returned \(count) outcomes for 2 deliveries"])
        }
    }

    @Test("Deliveries of a batch are settled each on its own, and what is no event is left out")
    func batchOutcomes() async throws {
        let handler = BatchHandler { _ in [.done, .deadLetter(reason: "no"), .retry(after: nil, reason: "busy")] }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                _ = try await store.enqueue(
                    [.fixture(1), .payload("no event"), .fixture(2), .fixture(3)], for: ["crm"])
            }
        ) { test in
            try await test.wait(for: .waiting)
            let all = try await test.store.deliveries(matching: DeliveryQuery())
            #expect(all.reversed().map(\.state) == [.completed, .deadLettered, .deadLettered, .waiting])
            #expect(handler.begun.all.map { $0.map(\.id.rawValue) } == [[1, 3, 4]])
        }
    }

    @Test("One batch is worked on at a time, up to its size")
    func batchSize() async throws {
        let gate = Gate()
        let handler = BatchHandler { deliveries in
            await gate.pass()
            return deliveries.map { _ in .done }
        }
        try await EngineUnderTest.with(
            [handler],
            prepare: { store in
                _ = try await store.enqueue((0..<10).map { .fixture($0) }, for: ["crm"])
            }
        ) { test in
            await until { gate.waitingCount == 1 }
            let counts = try await test.store.counts()
            #expect(counts["crm"] == [.leased: 4, .ready: 6])
            gate.open()
            try await test.wait(for: 10, .completed)
            #expect(handler.begun.all.map(\.count) == [4, 4, 2])
        }
    }
}
#endif
