#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkStoreConformance
import Testing

@testable import LeadSharkSQLite

@Suite struct StoreTroubleTests {
    // MARK: A disk that fails

    @Test(
        "After an input/output error nothing goes on as if nothing had happened, and a new start finds what was there",
        arguments: [ResultCode.SQLITE_IOERR_FSYNC, .SQLITE_IOERR_WRITE, .SQLITE_IOERR_READ, .SQLITE_IOERR])
    func failedDisk(_ code: ResultCode) async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let store = try await SQLiteDeliveryStore.open(path: path)
            try await store.store(.fixture(1))
            let lease = try #require(try await store.leaseOne())
            let failed = DeliveryStoreError(.failed, message: "")
            await #expect(throws: failed) { try await store.access { _ in throw DatabaseError(resultCode: code) } }
            await #expect(throws: failed) { try await store.enqueue([.fixture(2)], for: ["crm"]) }
            await #expect(throws: failed) { try await store.settle([Settlement(lease.token, .completed)]) }
            await #expect(throws: failed) { try await store.renew([lease.token], for: .seconds(1)) }
            await #expect(throws: failed) { try await store.checkHealth() }
            try await store.close()
            #expect(FileManager.default.fileExists(atPath: path + "-wal"))

            let next = try await SQLiteDeliveryStore.open(path: path)
            #expect(try await next.counts() == ["crm": [.ready: 1]])
            try await next.store(.fixture(2))
            try await next.close()
        }
    }

    @Test("An -shm file that cannot grow is a full disk, not a failed one")
    func fullSharedMemory() async throws {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db")
            await #expect(throws: DeliveryStoreError(.diskFull, message: "")) {
                try await store.access { _ in throw DatabaseError(resultCode: .SQLITE_IOERR_SHMSIZE) }
            }
            try await store.store(.fixture(1))
            try await store.close()
        }
    }

    @Test("What a killed owner left in the -wal is written again and read as it was")
    func securedJournal() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let store = try await SQLiteDeliveryStore.open(path: path)
            _ = try await store.enqueue((0..<500).map { .fixture($0) }, for: ["crm"])
            let copy = directory + "/copy.db"
            for name in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + name, toPath: copy + name) }
            let before = try Data(contentsOf: URL(filePath: copy + "-wal"))
            #expect(before.count > 100_000)
            try StoreFile(copy).secureJournal()
            #expect(try Data(contentsOf: URL(filePath: copy + "-wal")) == before)
            let opened = try await SQLiteDeliveryStore.open(path: copy)
            #expect(try await opened.counts() == ["crm": [.ready: 500]])
            try await opened.close()
            try await store.close()
        }
    }

    // MARK: A disk that is nearly full

    private final class Disk: Sendable {
        let free = LockedValue<Int64?>(0)
        let looks = LockedValue(0)

        func makeGuard(minimum: Int64) -> StoreGuard {
            StoreGuard(path: "/", minimumFreeByteCount: minimum, logger: nil) { [self] _ in
                looks.withLock { $0 += 1 }
                return free.withLock { $0 }
            }
        }
    }

    @Test("The disk is looked at once a second, and after so many bytes; with too little space no event is taken")
    func floor() throws {
        let disk = Disk()
        let guardian = disk.makeGuard(minimum: 100)
        let full = DeliveryStoreError(.diskFull, message: "")
        #expect(throws: full) { try guardian.checkSpace(for: 1, at: 0) }
        disk.free.withLock { $0 = 100 }
        #expect(throws: full) { try guardian.checkSpace(for: 1, at: StoreGuard.lookInterval - 1) }
        #expect(disk.looks.withLock { $0 } == 1)
        try guardian.checkSpace(for: 1, at: StoreGuard.lookInterval)
        disk.free.withLock { $0 = 99 }
        try guardian.checkSpace(for: StoreGuard.lookByteCount - 1, at: StoreGuard.lookInterval)
        #expect(disk.looks.withLock { $0 } == 2)
        #expect(throws: full) { try guardian.checkSpace(for: 1, at: StoreGuard.lookInterval) }
        #expect(disk.looks.withLock { $0 } == 3)
    }

    @Test("Without a floor, or where the system does not say what is free, every event is tried")
    func noFloor() throws {
        let disk = Disk()
        try disk.makeGuard(minimum: 0).checkSpace(for: 1, at: 0)
        #expect(disk.looks.withLock { $0 } == 0)
        disk.free.withLock { $0 = nil }
        try disk.makeGuard(minimum: 1).checkSpace(for: 1, at: 0)
        #expect(disk.looks.withLock { $0 } == 1)
    }

    @Test("Below the floor no event is taken and the store is not healthy, while what is stored is delivered")
    func belowFloor() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let first = try await SQLiteDeliveryStore.open(path: path)
            try await first.store(.fixture(1))
            try await first.close()
            var options = SQLiteDeliveryStore.Options()
            options.minimumFreeByteCount = .max
            let store = try await SQLiteDeliveryStore.open(path: path, options: options)
            let full = DeliveryStoreError(.diskFull, message: "")
            await #expect(throws: full) { try await store.enqueue([.fixture(2)], for: ["crm"]) }
            await #expect(throws: full) { try await store.checkHealth() }
            let lease = try #require(try await store.leaseOne())
            #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
            try await store.close()
        }
    }

    // MARK: A file that is not in its place

    @Test("A file that was moved away or replaced takes no event, until it is back", arguments: ["", "-wal"])
    func movedFile(_ name: String) async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let store = try await SQLiteDeliveryStore.open(path: path)
            try await store.store(.fixture(1))
            let moved = directory + "/moved"
            let gone = DeliveryStoreError(.unavailable, message: "")
            try FileManager.default.moveItem(atPath: path + name, toPath: moved)
            await #expect(throws: gone) { try await store.enqueue([.fixture(2)], for: ["crm"]) }
            await #expect(throws: gone) { try await store.checkHealth() }
            try Data().write(to: URL(filePath: path + name))
            await #expect(throws: gone) { try await store.enqueue([.fixture(3)], for: ["crm"]) }
            try FileManager.default.removeItem(atPath: path + name)
            try FileManager.default.moveItem(atPath: moved, toPath: path + name)
            try await store.checkHealth()
            try await store.store(.fixture(4))
            try await store.close()
        }
    }

    // MARK: The write-ahead log

    @Test("The log is brought over when nobody waits, or when it is long, and cut when it is longer")
    func rule() {
        var rule = JournalRule()
        #expect(rule.due(isIdle: true) == nil)
        rule.committed(pageCount: JournalRule.idlePageCount)
        #expect(rule.due(isIdle: false) == nil)
        #expect(rule.due(isIdle: true) == .passive)
        rule.checkpointed(isEmpty: false)
        #expect(rule.due(isIdle: true) == nil)
        rule.committed(pageCount: JournalRule.idlePageCount + JournalRule.busyPageCount)
        #expect(rule.due(isIdle: false) == .passive)
        // Begun anew after that.
        rule.checkpointed(isEmpty: false)
        rule.committed(pageCount: 3)
        #expect(rule.due(isIdle: true) == nil)
        rule.committed(pageCount: JournalRule.truncatingPageCount)
        #expect(rule.due(isIdle: true) == .truncating)
        rule.checkpointed(isEmpty: true)
        #expect(rule.pageCount == 0)
    }

    @Test("A log that a reader keeps from ending is tried again only when it has grown, and told once")
    func pinned() {
        var rule = JournalRule()
        rule.committed(pageCount: JournalRule.alarmPageCount)
        #expect(rule.due(isIdle: true) == .truncating)
        rule.checkpointed(isEmpty: false)
        rule.committed(pageCount: JournalRule.alarmPageCount + 1)
        #expect(rule.due(isIdle: true) == nil)
        var told = [rule.isToBeTold(), rule.isToBeTold()]
        for count in [1, JournalRule.alarmPageCount] {
            rule.committed(pageCount: count)
            told.append(rule.isToBeTold())
        }
        #expect(told == [true, false, false, true])
    }

    @Test("The -wal file stays small although SQLite is not told to see to it")
    func shortJournal() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let store = try await SQLiteDeliveryStore.open(path: path)
            let big = String(repeating: "x", count: 100_000)
            for round in 0..<40 {
                _ = try await store.enqueue((0..<10).map { .payload("[\"\(round)-\($0)\",\"\(big)\"]") }, for: ["crm"])
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "-wal")
            #expect(try #require(attributes[.size] as? Int) < 30 << 20)
            try await store.close()
        }
    }
}
#endif
