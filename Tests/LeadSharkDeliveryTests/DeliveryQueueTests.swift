#if Server
import LeadSharkDelivery
import LeadSharkWebhooks
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(10))) struct DeliveryQueueTests {
    private func queue(_ store: SpyStore, _ change: (inout DeliveryQueue.Limits) -> Void = { _ in })
        -> DeliveryQueue
    {
        var limits = DeliveryQueue.Limits()
        change(&limits)
        let timeline = Timeline(ContinuousClock())
        return DeliveryQueue(
            store: store, recipients: ["crm", "crm"], limits: limits, signal: DeliverySignal(),
            load: IngestLoad(timeline), timeline: timeline, logger: .silent)
    }

    /// Begins to enqueue, and returns when the event waits.
    private func begin(
        _ event: NewEvent, in queue: DeliveryQueue
    ) async -> Task<Result<EnqueueResult, EnqueueError>, Never> {
        let before = queue.waitingCount
        let task = Task {
            do throws(EnqueueError) {
                return Result<EnqueueResult, EnqueueError>.success(try await queue.enqueue(event))
            } catch {
                return .failure(error)
            }
        }
        await until { queue.waitingCount > before }
        return task
    }

    private func failure(_ code: EnqueueError.Code) -> Result<EnqueueResult, EnqueueError> {
        .failure(EnqueueError(code, message: ""))
    }

    @discardableResult
    private func withRunning<T>(_ queue: DeliveryQueue, _ body: () async throws -> T) async throws -> T {
        let run = Task { try await queue.run() }
        let result = try await body()
        run.cancel()
        _ = try await run.value
        return result
    }

    @Test("A full queue says so at once")
    func full() async throws {
        let queue = queue(SpyStore()) { $0.waitingEvents = 2 }
        let waiting = [await begin(.fixture(1), in: queue), await begin(.fixture(2), in: queue)]
        await #expect(throws: EnqueueError(.full, message: "")) { try await queue.enqueue(.fixture(3)) }
        try await withRunning(queue) {
            for task in waiting { #expect((try? await task.value.get()) != nil) }
            let later = try await queue.enqueue(.fixture(4))
            #expect(later == .stored(EventID(rawValue: 3)))
        }
    }

    @Test("One bad event does not fail its neighbours")
    func badRow() async throws {
        let bad = NewEvent.fixture(2).envelope.identity
        let store = SpyStore(onEnqueue: { events in
            if events.contains(where: { $0.envelope.identity == bad }) {
                throw DeliveryStoreError(.rowRefused, message: "injected")
            }
        })
        let queue = queue(store)
        let tasks = [
            await begin(.fixture(1), in: queue), await begin(.fixture(2), in: queue),
            await begin(.fixture(3), in: queue),
        ]
        try await withRunning(queue) {
            #expect(await tasks[0].value == .success(.stored(EventID(rawValue: 1))))
            #expect(await tasks[1].value == failure(.storeFailed))
            #expect(await tasks[2].value == .success(.stored(EventID(rawValue: 2))))
        }
        #expect(store.enqueued.all == [3, 1, 1, 1])
    }

    @Test("A commit that fails fails all its events, and the next goes on")
    func commitFails() async throws {
        let store = SpyStore()
        let queue = queue(store)
        store.fail(.enqueue, times: 1)
        let tasks = [await begin(.fixture(1), in: queue), await begin(.fixture(2), in: queue)]
        try await withRunning(queue) {
            for task in tasks { #expect(await task.value == failure(.storeFailed)) }
            let again = try await queue.enqueue(.fixture(1))
            #expect(again == .stored(EventID(rawValue: 1)))
        }
        #expect(store.enqueued.all == [2, 1])
        #expect(queue.waitingCount == 0)
    }

    @Test("A caller that is cancelled stops waiting, and its event is stored nevertheless")
    func cancelled() async throws {
        let gate = Gate()
        let store = SpyStore(onEnqueue: { _ in await gate.pass() })
        let queue = queue(store)
        try await withRunning(queue) {
            let first = await begin(.fixture(1), in: queue)
            await until { gate.waitingCount == 1 }
            let second = await begin(.fixture(2), in: queue)
            first.cancel()
            second.cancel()
            #expect(await first.value == failure(.cancelled))
            #expect(await second.value == failure(.cancelled))
            let counts = try await store.counts()
            #expect(counts.isEmpty)
            gate.open()
            try await until { try await store.counts()["crm"]?[.ready] == 2 }
        }
    }

    @Test("A caller that was cancelled before it came has its event stored too")
    func cancelledBefore() async throws {
        let store = SpyStore()
        let queue = queue(store)
        let task = Task {
            withUnsafeCurrentTask { unsafe $0?.cancel() }
            do throws(EnqueueError) {
                _ = try await queue.enqueue(.fixture(1))
                return nil as EnqueueError.Code?
            } catch {
                return error.code
            }
        }
        #expect(await task.value == .cancelled)
        #expect(queue.waitingCount == 1)
        try await withRunning(queue) { try await until { try await store.counts()["crm"]?[.ready] == 1 } }
    }

    @Test("An error of another's making is told by its type's name alone")
    func foreignError() async throws {
        struct LeadJaneDoe: Error, CustomStringConvertible { var description: String { "jane@example.com" } }
        let store = SpyStore(onEnqueue: { _ in throw LeadJaneDoe() })
        let queue = queue(store)
        try await withRunning(queue) {
            do throws(EnqueueError) {
                _ = try await queue.enqueue(.fixture(1))
                Issue.record("the store failed")
            } catch {
                #expect(error.description == "storeFailed: LeadJaneDoe")
            }
        }
    }

    @Test("No event is answered before its commit, and whatever waits meanwhile is committed together")
    func groupCommit() async throws {
        let gate = Gate()
        let store = SpyStore(onEnqueue: { _ in await gate.pass() })
        let queue = queue(store) { $0.eventsPerCommit = 4 }
        try await withRunning(queue) {
            var tasks = [await begin(.fixture(0), in: queue)]
            await until { gate.waitingCount == 1 }
            for number in 1...6 { tasks.append(await begin(.fixture(number), in: queue)) }
            #expect(queue.waitingCount == 7)
            gate.open()
            for task in tasks { #expect((try? await task.value.get()) != nil) }
        }
        #expect(store.enqueued.all == [1, 4, 2])
        let counts = try await store.counts()
        #expect(counts == ["crm": [.ready: 7]])
    }

    @Test("A graceful stop commits what waits and lets nothing else in")
    func gracefulStop() async throws {
        let gate = Gate()
        let store = SpyStore(onEnqueue: { _ in await gate.pass() })
        let queue = queue(store)
        let group = ServiceGroup(services: [queue], logger: .silent)
        let run = Task { try await group.run() }
        let first = await begin(.fixture(1), in: queue)
        await until { gate.waitingCount == 1 }
        let second = await begin(.fixture(2), in: queue)
        await group.triggerGracefulShutdown()
        await until {
            do {
                return try await withThrowingTaskGroup(of: Bool.self) { tasks in
                    tasks.addTask {
                        _ = try await queue.enqueue(.fixture(3))
                        return false
                    }
                    tasks.cancelAll()
                    return try await tasks.next() ?? false
                }
            } catch {
                return (error as? EnqueueError)?.code == .stopped
            }
        }
        gate.open()
        #expect((try? await first.value.get()) != nil)
        #expect((try? await second.value.get()) != nil)
        try await run.value
        await #expect(throws: EnqueueError(.stopped, message: "")) { try await queue.enqueue(.fixture(4)) }
    }

    @Test("A duplicate is told apart from what is stored")
    func duplicates() async throws {
        let queue = queue(SpyStore())
        try await withRunning(queue) {
            let results = [
                try await queue.enqueue(.fixture(1)), try await queue.enqueue(.fixture(1)),
                try await queue.enqueue(.fixture(1, name: "Another")),
            ]
            #expect(
                results == [
                    .stored(EventID(rawValue: 1)), .duplicate(payloadDiffers: false),
                    .duplicate(payloadDiffers: true),
                ])
        }
    }

    @Test("Many callers at once are all answered, each for its own event")
    func manyCallers() async throws {
        let store = SpyStore()
        let queue = queue(store)
        try await withRunning(queue) {
            let stored = try await withThrowingTaskGroup(of: EnqueueResult.self) { group in
                for number in 0..<500 { group.addTask { try await queue.enqueue(.fixture(number)) } }
                return try await group.reduce(into: Set<EnqueueResult>()) { $0.insert($1) }
            }
            #expect(stored.count == 500)
        }
        let counts = try await store.counts()
        #expect(counts == ["crm": [.ready: 500]])
    }
}
#endif
