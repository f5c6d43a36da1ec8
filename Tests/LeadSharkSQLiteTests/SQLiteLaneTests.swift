#if Server
import Foundation
import GRDB
import GRDBSQLite
import LeadSharkDelivery
import LeadSharkStoreConformance
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkSQLite

/// How SQLite keeps lanes. What every store does with them is in the conformance suite.
@Suite struct SQLiteLaneTests {
    private static let recipient = DeliveryRecipient("crm", ordering: .perPerson)

    private func withStore<Result>(_ body: (SQLiteDeliveryStore) async throws -> Result) async throws -> Result {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db")
            let result = try await body(store)
            try await store.close()
            return result
        }
    }

    private static func event(_ number: Int, of person: Int) -> NewEvent {
        NewEvent(
            webhook: .leadshark,
            verified: Fixture.webhook(
                for: .newComment, number: number, person: person, happeningID: "happening-\(number)"),
            eventHeader: nil)
    }

    @Test("The schema lets no lane have two heads", arguments: ["ready", "leased", "waiting"])
    func twoHeads(_ state: String) async throws {
        try await withStore { store in
            try await store.store(Self.event(1, of: 1), Self.event(2, of: 1), for: [Self.recipient])
            let times = state == "leased" ? "lease_until = 1" : state == "waiting" ? "due_at = 1" : "reason = NULL"
            await #expect(throws: DatabaseError.self) {
                try await store.writer?.write { db in
                    try db.execute(sql: "UPDATE delivery SET state = ?, \(times) WHERE id = 2", arguments: [state])
                }
            }
            #expect(try await store.counts() == ["crm": [.ready: 1, .queued: 1]])
        }
    }

    @Test(
        "The schema lets nothing be queued, or have left its lane, without one",
        arguments: ["state = 'queued'", "left_lane = 1"])
    func withoutLane(_ assignment: String) async throws {
        try await withStore { store in
            try await store.store(Self.event(1, of: 1))
            await #expect(throws: DatabaseError.self) {
                try await store.writer?.write { try $0.execute(sql: "UPDATE delivery SET \(assignment)") }
            }
        }
    }

    @Test(
        "What has to do with lanes goes by indexes and sorts nothing, whether tables are empty, full or analysed",
        arguments: [0, 500], [false, true])
    func queryPlans(_ count: Int, _ isAnalysed: Bool) async throws {
        try await withStore { store in
            _ = try await store.enqueue((0..<count).map { Self.event($0, of: $0 % 3) }, for: [Self.recipient, "file"])
            let plans = try await store.access { db in
                if isAnalysed { try db.execute(sql: "ANALYZE") }
                func plan(_ sql: String, _ arguments: StatementArguments) throws -> String {
                    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments)
                        .map { $0["detail"] as String }.joined(separator: "; ")
                }
                return [
                    try plan(SQLiteDeliveryStore.headQuery, ["crm", Data()]),
                    try plan(SQLiteDeliveryStore.promoteStatement, [1]),
                    try plan(SQLiteDeliveryStore.redeliverStatement, [1, "waiting", "completed", nil]),
                    try plan(SQLiteDeliveryStore.followersQuery, [1]),
                    try plan(SQLiteDeliveryStore.queuedQuery, ["crm", 1]),
                    try plan(SQLiteDeliveryStore.readyQuery, ["crm", 1]),
                ]
            }
            let indexes = [
                ["delivery_head (handler=? AND lane=?)"],
                ["delivery_head (handler=? AND lane=?)", "delivery_queued (handler=? AND lane=?)"],
                ["delivery_head (handler=? AND lane=?)"], ["delivery_queued (handler=? AND lane=?)"],
                ["delivery_queued (handler=?)"], ["delivery_ready (handler=?)"],
            ]
            for (plan, indexes) in zip(plans, indexes) {
                for index in indexes { #expect(plan.contains(index), "\(plan)") }
                #expect(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "\(plan)")
            }
        }
    }

    /// What SQLite does in a round of a worker, in instructions of its virtual machine, by hundreds.
    private func work(in store: SQLiteDeliveryStore) async throws -> Int {
        let steps = LockedValue(0)
        let hundred = 100
        try await store.access { db in
            let count: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
                guard let context else { return 0 }
                Unmanaged<LockedValue<Int>>.fromOpaque(context).takeUnretainedValue().withLock { $0 += 1 }
                return 0
            }
            sqlite3_progress_handler(
                db.sqliteConnection, Int32(hundred), count, Unmanaged.passUnretained(steps).toOpaque())
        }
        var leased = 0
        for _ in 0..<20 {
            let leases = try await store.lease("crm", limit: 8, for: .seconds(30))
            leased += leases.count
            #expect(try await store.timeUntilNextDelivery(for: "crm") == nil)
            #expect(try await store.settle(leases.map { Settlement($0.token, .completed) }).isEmpty)
        }
        #expect(leased == 20)
        try await store.access { sqlite3_progress_handler($0.sqliteConnection, 0, nil, nil) }
        return steps.withLock { $0 }
    }

    @Test("Leasing and settling take as much work with 100,000 queued behind a head as with 1,000")
    func flat() async throws {
        func work(queued count: Int) async throws -> Int {
            try await withStore { store in
                try await store.store(Self.event(0, of: 1), for: [Self.recipient])
                // Copies of the first, straight into the tables.
                try await store.writer?.write { db in
                    try db.execute(
                        sql: """
                            WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n <= ?)
                            INSERT INTO event (webhook, identity, lane, received_at, secret, is_test, payload)
                            SELECT webhook, randomblob(32), lane, received_at, secret, 0, x'7b7d'
                            FROM number CROSS JOIN event WHERE event.id = 1
                            """, arguments: [count])
                    try db.execute(
                        sql: """
                            INSERT INTO delivery (event, handler, state, lane)
                            SELECT id, 'crm', 'queued', lane FROM event WHERE id > 1
                            """)
                }
                #expect(try await store.counts() == ["crm": [.ready: 1, .queued: count]])
                return try await self.work(in: store)
            }
        }
        let (few, many) = (try await work(queued: 1000), try await work(queued: 100_000))
        #expect(few > 0)
        // A search goes a level or two deeper; a scan would take a hundred times as much.
        #expect(Double(many) <= Double(few) * 1.3, "\(few) and \(many) hundreds of instructions")
    }

    @Test("What an earlier version stored is in no lane, and goes on as it was")
    func migration() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            let rows: [(state: String, column: String?)] = [
                ("ready", nil), ("leased", "lease_until"), ("waiting", "due_at"), ("completed", "settled_at"),
                ("deadLettered", "settled_at"),
            ]
            try OldStore.make(version: 3, at: path) { db in
                for (index, row) in rows.enumerated() {
                    try OldStore.insertEvent(Int64(index + 1), in: db)
                    let column = row.column ?? "reason"
                    try db.execute(
                        sql: "INSERT INTO delivery (event, handler, state, \(column)) VALUES (?, 'crm', ?, ?)",
                        arguments: [index + 1, row.state, row.column.map { _ in 1 }])
                }
            }
            let store = try await SQLiteDeliveryStore.open(path: path)
            // All have the same lane in `event`, and none is behind another.
            let ids = try await store.deliveries(matching: DeliveryQuery()).map(\.id).sorted()
            #expect(try await store.redeliver(ids) == [ids[2], ids[3], ids[4]])
            #expect(try await store.counts() == ["crm": [.ready: 5]])
            let leases = try await store.lease("crm", limit: 10, for: .seconds(30), suspects: .skipped)
            #expect(leases.map(\.token.delivery) == [ids[0], ids[2], ids[3], ids[4]])
            #expect(leases.allSatisfy { $0.laneBlock == nil })
            // What comes now is in lanes.
            try await store.store(Self.event(1, of: 1), Self.event(2, of: 1), for: [Self.recipient])
            #expect(try await store.counts()["crm"]?[.queued] == 1)
            try await store.close()
        }
    }
}
#endif
