#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkStoreConformance
import Testing

@testable import LeadSharkSQLite

@Suite struct WriteGroupTests {
    private struct Misfit: Error {}

    /// Counts transactions, and remembers how durable each was.
    private final class CommitObserver: TransactionObserver, Sendable {
        private let seen = LockedValue<[Int]>([])
        var levels: [Int] { seen.withLock { $0 } }
        func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { true }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ db: Database) {
            let level = (try? Int.fetchOne(db, sql: "PRAGMA synchronous")) ?? -1
            seen.withLock { $0.append(level) }
        }
        func databaseDidRollback(_ db: Database) {}
    }

    /// Holds the writer up until `count` writes wait for it, and lets them go.
    ///
    /// - Returns: How durable each transaction was that came of them: 1 for one that does not wait for the disk, else 2.
    private func together(
        _ count: Int, in store: SQLiteDeliveryStore, _ start: (inout TaskGroup<Void>) -> Void
    ) async throws -> [Int] {
        let (owner, writer) = (try #require(store.owner), try #require(store.writer))
        let observer = CommitObserver()
        let gate = DispatchSemaphore(value: 0)
        try await store.access { $0.add(transactionObserver: observer, extent: .databaseLifetime) }
        writer.asyncWriteWithoutTransaction { _ in gate.wait() }
        await withTaskGroup { group in
            start(&group)
            while owner.group.waitingCount < count { await Task.yield() }
            gate.signal()
        }
        return try await store.access { db in
            db.remove(transactionObserver: observer)
            return observer.levels
        }
    }

    private func withStore(_ body: (SQLiteDeliveryStore) async throws -> Void) async throws {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db")
            try await body(store)
            try await store.close()
        }
    }

    @Test("A write that fails spoils nothing for those that wait with it, and is told why")
    func failing() async throws {
        try await withStore { store in
            let levels = try await together(5, in: store) { group in
                for number in 0..<4 {
                    group.addTask {
                        _ = try? await store.enqueue([.fixture(number)], for: ["crm"])
                    }
                }
                group.addTask {
                    await #expect(throws: Misfit.self) {
                        try await store.write { db in
                            try db.execute(sql: "DELETE FROM event")
                            throw Misfit()
                        }
                    }
                }
            }
            #expect(levels == [2, 2, 2, 2])
            #expect(try await store.counts() == ["crm": [.ready: 4]])
        }
    }

    @Test("What waits together is committed together, and waits for the disk if one of it has to")
    func committedTogether() async throws {
        try await withStore { store in
            try await store.store(.fixture(100))
            let lease = try #require(try await store.leaseOne())
            let levels = try await together(6, in: store) { group in
                for number in 0..<5 {
                    group.addTask { _ = try? await store.enqueue([.fixture(number)], for: ["crm"]) }
                }
                group.addTask { _ = try? await store.renew([lease.token], for: .seconds(60)) }
            }
            #expect(levels == [2])
            #expect(try await store.counts() == ["crm": [.ready: 5, .leased: 1]])
        }
    }

    @Test("More than one transaction takes is written in several")
    func many() async throws {
        try await withStore { store in
            let count = 2 * WriteGroup.maximumCount + 1
            let levels = try await together(count, in: store) { group in
                for number in 0..<count {
                    group.addTask { _ = try? await store.enqueue([.fixture(number)], for: ["crm"]) }
                }
            }
            #expect(levels == [2, 2, 2])
            #expect(try await store.counts() == ["crm": [.ready: count]])
        }
    }

    @Test("Leases alone do not wait for the disk; what comes after them does again")
    func leases() async throws {
        try await withStore { store in
            try await store.store(.fixture(1), .fixture(2))
            let lease = try #require(try await store.leaseOne())
            func levels(_ act: @escaping @Sendable () async throws -> Void) async throws -> [Int] {
                try await together(1, in: store) { $0.addTask { try? await act() } }
            }
            #expect(try await levels { _ = try await store.leaseOne() } == [1])
            #expect(try await levels { _ = try await store.renew([lease.token], for: .seconds(60)) } == [1])
            #expect(try await levels { _ = try await store.settle([Settlement(lease.token, .completed)]) } == [2])
            #expect(try await levels { _ = try await store.reclaimExpired() } == [1])
            #expect(try await levels { try await store.store(.fixture(3)) } == [2])
            try await store.checkHealth()
        }
    }

    @Test("An event that is refused for want of space is not in anybody's transaction")
    func refusedBefore() async throws {
        try await withDirectory { directory in
            var options = SQLiteDeliveryStore.Options()
            options.minimumFreeByteCount = .max
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db", options: options)
            let levels = try await together(2, in: store) { group in
                group.addTask {
                    await #expect(throws: DeliveryStoreError(.diskFull, message: "")) {
                        try await store.enqueue([.fixture(1)], for: ["crm"])
                    }
                }
                group.addTask { _ = try? await store.write { try $0.execute(sql: "DELETE FROM health") } }
            }
            #expect(levels == [2])
            try await store.close()
        }
    }
}
#endif
