#if Server
import Foundation
import LeadSharkDelivery
import LeadSharkWebhooks
import Testing

/// Handlers that do what they must not: block every thread of Swift's pool.
@Suite("Handlers that block all threads", .timeLimit(.minutes(2)), .serialized)
struct WorkerBlockedPoolTests {
    /// Blocks the thread that calls it until it is opened. Opens by itself after a time, so that a failure ends.
    private final class Block: Sendable {
        private let isOpen = LockedValue(false)
        private let end = Date().addingTimeInterval(30)
        let count = LockedValue(0)

        func wait() {
            count.withLock { $0 += 1 }
            while !isOpen.withLock({ $0 }), Date() < end { usleep(500) }
        }

        func open() { isOpen.withLock { $0 = true } }
    }

    /// Runs code on a thread of its own, while the pool may be blocked.
    private func offPool<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    /// Waits, on a thread of its own, for a condition.
    @Sendable private static func wait(_ condition: () -> Bool) -> Bool {
        let end = Date().addingTimeInterval(20)
        while !condition() {
            if Date() > end { return false }
            usleep(500)
        }
        return true
    }

    /// How many threads the pool has at most.
    private var width: Int { ProcessInfo.processInfo.activeProcessorCount }

    private struct Seen: Sendable {
        var isBlocked = false
        var hasRenewed = false
        var wasPoolFree = false
    }

    @Test("Leases are renewed meanwhile, by a clock that a test moves or by the system's", arguments: [true, false])
    func renews(isManual: Bool) async throws {
        let block = Block()
        let handler = ScriptedHandler { _ in
            block.wait()
            return .done
        }
        let clock = ManualClock()
        let store = SpyStore(clock: isManual ? clock : ContinuousClock())
        var configuration = Worker.Configuration()
        configuration.concurrency = 4 * width
        configuration.leaseDuration = isManual ? .seconds(30) : .milliseconds(300)
        let engine = try DeliveryEngine(
            store: store, handlers: [handler], worker: configuration, clock: isManual ? clock : ContinuousClock(),
            logger: .silent)
        _ = try await store.base.enqueue((0..<4 * width).map { .fixture($0) }, for: ["crm"])
        let run = Task { try await engine.worker.run() }
        let width = width
        let seen = await offPool {
            defer { block.open() }
            var seen = Seen()
            seen.isBlocked = Self.wait { block.count.withLock { $0 } >= width }
            let isPoolFree = LockedValue(false)
            Task { isPoolFree.withLock { $0 = true } }
            for round in 1...3 {
                if isManual {
                    guard Self.wait({ clock.hasSleeper(in: .seconds(10)) }) else { return seen }
                    clock.advance(by: .seconds(10))
                }
                seen.hasRenewed = Self.wait { store.calls.all.count { $0 == .renew } >= round }
            }
            seen.wasPoolFree = isPoolFree.withLock { $0 }
            return seen
        }
        #expect(seen.isBlocked && seen.hasRenewed)
        #expect(!seen.wasPoolFree, "all threads of the pool were blocked meanwhile")
        try await until { try await store.counts()["crm"] == [.completed: 4 * width] }
        #expect(handler.begun.all.allSatisfy { $0.attempt == 1 })
        run.cancel()
        try await run.value
    }

    @Test("Attempts end at their deadlines meanwhile, which is written at once, and their deliveries get another")
    func deadlines() async throws {
        let block = Block()
        let handler = ScriptedHandler { delivery in
            if delivery.attempt == 1 { block.wait() }
            return .done
        }
        let clock = ManualClock()
        let store = SpyStore(clock: clock)
        let lines = Journal<String>()
        var configuration = Worker.Configuration()
        configuration.concurrency = width
        let engine = try DeliveryEngine(
            store: store, handlers: [handler], worker: configuration, clock: clock, generator: FixedGenerator(),
            logger: .into(lines))
        _ = try await store.base.enqueue((0..<width).map { .fixture($0) }, for: ["crm"])
        let run = Task { try await engine.worker.run() }
        let width = width
        let isOver = await offPool {
            defer { block.open() }
            guard Self.wait({ block.count.withLock { $0 } >= width }) else { return false }
            clock.advance(by: .seconds(60))
            guard Self.wait({ lines.all.count { $0.hasPrefix("An attempt went past its deadline") } == width }) else {
                return false
            }
            return Self.wait { store.settled.all.joined().count == width }
        }
        #expect(isOver)
        // Half of 5 s, since the generator gives the least.
        await clock.waitForSleeper(in: .milliseconds(2500))
        clock.advance(by: .milliseconds(2500))
        try await until { try await store.counts()["crm"] == [.completed: width] }
        run.cancel()
        try await run.value
    }
}
#endif
