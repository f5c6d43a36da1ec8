#if Server
import Testing

@testable import LeadSharkDelivery

@Suite("Answers go first", .timeLimit(.minutes(10)))
struct IngestLoadTests {
    private static func note(_ count: Int, times: Int = 100, in load: IngestLoad) {
        for _ in 0..<times { load.note(eventsInCommit: count) }
    }

    // MARK: When the load is high

    @Test("Nothing, one large commit, and any number of small ones are no high load")
    func low() {
        let load = IngestLoad(Timeline(ManualClock()))
        #expect(!load.isHigh)
        load.note(eventsInCommit: 128)
        #expect(!load.isHigh)
        Self.note(23, times: 10_000, in: load)
        #expect(!load.isHigh)
    }

    @Test("Large commits one after the other are; small ones after them, or none for a while, are its end")
    func high() {
        let clock = ManualClock()
        let load = IngestLoad(Timeline(clock))
        Self.note(64, in: load)
        #expect(load.isHigh)
        Self.note(2, in: load)
        #expect(!load.isHigh)

        Self.note(64, in: load)
        clock.advance(by: IngestLoad.memory)
        #expect(load.isHigh)
        clock.advance(by: .nanoseconds(1))
        #expect(!load.isHigh)
        // It has forgotten what was before.
        load.note(eventsInCommit: 64)
        #expect(!load.isHigh)
    }

    // MARK: What it is for

    /// How many of 21 deliveries a worker has begun, eight at once, when it rests or is done, and how many after a rest.
    private func leases(under count: Int, rate: Int = 2000) async throws -> (before: Int, after: Int) {
        let gate = Gate()
        let handler = ScriptedHandler { _ in
            await gate.pass()
            return .done
        }
        return try await EngineUnderTest.with([handler], configure: { $0.deliveriesPerSecondUnderLoad = rate }) {
            test in
            _ = try await test.store.base.enqueue((0..<20).map { .fixture($0) }, for: ["crm"])
            Self.note(count, in: test.engine.worker.load)
            // Of these the worker hears by the queue.
            _ = try await test.engine.queue.enqueue(.fixture(20))
            await until { gate.waitingCount == 8 }
            gate.open()
            if count < 24 || rate == 0 {
                try await test.wait(for: 21, .completed)
                return (handler.begun.count, handler.begun.count)
            }
            try await test.wait(for: 8, .completed)
            await test.clock.waitForSleeper(in: .milliseconds(4))
            for _ in 0..<2000 { await Task.yield() }
            let before = handler.begun.count
            test.clock.advance(by: .milliseconds(4))
            await until { handler.begun.count > before }
            return (before, handler.begun.count)
        }
    }

    @Test("Under a high load a worker rests after what it has leased, by its rate, and then goes on")
    func rest() async throws {
        let (before, after) = try await leases(under: 64)
        #expect(before == 8)
        #expect(after > 8)
    }

    @Test("Under a low load, and without a rate, it does not", arguments: [(4, 2000), (64, 0)])
    func noRest(load: Int, rate: Int) async throws {
        #expect(try await leases(under: load, rate: rate).after == 21)
    }
}
#endif
