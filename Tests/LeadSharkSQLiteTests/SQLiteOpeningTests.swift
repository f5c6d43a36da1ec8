#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkStoreConformance
import Testing

@testable import LeadSharkSQLite

@Suite struct SQLiteOpeningTests {
    private func code(opening path: String, readOnly: Bool = false) async -> StoreOpeningError.Code? {
        do {
            let store = try await readOnly ? SQLiteDeliveryStore.openReadOnly(path: path) : .open(path: path)
            try await store.close()
            return nil
        } catch {
            return (error as? StoreOpeningError)?.code
        }
    }

    private func expectNothing(in directory: String) throws {
        #expect(try contents(of: directory) == [])
    }

    private func contents(of directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    @Test("A path that names no file is refused", arguments: ["", "/", "leads/", "a\u{0}b"])
    func invalidPath(_ path: String) async {
        #expect(await code(opening: path) == .invalidPath)
        #expect(await code(opening: path, readOnly: true) == .invalidPath)
    }

    @Test("A directory that is missing is named, not created")
    func missingDirectory() async throws {
        try await withDirectory { directory in
            #expect(
                await code(opening: directory + "/no/leads.db")
                    == .missingDirectory)
            try expectNothing(in: directory)
        }
    }

    @Test("A directory at the path is refused")
    func isDirectory() async throws {
        try await withDirectory { directory in
            #expect(await code(opening: directory) == .isDirectory)
            #expect(await code(opening: "/dev/null") == .isDirectory)
            try expectNothing(in: directory)
        }
    }

