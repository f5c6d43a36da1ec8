#if Server
import LeadSharkDelivery
import LeadSharkWebhooks
import ServiceLifecycle
import Testing

@Suite("A store that must not be used any more", .timeLimit(.minutes(1)))
struct FailedStoreTests {
    private let failed = DeliveryStoreError(.failed, message: "")

    @Test("All who wait for their commit are refused, and the queue ends with the store's error")
    func queue() async throws {
        let store = SpyStore()
        store.failForGood()
        var limits = DeliveryQueue.Limits()
        limits.eventsPerCommit = 2
        let timeline = Timeline(ContinuousClock())
        let queue = DeliveryQueue(
            store: store, recipients: ["crm"], limits: limits, signal: DeliverySignal(),
            load: IngestLoad(timeline), timeline: timeline, logger: .silent)
        let waiting = (0..<5).map { number in
            Task { () -> EnqueueError.Code? in
                do throws(EnqueueError) {
                    _ = try await queue.enqueue(.fixture(number))
                    return nil
                } catch {
                    return error.code
                }
            }
        }
        await until { queue.waitingCount == 5 }
        await #expect(throws: failed) { try await queue.run() }
        for task in waiting { #expect(await task.value == .storeFailed) }
        await #expect(throws: EnqueueError(.stopped, message: "")) { try await queue.enqueue(.fixture(9)) }
    }

    @Test("The worker ends with the store's error, and cancels what is at work", arguments: [true, false])
    func worker(isWorking: Bool) async throws {
        let handler = ScriptedHandler { _ in try await hang() }
        let clock = ManualClock()
        let store = SpyStore(clock: clock)
        let engine = try DeliveryEngine(store: store, handlers: [handler], clock: clock, logger: .silent)
        if isWorking { _ = try await store.base.enqueue([.fixture(1)], for: ["crm"]) }
        let run = Task { try await engine.worker.run() }
        if isWorking { await until { handler.begun.count == 1 } }
        await clock.waitForSleeper(in: .seconds(10))
        store.failForGood()
        clock.advance(by: .seconds(10))
        // The last outcomes are tried a few times.
        let mover = Task {
            while !Task.isCancelled {
                clock.advance(by: .seconds(1))
                await Task.yield()
            }
        }
        await #expect(throws: failed) { try await run.value }
        mover.cancel()
    }

    @Test("The group of both ends with the store's error")
    func group() async throws {
        let clock = ManualClock()
        let store = SpyStore(clock: clock)
        let engine = try DeliveryEngine(store: store, handlers: [], clock: clock, logger: .silent)
        let services: [any Service] = [engine.worker, engine.queue]
        let group = ServiceGroup(
            configuration: .init(
                services: services.map {
                    .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: .silent))
        let run = Task { try await group.run() }
        _ = try await engine.queue.enqueue(.fixture(1))
        store.failForGood()
        await #expect(throws: EnqueueError(.storeFailed, message: "")) { try await engine.queue.enqueue(.fixture(2)) }
        await #expect(throws: failed) { try await run.value }
    }
}
#endif
