#if Server
import LeadSharkDelivery
import Testing

@Suite("A store that may be away when it is opened", .timeLimit(.minutes(1)))
struct DeferredStoreTests {
    private struct Away: Error {}
    private struct Wrong: Error {}

    private let clock = ManualClock()
    private let lines = Journal<String>()

    private func open(_ body: @escaping @Sendable () async throws -> any DeliveryStore) async throws
        -> any DeliveryStore
    {
        try await DeferredDeliveryStore.open(
            .init(open: body, mayComeLater: { $0 is Away }, text: { "because of \(type(of: $0))" }), clock: clock,
            generator: FixedGenerator(), logger: .into(lines))
    }

    private func isUnavailable(_ store: any DeliveryStore) async -> Bool {
        do {
            try await store.checkHealth()
            return false
        } catch {
            return (error as? DeliveryStoreError)?.code == .unavailable
        }
    }

    @Test("What will not pass by itself is an error")
    func wrong() async throws {
        await #expect(throws: Wrong.self) { _ = try await open { throw Wrong() } }
    }

    @Test("A store that is there is given as it is")
    func there() async throws {
        let store = SpyStore()
        #expect(try await open { store } as? SpyStore === store)
        #expect(lines.count == 0)
    }

    @Test("One that is away is opened as soon as it is there, and those who listen are told")
    func later() async throws {
        let isThere = LockedValue(false)
        let attempts = Journal<Int>()
        let base = SpyStore()
        let store = try await open {
            attempts.append(1)
            guard isThere.withLock({ $0 }) else { throw Away() }
            return base
        }
        let told = Journal<Int>()
        (store as? any SharedDeliveryStore)?.whenOthersEnqueue { told.append(1) }
        #expect(await isUnavailable(store))
        await #expect(throws: DeliveryStoreError(.unavailable, message: "")) {
            try await store.enqueue([.fixture(1)], for: ["crm"])
        }
        await until {
            clock.advance(by: .seconds(1))
            return attempts.count > 3
        }
        isThere.withLock { $0 = true }
        await until {
            clock.advance(by: .seconds(1))
            return await !isUnavailable(store)
        }
        _ = try await store.enqueue([.fixture(1)], for: ["crm"])
        #expect(base.enqueued.all == [1])
        await until { told.count == 1 }
        #expect(lines.all.count { $0.hasPrefix("The store is away") && $0.contains("because of Away") } == 1)
        #expect(lines.all.count { $0.hasPrefix("The store is there") } == 1)
        try await store.close()
        await #expect(throws: DeliveryStoreError(.closed, message: "")) { try await store.checkHealth() }
        await #expect(throws: DeliveryStoreError(.closed, message: "")) { try await base.checkHealth() }
    }

    @Test("One that does not answer is not waited for, and is closed when it comes after the end")
    func silent() async throws {
        let gate = Gate()
        let base = SpyStore()
        let opening = Task {
            try await open {
                await gate.pass()
                return base
            }
        }
        await until { gate.waitingCount == 1 }
        await clock.waitForSleeper(in: .seconds(5))
        clock.advance(by: .seconds(5))
        let store = try await opening.value
        #expect(await isUnavailable(store))
        try await store.close()
        gate.open()
        await until {
            do {
                try await base.checkHealth()
                return false
            } catch {
                return true
            }
        }
    }

    @Test("What is found to be wrong only later is told, and tried on")
    func wrongLater() async throws {
        let attempts = Journal<Int>()
        let store = try await open {
            attempts.append(1)
            if attempts.count == 1 { throw Away() }
            throw Wrong()
        }
        await until {
            clock.advance(by: .seconds(1))
            return attempts.count > 2
        }
        await until { lines.all.contains { $0.hasPrefix("The store cannot be opened as it is") } }
        try await store.close()
    }
}
#endif