    /// Leaves a database as a loss of power in the middle of a transaction does, with the journal that undoes it.
    private func cutOff(_ path: String, after statement: String) throws {
        let whole = path + "-whole"
        let database = try DatabaseQueue(path: whole)
        try database.inDatabase { try $0.execute(sql: statement) }
        try database.writeWithoutTransaction { db in
            // What does not fit into so small a cache is written before the end.
            try db.execute(sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE begun (bytes)")
            for _ in 0..<50 { try db.execute(sql: "INSERT INTO begun VALUES (zeroblob(4000))") }
            for name in ["", "-journal"] { try FileManager.default.copyItem(atPath: whole + name, toPath: path + name) }
            try db.execute(sql: "ROLLBACK")
        }
        try database.close()
        try FileManager.default.removeItem(atPath: whole)
    }

    @Test("A store whose making was cut off before it had a write-ahead log is made")
    func cutOffMaking() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            try cutOff(path, after: "")
            #expect(await code(opening: path, readOnly: true) == .olderSchema)
            #expect(try contents(of: directory) == ["leads.db", "leads.db-journal"])
            #expect(await code(opening: path) == nil)
            #expect(try contents(of: directory) == ["leads.db"])
            #expect(await code(opening: path, readOnly: true) == nil)
        }
    }

    @Test("Another program's database that was cut off is refused, with all that it had committed")
    func cutOffForeign() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            try cutOff(path, after: "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (47)")
            #expect(await code(opening: path) == .foreignDatabase)
            let tables = try await DatabaseQueue(path: path).read {
                try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema")
            }
            #expect(tables == ["theirs"])
        }
    }

    @Test("A link where SQLite would write beside the store is refused, and what it leads to stays as it is")
    func linkedCompanion() async throws {
        try await withDirectory { directory in
            let victim = directory + "/victim"
            #expect(FileManager.default.createFile(atPath: victim, contents: Data("theirs".utf8)))
            for companion in ["-wal", "-shm", "-journal"] {
                let link = directory + "/leads.db" + companion
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: victim)
                #expect(await code(opening: directory + "/leads.db") == .notPermitted)
                try FileManager.default.removeItem(atPath: link)
            }
            #expect(FileManager.default.contents(atPath: victim) == Data("theirs".utf8))
            #expect(try contents(of: directory) == ["victim"])
        }
    }

    @Test("A directory without write permission is refused, and nothing is created")
    func notPermitted() async throws {
        // No permission stops root, but this directory does.
        if getuid() == 0 {
            #expect(
                await code(opening: "/sys/kernel/leads.db") == .notPermitted)
            return
        }
        try await withDirectory { directory in
            chmod(directory, 0o500)
            #expect(
                await code(opening: directory + "/leads.db") == .notPermitted)
            chmod(directory, 0o700)
            try expectNothing(in: directory)
        }
    }

    @Test(
        "A file that is no database is refused and left as it is",
        arguments: ["{\"not\":\"sqlite\"}", String(repeating: "x", count: 10_000), "SQLite format 3\u{0}"])
    func notADatabase(_ text: String) async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            try Data(text.utf8).write(to: URL(filePath: path))
            let ours = await code(opening: path)
            #expect(ours == .notADatabase || ours == .corrupt)
            let readers = await code(opening: path, readOnly: true)
            #expect(readers == .notADatabase || readers == .corrupt)
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(text.utf8))
            #expect(try contents(of: directory) == ["leads.db"])
        }
    }

    @Test("Another program's database is refused and left as it is", arguments: [nil, 0x1234] as [Int?])
    func foreignDatabase(_ applicationID: Int?) async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let other = try DatabaseQueue(path: path)
            try await other.write { db in
                try db.execute(sql: "CREATE TABLE invoice (id INTEGER PRIMARY KEY)")
                if let applicationID { try db.execute(sql: "PRAGMA application_id = \(applicationID)") }
            }
            try other.close()
            let before = try Data(contentsOf: URL(filePath: path))
            #expect(await code(opening: path) == .foreignDatabase)
            #expect(await code(opening: path, readOnly: true) == .foreignDatabase)
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
            #expect(try contents(of: directory) == ["leads.db"])
        }
    }

    @Test("A damaged store is refused and left as it is", arguments: [100, 4096, 8192, 20_480])
    func corrupt(_ offset: Int) async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let store = try await SQLiteDeliveryStore.open(path: path)
            for number in 0..<50 { try await store.store(.fixture(number)) }
            try await store.close()
            var bytes = try Data(contentsOf: URL(filePath: path))
            try #require(bytes.count > offset + 64)
            bytes.replaceSubrange(offset..<offset + 64, with: Data(repeating: 0xA5, count: 64))
            try bytes.write(to: URL(filePath: path))
            #expect(await code(opening: path) == .corrupt)
            #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
        }
    }

    @Test("A store of a later version is refused")
    func newerSchema() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            try await SQLiteDeliveryStore.open(path: path).close()
            let other = try DatabaseQueue(path: path)
            try await other.write { try $0.execute(sql: "PRAGMA user_version = 99") }
            try other.close()
            #expect(await code(opening: path) == .newerSchema)
            #expect(await code(opening: path, readOnly: true) == .newerSchema)
        }
    }

    @Test("A second owner is told whose the store is")
    func secondOwner() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let store = try await SQLiteDeliveryStore.open(path: path)
            do {
                _ = try await SQLiteDeliveryStore.open(path: path)
                Issue.record("the store has two owners")
            } catch let error as StoreOpeningError {
                #expect(error.code == .inUse)
                #expect(error.message.contains("in use by process \(getpid())"))
            }
            // By another name it is the same store.
            try FileManager.default.createSymbolicLink(
                atPath: directory + "/alias.db", withDestinationPath: path)
            #expect(await code(opening: directory + "/alias.db") == .inUse)
            try await store.store(.fixture(1))
            try await store.close()
            #expect(try contents(of: directory) == ["alias.db", "leads.db"])
            let next = try await SQLiteDeliveryStore.open(path: path)
            #expect(try await next.counts() == ["crm": [.ready: 1]])
            try await next.close()
        }
    }

    @Test("A reader sees what the owner commits, and changes nothing")
    func readOnly() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            #expect(await code(opening: path, readOnly: true) == .notFound)
            try expectNothing(in: directory)
            let store = try await SQLiteDeliveryStore.open(path: path)
            let reader = try await SQLiteDeliveryStore.openReadOnly(path: path)
            try await store.store(.fixture(1))
            #expect(try await reader.counts() == ["crm": [.ready: 1]])
            #expect(try await reader.onlyDelivery()?.state == .ready)
            await #expect(throws: DeliveryStoreError(.readOnly, message: "")) {
                try await reader.enqueue([.fixture(2)], for: ["crm"])
            }
            await #expect(throws: DeliveryStoreError(.readOnly, message: "")) {
                try await reader.redeliver([DeliveryID(rawValue: 1)])
            }
            try await reader.close()
            try await store.store(.fixture(2))
            #expect(try await store.counts() == ["crm": [.ready: 2]])
            try await store.close()
            let later = try await SQLiteDeliveryStore.openReadOnly(path: path)
            #expect(try await later.counts() == ["crm": [.ready: 2]])
            try await later.close()
        }
    }

    @Test("All files are their owner's alone, whatever the umask and whatever they were")
    func modes() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            func modes() throws -> [String: Int] {
                try contents(of: directory).reduce(into: [:]) { modes, name in
                    let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/" + name)
                    modes[name] = attributes[.posixPermissions] as? Int
                }
            }
            // The umask belongs to the whole process, so a mode that only an umask of 0 would show is set by hand below.
            let store = try await SQLiteDeliveryStore.open(path: path)
            try await store.store(.fixture(1))
            #expect(
                try modes() == [
                    "leads.db": 0o600, "leads.db-shm": 0o600, "leads.db-wal": 0o600, "leads.db.lock": 0o600,
                ])
            try await store.close()
            chmod(path, 0o666)
            let again = try await SQLiteDeliveryStore.open(path: path)
            try await again.store(.fixture(2))
            #expect(try Set(modes().values) == [0o600])
            try await again.close()
        }
    }

    @Test("What was stored is there after the next opening, and leases of the last owner are ready")
    func reopening() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let first = try await SQLiteDeliveryStore.open(path: path)
            try await first.store(.fixture(1), .fixture(2), .fixture(3), .fixture(4))
            let leases = try await first.lease("crm", limit: 3, for: .seconds(3600))
            _ = try await first.settle([
                Settlement(leases[0].token, .completed),
                Settlement(leases[1].token, .retry(after: .seconds(3600), reason: "busy")),
            ])
            try await first.close()
            let second = try await SQLiteDeliveryStore.open(path: path)
            #expect(try await second.counts() == ["crm": [.completed: 1, .waiting: 1, .ready: 2]])
            #expect(try await second.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
            #expect(try await second.settle([Settlement(leases[2].token, .completed)]) == [leases[2].token])
            let again = try #require(try await second.leaseOne())
            #expect(again.token.delivery == leases[2].token.delivery)
            #expect(again.attempt == 2)
            #expect(again.crashes == 1)
            try await second.close()
        }
    }

    @Test("What was committed is there after a crash, when it never got further than the write-ahead log")
    func crash() async throws {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db")
            for number in 0..<20 { try await store.store(.fixture(number)) }
            _ = try await store.lease("crm", limit: 5, for: .seconds(3600))
            // The files as a crash leaves them, without the shared memory that goes with the machine.
            for end in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: directory + "/leads.db" + end, toPath: directory + "/crashed.db" + end)
            }
            let reader = try await SQLiteDeliveryStore.openReadOnly(path: directory + "/crashed.db")
            let seen = try await reader.counts()
            #expect(seen == ["crm": [.ready: 15, .leased: 5]])
            try await reader.close()
            let next = try await SQLiteDeliveryStore.open(path: directory + "/crashed.db")
            let counts = try await next.counts()
            #expect(counts == ["crm": [.ready: 20]])
            try await next.close()
            try await store.close()
        }
    }

    @Test("Crashes that were counted before suspects were leased alone make suspects, no more")
    func oldCrashes() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            try OldStore.make(version: 1, at: path) { db in
                for (id, crashes) in [(1, 0), (2, 1), (3, 9)] as [(Int64, Int)] {
                    try OldStore.insertEvent(id, in: db)
                    try db.execute(
                        sql: "INSERT INTO delivery (event, handler, state, crashes) VALUES (?, 'crm', 'ready', ?)",
                        arguments: [id, crashes])
                }
            }
            let store = try await SQLiteDeliveryStore.open(path: path)
            var crashes: [Int] = []
            while let lease = try await store.leaseOne() { crashes.append(lease.crashes) }
            #expect(crashes == [0, 1, 1])
            try await store.close()
        }
    }

    @Test("A file that was made and never filled becomes a store")
    func emptyFile() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            let store = try await SQLiteDeliveryStore.open(path: path)
            #expect(try await store.store(.fixture(1)).count == 1)
            try await store.close()
        }
    }
}
#endif
