#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkStoreConformance
import Testing

@testable import LeadSharkSQLite

@Suite struct BackupTests {
    @Test("A file that is there is never overwritten, not even through a link", arguments: [true, false])
    func exists(isLink: Bool) async throws {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db")
            let target = directory + "/copy"
            if isLink {
                try FileManager.default.createSymbolicLink(atPath: target, withDestinationPath: directory + "/nowhere")
            } else {
                try Data("mine".utf8).write(to: URL(filePath: target))
            }
            let error = await #expect(throws: StoreBackupError.self) { try await store.backUp(to: target) }
            #expect(error?.code == .exists)
            if !isLink { #expect(try Data(contentsOf: URL(filePath: target)) == Data("mine".utf8)) }
            try await store.close()
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            #expect(names == ["copy", "leads.db"])
        }
    }

    @Test("Where no file can be made, and of a store that is damaged, nothing is left")
    func failures() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let store = try await SQLiteDeliveryStore.open(path: path)
            _ = try await store.enqueue((0..<2000).map { .fixture($0) }, for: ["crm"])
            let missing = await #expect(throws: StoreBackupError.self) {
                try await store.backUp(to: directory + "/none/copy")
            }
            #expect(missing?.code == .cannotCreate)
            try await store.close()

            let file = try FileHandle(forUpdating: URL(filePath: path))
            for page in stride(from: UInt64(20), to: 200, by: 7) {
                try file.seek(toOffset: page * 4096)
                try file.write(contentsOf: Data(repeating: 0xff, count: 4096))
            }
            try file.close()
            let damaged = try await SQLiteDeliveryStore.openReadOnly(path: path)
            let error = await #expect(throws: StoreBackupError.self) {
                try await damaged.backUp(to: directory + "/copy")
            }
            #expect(error?.code == .corrupt)
            try await damaged.close()
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(!names.contains { $0.hasPrefix("copy") })
        }
    }

    @Test("The copy holds what the store held, identities and numbers included, and nothing that was deleted")
    func copies() async throws {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db")
            let ids = try await store.store(.fixture(1), .payload("[\"jane-who-was-deleted\"]"), .fixture(3))
            _ = try await store.delete([ids[1]])
            let lease = try #require(try await store.leaseOne())
            let reader = try await SQLiteDeliveryStore.openReadOnly(path: directory + "/leads.db")
            let byteCount = try await reader.backUp(to: directory + "/copy.db")
            try await reader.close()
            // The owner writes on.
            try await store.store(.fixture(4))
            let bytes = try Data(contentsOf: URL(filePath: directory + "/copy.db"))
            #expect(bytes.count == Int(byteCount))
            #expect(bytes.range(of: Data("jane-who-was-deleted".utf8)) == nil)

            let copy = try await SQLiteDeliveryStore.open(path: directory + "/copy.db")
            #expect(try await copy.counts() == ["crm": [.ready: 2]])
            let again = try await copy.enqueue(
                [.fixture(1), .payload("[\"jane-who-was-deleted\"]"), .fixture(5)], for: ["crm"])
            #expect(
                again == [
                    .duplicate(payloadDiffers: false), .duplicate(payloadDiffers: false), .stored(EventID(rawValue: 4)),
                ])
            // Its fencing numbers go on too: who held a lease at the backup has lost it.
            #expect(try await copy.settle([Settlement(lease.token, .completed)]) == [lease.token])
            try await copy.close()
            try await store.close()
        }
    }
}
#endif
