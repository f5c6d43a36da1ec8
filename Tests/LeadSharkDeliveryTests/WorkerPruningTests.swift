#if Server
import LeadSharkDelivery
import Testing

@Suite(.timeLimit(.minutes(10))) struct WorkerPruningTests {
    private let handler = ScriptedHandler { _ in .done }

    @Test("A store that cannot delete is asked again at the next time, and hinders nobody")
    func failing() async throws {
        let lines = Journal<String>()
        try await EngineUnderTest.with(
            [handler], logger: .into(lines), configure: { $0.pruneInterval = .seconds(77) },
            prepare: { $0.fail(.prune, times: 1) }
        ) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .completed)
            await test.clock.waitForSleeper(in: .seconds(77))
            #expect(lines.all.contains { $0.hasPrefix("The store did not delete what is done and old") })
            test.clock.advance(by: .seconds(77))
            await until { test.store.pruned.count == 2 }
            await test.clock.waitForSleeper(in: .seconds(77))
        }
    }

    @Test("What is old is deleted at the start in small parts with a rest after each, and said in one line")
    func parts() async throws {
        let lines = Journal<String>()
        try await EngineUnderTest.with(
            [handler], logger: .into(lines),
            configure: {
                $0.eventsPerPrune = 2
                $0.upkeepRest = .milliseconds(33)
            },
            prepare: { store in
                _ = try await store.base.enqueue((0..<5).map { .fixture($0) }, for: [])
                try await store.base.advanceClock(by: .seconds(8 * 86_400))
            }
        ) { test in
            for count in 1...2 {
                await test.clock.waitForSleeper(in: .milliseconds(33))
                #expect(test.store.pruned.count == count)
                test.clock.advance(by: .milliseconds(33))
            }
            await test.clock.waitForSleeper(in: .seconds(300))
            #expect(test.store.pruned.count == 3)
            let said = lines.all.filter { $0.hasPrefix("What is done and old was deleted") }
            #expect(said.count == 1)
            #expect(said.first?.contains("5") == true)
        }
    }

    @Test("Who keeps everything for good never has anything deleted")
    func forever() async throws {
        try await EngineUnderTest.with(
            [handler],
            configure: {
                $0.retention.completed = nil
                $0.retention.identities = nil
            }
        ) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .completed)
            test.clock.advance(by: .seconds(400 * 86_400))
            try await test.wait(for: .completed)
            #expect(test.store.pruned.count == 0)
        }
    }
}
#endif
