#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkStoreConformance
import LeadSharkWebhooks
import Logging
import Testing

@testable import LeadSharkSQLite

@Suite("A spool in a file", .timeLimit(.minutes(2)))
struct SQLiteSpoolTests {
    private func code(opening path: String) async -> StoreOpeningError.Code? {
        do {
            try await SQLiteSpool.open(path: path).close()
            return nil
        } catch {
            return (error as? StoreOpeningError)?.code
        }
    }

    private func withSpool(
        limit: Int64 = 8 << 20, _ body: (SQLiteSpool, _ path: String) async throws -> Void
    ) async throws {
        try await withDirectory { directory in
            var options = SQLiteSpool.Options()
            options.maximumByteCount = limit
            let spool = try await SQLiteSpool.open(path: directory + "/spool.db", options: options)
            try await body(spool, directory + "/spool.db")
            try await spool.close()
        }
    }

    /// An event of some 200 KB.
    private static func large(_ number: Int) -> NewEvent {
        .payload("\(number) " + String(repeating: "x", count: 200_000))
    }

    @Test("A store is no spool, a spool is no store, and neither is another program's file")
    func foreign() async throws {
        try await withDirectory { directory in
            try await SQLiteDeliveryStore.open(path: directory + "/store.db").close()
            #expect(await code(opening: directory + "/store.db") == .foreignDatabase)
            try await SQLiteSpool.open(path: directory + "/spool.db").close()
            await #expect(throws: StoreOpeningError(.foreignDatabase, message: "")) {
                try await SQLiteDeliveryStore.open(path: directory + "/spool.db").close()
            }
            try Data("no database, whatever it is called".utf8).write(to: URL(fileURLWithPath: directory + "/text.db"))
            #expect(await code(opening: directory + "/text.db") == .notADatabase)
            #expect(await code(opening: directory + "/no/spool.db") == .missingDirectory)
            let queue = try DatabaseQueue(path: directory + "/spool.db")
            try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
            try queue.close()
            #expect(await code(opening: directory + "/spool.db") == .newerSchema)
        }
    }

    @Test("A spool has one owner, and its files are for that one's eyes alone")
    func owner() async throws {
        try await withSpool { spool, path in
            #expect(await code(opening: path) == .inUse)
            _ = try await spool.put([.fixture(1)], for: ["crm"])
            for name in ["", "-wal", "-shm", ".lock"] {
                #expect(FileStatus(path: path + name)?.permissions == 0o600, "\(name)")
            }
        }
    }

    @Test("Beyond its size it takes nothing, and a batch not in part; what is removed makes room")
    func bound() async throws {
        try await withSpool(limit: 4 << 20) { spool, path in
            var count = 0
            while (try? await spool.put([Self.large(count)], for: ["crm"])) != nil { count += 1 }
            #expect((15...20).contains(count))
            await #expect(throws: DeliveryStoreError(.diskFull, message: "")) {
                try await spool.put([Self.large(100), .fixture(1)], for: ["crm"])
            }
            await #expect(throws: DeliveryStoreError(.diskFull, message: "")) { try await spool.checkHealth() }
            #expect(spool.waitingCount == count)
            let status = try await spool.status()
            #expect(status.eventCount == count)
            #expect(status.byteCount <= status.maximumByteCount)
            #expect(status.maximumByteCount == 4 << 20)

            let first = try await spool.oldest(4, byteCount: .max)
            try await spool.remove(first.map(\.event.id))
            try await spool.checkHealth()
            #expect(try await spool.put([Self.large(100), .fixture(1)], for: ["crm"]) == [.spooled, .spooled])
            #expect(spool.waitingCount == count - 2)

            // An empty one gives back what it has taken.
            while case let batch = try await spool.oldest(100, byteCount: .max), !batch.isEmpty {
                try await spool.remove(batch.map(\.event.id))
            }
            #expect(
                try await spool.status()
                    == SpoolStatus(
                        eventCount: 0, byteCount: try await spool.status().byteCount, maximumByteCount: 4 << 20,
                        oldestAge: nil))
            try await spool.close()
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect(try #require(size) < 100_000)
        }
    }

    @Test("A disk that is nearly full is left alone")
    func floor() async throws {
        try await withDirectory { directory in
            var options = SQLiteSpool.Options()
            options.minimumFreeByteCount = .max
            let spool = try await SQLiteSpool.open(path: directory + "/spool.db", options: options)
            await #expect(throws: DeliveryStoreError(.diskFull, message: "")) {
                try await spool.put([.fixture(1)], for: ["crm"])
            }
            await #expect(throws: DeliveryStoreError(.diskFull, message: "")) { try await spool.checkHealth() }
            try await spool.close()
        }
    }

    @Test("A spool whose file was moved away takes nothing, as nobody would find it there")
    func moved() async throws {
        try await withSpool { spool, path in
            try FileManager.default.moveItem(atPath: path, toPath: path + ".elsewhere")
            await #expect(throws: DeliveryStoreError(.unavailable, message: "")) {
                try await spool.put([.fixture(1)], for: ["crm"])
            }
            await #expect(throws: DeliveryStoreError(.unavailable, message: "")) { try await spool.checkHealth() }
            try FileManager.default.moveItem(atPath: path + ".elsewhere", toPath: path)
            try await spool.checkHealth()
        }
    }

    @Test("Events come out as they went in, in their order, also after the next start")
    func order() async throws {
        try await withDirectory { directory in
            let path = directory + "/spool.db"
            var spool = try await SQLiteSpool.open(path: path)
            let recipients: [DeliveryRecipient] = [.lanes, "mail"]
            let dead = NewEvent.of(1, 2, deadLetterReason: "too old")
            let odd = NewEvent(
                webhook: WebhookName("crm") ?? .leadshark, verified: NewEvent.payload("no JSON \u{0}").verified,
                eventHeader: "dm.sent\u{0}x")
            #expect(try await spool.put([.fixture(1), dead], for: recipients) == [.spooled, .spooled])
            #expect(try await spool.put([odd], for: []) == [.spooled])
            try await spool.close()
            await #expect(throws: DeliveryStoreError(.closed, message: "")) {
                try await spool.put([.fixture(9)], for: [])
            }

            spool = try await SQLiteSpool.open(path: path)
            #expect(spool.waitingCount == 3)
            let found = try await spool.oldest(10, byteCount: .max)
            #expect(found.map(\.event.identity) == [.fixture(1), dead, odd].map(\.envelope.identity))
            #expect(found.map(\.recipients) == [recipients, recipients, []])
            #expect(found.map(\.deadLetterReason) == [nil, "too old", nil])
            #expect(found[2].event.payload == Array("no JSON \u{0}".utf8))
            #expect(found[2].event.secret == .previous)
            #expect(found[2].event.webhook.text == "crm")
            #expect(found[2].event.contradictingHeader == "dm.sent\u{0}x")
            #expect(found[0].event.contradictingHeader == nil)
            #expect(try await spool.oldest(2, byteCount: .max).count == 2)
            #expect(try await spool.oldest(10, byteCount: 1).count == 1)
            #expect(try await spool.oldest(0, byteCount: 1).isEmpty)
            try await spool.remove([found[0].event.id, EventID(rawValue: 99)])
            #expect(spool.waitingCount == 2)
            try await spool.close()
        }
    }

    @Test("The same bytes are taken once, other bytes under their identity besides, and nothing is remembered")
    func duplicates() async throws {
        try await withSpool { spool, _ in
            let event = NewEvent.fixture(1)
            let other = NewEvent.fixture(1, name: "Another Name")
            #expect(event.envelope.identity == other.envelope.identity)
            #expect(
                try await spool.put([event, event, other, other], for: ["crm"]) == [
                    .spooled, .duplicate(payloadDiffers: false), .duplicate(payloadDiffers: true),
                    .duplicate(payloadDiffers: false),
                ])
            #expect(spool.waitingCount == 2)
            try await spool.remove(try await spool.oldest(9, byteCount: .max).map(\.event.id))
            // The store knows it, unless it has been put back to an older state: then it has to come anew.
            #expect(try await spool.put([event], for: ["crm"]) == [.spooled])
        }
    }

    @Test("What is set aside holds up nobody, and comes again at its place")
    func setAside() async throws {
        try await withDirectory { directory in
            let path = directory + "/spool.db"
            var spool = try await SQLiteSpool.open(path: path)
            _ = try await spool.put([.of(1, 1), .of(1, 2), .of(2, 3)], for: [.lanes])
            let lanes = [NewEvent.of(1, 9), .of(2, 9), .of(3, 9)].map(\.envelope.lane)
            #expect(try await spool.lanes(among: Set(lanes)) == [lanes[0], lanes[1]])
            let all = try await spool.oldest(9, byteCount: .max).map(\.event.id)
            try await spool.setAside([all[0], all[2]])
            try await spool.setAside([all[0]])
            #expect(spool.waitingCount == 1)
            #expect(try await spool.lanes(among: Set(lanes)) == [lanes[0]])
            #expect(try await spool.oldest(9, byteCount: .max).map(\.event.id) == [all[1]])
            #expect(try await spool.status().setAsideCount == 2)
            #expect(try await SQLiteSpool.status(path: path).setAsideCount == 2)
            try await spool.takeBack()
            #expect(try await spool.oldest(9, byteCount: .max).map(\.event.id) == all)
            try await spool.setAside([all[2]])
            try await spool.remove([all[2]])
            #expect(try await spool.status().setAsideCount == 0)
            try await spool.setAside([all[0]])
            try await spool.close()
            spool = try await SQLiteSpool.open(path: path)
            #expect(spool.waitingCount == 2)
            try await spool.close()
        }
    }

    @Test("Anybody who may read the file can tell how much is in it, and nothing is made for that")
    func status() async throws {
        try await withSpool { spool, path in
            await #expect(throws: StoreOpeningError(.notFound, message: "")) {
                _ = try await SQLiteSpool.status(path: path + "x")
            }
            #expect(FileStatus(path: path + "x") == nil)
            #expect(try await SQLiteSpool.status(path: path).oldestAge == nil)
            _ = try await spool.put([.fixture(1), .fixture(2)], for: ["crm"])
            let status = try await SQLiteSpool.status(path: path)
            #expect(status.eventCount == 2)
            #expect(try #require(status.oldestAge) < .seconds(60))
            #expect(status.maximumByteCount == 1 << 30)
        }
    }

    @Test("A store in a file gets each event once, whatever the spool says twice")
    func behindAStore() async throws {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/store.db")
            let spool = try await SQLiteSpool.open(path: directory + "/spool.db")
            _ = try await store.enqueue([.fixture(1)], for: ["crm"])
            _ = try await spool.put((1...200).map { .fixture($0) }, for: ["crm"])
            let both = SpoolingDeliveryStore(
                store: store, spool: spool, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let run = Task { try await both.run() }
            while spool.waitingCount > 0 { #expect(try await both.moveNow().failure == nil) }
            #expect(try await store.counts() == ["crm": [.ready: 200]])
            run.cancel()
            try await run.value
            try await both.close()
            await #expect(throws: DeliveryStoreError(.closed, message: "")) { try await store.checkHealth() }
        }
    }
}
#endif
