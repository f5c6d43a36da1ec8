#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkStoreConformance
import Testing

@testable import LeadSharkSQLite

@Suite struct SQLiteDurabilityTests {
    private func withStore<Result>(_ body: (SQLiteDeliveryStore) async throws -> Result) async throws -> Result {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db")
            let result = try await body(store)
            try await store.close()
            return result
        }
    }

    @Test("The writer waits for the disk: synchronous is FULL, the journal a WAL")
    func synchronous() async throws {
        try await withStore { store in
            try await store.store(.fixture(1))
            let settings = try await store.access { db in
                [
                    try String.fetchOne(db, sql: "PRAGMA synchronous"),
                    try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                    try String.fetchOne(db, sql: "PRAGMA foreign_keys"),
                ]
            }
            #expect(settings == ["2", "wal", "1"])
        }
    }

    @Test("A writer that would not wait for the disk is not healthy")
    func unsafeWriter() async throws {
        try await withStore { store in
            try await store.checkHealth()
            try await store.access { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
            await #expect(throws: DeliveryStoreError(.unavailable, message: "")) { try await store.checkHealth() }
        }
    }

    @Test(
        "Leasing goes by its indexes and sorts nothing, whether tables are empty, full or analysed",
        arguments: [0, 500], [false, true])
    func queryPlans(_ count: Int, _ isAnalysed: Bool) async throws {
        try await withStore { store in
            let events = (0..<count).map { NewEvent.fixture($0) }
            _ = try await store.enqueue(events, for: ["crm", "file"])
            let plans = try await store.access { db in
                if isAnalysed { try db.execute(sql: "ANALYZE") }
                func plan(_ sql: String, _ arguments: StatementArguments) throws -> String {
                    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments)
                        .map { $0["detail"] as String }.joined(separator: "; ")
                }
                return [
                    try plan(SQLiteDeliveryStore.readyQuery, ["crm", 10]),
                    try plan(SQLiteDeliveryStore.dueQuery, ["crm", 0, 10]),
                ]
            }
            #expect(plans[0].contains("delivery_ready (handler=?)"))
            #expect(plans[1].contains("delivery_waiting (handler=? AND due_at<?)"))
            for plan in plans { #expect(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN")) }
        }
    }

    @Test(
        "Counting what is open or dead goes by an index, whether tables are empty, full or analysed",
        arguments: [0, 500],
        [false, true])
    func countPlans(_ count: Int, _ isAnalysed: Bool) async throws {
        try await withStore { store in
            _ = try await store.enqueue((0..<count).map { .fixture($0) }, for: ["crm", "file"])
            let plans = try await store.access { db in
                if isAnalysed { try db.execute(sql: "ANALYZE") }
                return try DeliveryState.allCases.filter { $0 != .completed }.map { state in
                    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + SQLiteDeliveryStore.countQuery(state))
                        .map { $0["detail"] as String }.joined(separator: "; ")
                }
            }
            #expect(plans.count == 5)
            for plan in plans {
                #expect(plan.contains("INDEX delivery_") && !plan.contains("sqlite_autoindex"), "\(plan)")
            }
        }
    }

    @Test("The bytes of a deleted event are overwritten in the file")
    func overwritten() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let store = try await SQLiteDeliveryStore.open(path: path)
            let marks = ["jane-in-a-small-payload", "jane-in-a-large-payload"]
            let ids = try await store.store(
                .payload("[\"\(marks[0])\"]"),
                .payload(String(repeating: " ", count: 50_000) + "[\"\(marks[1])\"]"), .payload("[\"kept\"]"))
            #expect(try await store.delete(Array(ids.prefix(2))).count == 2)
            try await store.close()
            let bytes = try Data(contentsOf: URL(filePath: path))
            #expect(bytes.range(of: Data("kept".utf8)) != nil)
            for mark in marks { #expect(bytes.range(of: Data(mark.utf8)) == nil) }
        }
    }

    @Test("A full disk is told apart, loses nothing that was stored, and is over when there is space")
    func fullDisk() async throws {
        try await withStore { store in
            try await store.store(.fixture(1))
            try await store.access { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
            let many = (2..<300).map { NewEvent.fixture($0) }
            do {
                _ = try await store.enqueue(many, for: ["crm"])
                Issue.record("the disk was not full")
            } catch let error as DeliveryStoreError {
                #expect(error.code == .diskFull)
                #expect(error.message.contains("disk is full"))
            }
            #expect(try await store.counts() == ["crm": [.ready: 1]])
            // The worker goes on meanwhile.
            let lease = try #require(try await store.leaseOne())
            #expect(try await store.settle([Settlement(lease.token, .completed)]).isEmpty)
            try await store.access { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
            #expect(try await store.enqueue(many, for: ["crm"]).count == many.count)
        }
    }

    @Test("One row that the schema refuses takes its whole batch with it, and the error says so")
    func refusedRow() async throws {
        try await withStore { store in
            try await store.access { db in
                try db.execute(
                    sql: """
                        CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.event
                        WHEN NEW.contradicting_header = 'refuse' BEGIN SELECT RAISE(ABORT, 'refused'); END
                        """)
            }
            await #expect(throws: DeliveryStoreError(.rowRefused, message: "")) {
                try await store.enqueue(
                    [.fixture(1), .fixture(2, header: "refuse"), .fixture(3)], for: ["crm"])
            }
            #expect(try await store.counts().isEmpty)
            #expect(try await store.enqueue([.fixture(1), .fixture(3)], for: ["crm"]).count == 2)
        }
    }

    @Test("A cancelled task does not stop a commit half way")
    func cancellation() async throws {
        try await withStore { store in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await store.enqueue([.fixture(1)], for: ["crm"])
            }
            let results = try await task.value
            #expect(results.count == 1)
            let counts = try await store.counts()
            #expect(counts == ["crm": [.ready: 1]])
        }
    }

    @Test("The schema is what its steps make, and a delivery's state and times belong together")
    func constraints() async throws {
        try await withStore { store in
            try await store.store(.fixture(1))
            for change in [
                "state = 'lost'", "state = 'leased'", "state = 'waiting'", "lease_until = 1", "due_at = 1",
                "attempt = -1", "state = 'completed'", "handler = NULL", "event = 99", "attempt = 'many'",
            ] {
                await #expect(throws: DeliveryStoreError(.rowRefused, message: "")) {
                    try await store.write { try $0.execute(sql: "UPDATE delivery SET \(change)") }
                }
            }
            await #expect(throws: DeliveryStoreError(.rowRefused, message: ""), "one for each event and handler") {
                try await store.write {
                    try $0.execute(
                        sql: "INSERT INTO delivery (event, handler, state) SELECT event, handler, 'ready' FROM delivery"
                    )
                }
            }
        }
    }
}
#endif
