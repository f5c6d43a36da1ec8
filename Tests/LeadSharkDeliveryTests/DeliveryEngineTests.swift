#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import Testing

@Suite(.timeLimit(.minutes(10))) struct DeliveryEngineTests {
    @Test("Two handlers of one name are refused")
    func duplicateNames() {
        let handlers = [ScriptedHandler { _ in .done }, ScriptedHandler { _ in .done }]
        #expect(throws: DeliveryEngineError(.duplicateHandler, message: "")) {
            try DeliveryEngine(store: InMemoryDeliveryStore(), handlers: handlers, logger: .silent)
        }
    }

    @Test("With every handler hanging, events are stored as ever")
    func everyHandlerHangs() async throws {
        let handlers = (0..<3).map { number in
            ScriptedHandler(HandlerName("hanging-\(number)") ?? "hanging") { _ in try await hang() }
        }
        try await EngineUnderTest.with(handlers, configure: { $0.concurrency = 2 }) { test in
            for handler in handlers {
                _ = try await test.engine.queue.enqueue(.fixture(-1))
                await until { handler.begun.count >= 1 }
            }
            // The clock stands still: none of these waits for a handler's deadline.
            let stored = try await withThrowingTaskGroup(of: EnqueueResult.self) { group in
                for number in 0..<500 { group.addTask { try await test.engine.queue.enqueue(.fixture(number)) } }
                return try await group.reduce(into: Set<EnqueueResult>()) { $0.insert($1) }
            }
            #expect(stored.count == 500)
            let counts = try await test.store.counts()
            for handler in handlers {
                #expect(counts[handler.name]?.values.reduce(0, +) == 501)
                #expect(counts[handler.name]?[.completed] == nil)
            }
        }
    }

    @Test("The handler gets the event with its identity, bytes and time")
    func delivery() async throws {
        let handler = ScriptedHandler { _ in .done }
        let event = NewEvent.fixture(7)
        try await EngineUnderTest.with([handler]) { test in
            _ = try await test.engine.queue.enqueue(event)
            try await test.wait(for: .completed)
            let delivery = try #require(handler.begun.all.first)
            #expect(delivery.identity == event.envelope.identity)
            #expect(delivery.payload == event.verified.payload)
            #expect(delivery.event.type == .newComment)
            #expect(delivery.event.lead?.name != nil)
            #expect(delivery.webhook == .leadshark)
            #expect(delivery.attempt == 1)
            let stored = try await test.delivery
            #expect(delivery.receivedAt == stored?.receivedAt)
        }
    }

    @Test("A test event reaches no handler")
    func testEvent() async throws {
        let handler = ScriptedHandler { _ in .done }
        try await EngineUnderTest.with([handler]) { test in
            let payload = String(decoding: Fixture.testEvent(id: "1"), as: UTF8.self)
            _ = try await test.engine.queue.enqueue(.payload(payload))
            _ = try await test.engine.queue.enqueue(.fixture(1))
            try await test.wait(for: .completed)
            #expect(handler.begun.all.map(\.event.type) == [.newComment])
        }
    }

    @Test("Open deliveries of a handler that is gone stay, and go on when it is there again")
    func handlersComeAndGo() async throws {
        let file = ScriptedHandler("file") { _ in .done }
        try await EngineUnderTest.with(
            [file],
            prepare: { store in
                _ = try await store.enqueue([.fixture(1)], for: ["crm"])
            }
        ) { test in
            _ = try await test.engine.queue.enqueue(.fixture(2))
            try await test.wait(for: .completed, of: "file")
            let counts = try await test.store.counts()
            #expect(counts == ["crm": [.ready: 1], "file": [.completed: 1]])
            #expect(file.begun.count == 1)
        }
    }

    @Test("Nothing of a lead is in a log line, whatever happens to its delivery")
    func logs() async throws {
        let lines = Journal<String>()
        struct Failure: Error { let lead = "Jane Roe-Example" }
        let handler = ScriptedHandler { delivery in
            switch delivery.attempt {
            case 1: throw Failure()
            case 2: return .retry(after: .zero, reason: "busy")
            default: return .deadLetter(reason: "no such list")
            }
        }
        try await EngineUnderTest.with([handler], logger: .into(lines), configure: { $0.backoff.base = .zero }) {
            test in
            test.store.fail(.settle, times: 1)
            test.store.fail(.enqueue, times: 1)
            _ = try? await test.engine.queue.enqueue(.fixture(1, name: "Jane Roe-Example"))
            _ = try await test.engine.queue.enqueue(.fixture(1, name: "Jane Roe-Example"))
            _ = try await test.engine.queue.enqueue(.payload("Jane Roe-Example"))
            await test.clock.waitForSleeper(in: .milliseconds(100))
            test.clock.advance(by: .milliseconds(100))
            try await test.wait(for: 2, .deadLettered)
        }
        #expect(lines.count >= 5)
        #expect(!lines.all.contains { $0.contains("Jane") || $0.contains("Roe") })
    }
}
#endif
