#if Server
import LeadSharkWebhooks
import Testing

@testable import LeadSharkDelivery

@Suite(.timeLimit(.minutes(10))) struct WorkerRestTests {
    /// What could make a loop spin.
    enum Trouble: CaseIterable, Sendable {
        case noIdleTime, negativeIdleTime, noLeaseDuration, noStoreBackoff, storeClaimsNow, storeClaimsPast
        case storeClaimsSoon

        func configure(_ configuration: inout Worker.Configuration) {
            switch self {
            case .noIdleTime: configuration.maximumIdle = .zero
            case .negativeIdleTime: configuration.maximumIdle = .seconds(-5)
            case .noLeaseDuration: configuration.leaseDuration = .zero
            case .noStoreBackoff: configuration.storeBackoff = BackoffPolicy(base: .zero, cap: .zero)
            case .storeClaimsNow, .storeClaimsPast, .storeClaimsSoon: break
            }
        }

        func prepare(_ store: SpyStore) {
            switch self {
            case .noStoreBackoff: store.fail(.lease, times: .max)
            case .storeClaimsNow: store.sayNextDelivery(in: .zero)
            case .storeClaimsPast: store.sayNextDelivery(in: .seconds(-1))
            case .storeClaimsSoon: store.sayNextDelivery(in: .nanoseconds(1))
            default: break
            }
        }

        /// How long the loop sleeps that would spin.
        var rest: Duration {
            switch self {
            case .storeClaimsNow, .storeClaimsPast: .seconds(30)
            default: .milliseconds(1)
            }
        }
    }

    @Test("While the clock stands still, the store is not asked again and again", arguments: Trouble.allCases)
    func rest(_ trouble: Trouble) async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with([handler], configure: trouble.configure, prepare: trouble.prepare) { test in
            for _ in 0..<3 {
                await test.clock.waitForSleeper(in: trouble.rest)
                let before = test.store.calls.count
                for _ in 0..<2000 { await Task.yield() }
                #expect(test.store.calls.count - before <= 4)
                test.clock.advance(by: trouble.rest)
            }
            #expect(test.store.calls.count <= 24)
        }
    }

    @Test("What a store says to be ready is looked for again after each rest, however often there was nothing before")
    func believesAgain() async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with([handler], prepare: { $0.sayNextDelivery(in: .zero) }) { test in
            await test.clock.waitForSleeper(in: .seconds(30))
            for _ in 0..<3 {
                let before = test.store.calls.all.count { $0 == .lease }
                test.clock.advance(by: .seconds(30))
                await test.clock.waitForSleeper(in: .seconds(30))
                #expect(test.store.calls.all.count { $0 == .lease } - before == 3)
            }
        }
    }

    @Test("Cancelling an attempt that has ended leaves nothing behind")
    func cancelEnded() async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .completed)
            let worker = test.engine.worker
            await until { worker.state.withLock { $0.ledger.isIdle } }
            worker.cancel(1)
            #expect(worker.state.withLock { $0.cancelled.isEmpty && $0.tasks.isEmpty })
        }
    }

    @Test("An authentic event that cannot be read is told by its number, once, without what it holds")
    func unreadable() async throws {
        let logs = Journal<String>()
        let handlers = ["crm", "file"].map { name in ScriptedHandler(HandlerName(name) ?? "crm") { _ in .done } }
        try await EngineUnderTest.with(handlers, logger: .into(logs)) { test in
            for _ in 0..<2 { _ = try await test.engine.queue.enqueue(.payload("Jane Roe-Example")) }
            _ = try await test.engine.queue.enqueue(.fixture(1))
            for handler in handlers { try await test.wait(for: .deadLettered, of: handler.name) }
        }
        let lines = logs.all.filter { $0.contains("An authentic event cannot be read") }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("\"event\": 1") == true || lines.first?.contains("\"event\": \"1\"") == true)
        #expect(lines.first?.contains("leadshark") == true)
        #expect(!logs.all.contains { $0.contains("Jane") })
    }
}
#endif
