#if Server
import GRDB
import LeadSharkDelivery
import LeadSharkStoreConformance
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkSQLite

/// How SQLite deletes what is done and old. What every store keeps and deletes is in the conformance suite.
@Suite struct RetentionTests {
    private static let week = Retention()
    private static let day: Duration = .seconds(86_400)

    private func complete(_ handler: HandlerName = "crm", in store: any DeliveryStore) async throws {
        let leases = try await store.lease(handler, limit: 100, for: .seconds(30))
        #expect(try await store.settle(leases.map { Settlement($0.token, .completed) }).isEmpty)
    }

    private func withSQLite(_ body: (SQLiteDeliveryStore) async throws -> Void) async throws {
        try await withDirectory { directory in
            let store = try await SQLiteDeliveryStore.open(path: directory + "/leads.db")
            try await body(store)
            try await store.close()
        }
    }

    private func rows(_ table: String, in store: SQLiteDeliveryStore) async throws -> Int? {
        try await store.access { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
    }

    @Test("Nothing is left of a deleted event but its identity")
    func leftovers() async throws {
        try await withSQLite { store in
            try await store.store(.fixture(1), for: ["crm", "file"])
            _ = try await store.enqueue([.fixture(1, name: "Other")], for: ["crm"])
            try await complete("crm", in: store)
            try await complete("file", in: store)
            #expect(try await rows("variant", in: store) == 1)
            try await store.advanceClock(by: Self.day * 8)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 1))
            for table in ["event", "variant", "delivery", "finished"] {
                #expect(try await rows(table, in: store) == 0, "\(table)")
            }
            #expect(try await rows("identity", in: store) == 1)
            #expect(
                try await store.access {
                    try Bool.fetchOne($0, sql: "SELECT count(*) = 0 FROM pragma_foreign_key_check")
                }
                    == true)
        }
    }

    @Test("Large events go in smaller parts, each of one event at least")
    func largeEvents() async throws {
        try await withSQLite { store in
            let blanks = String(repeating: " ", count: 700_000)
            try await store.store(.payload("[1]" + blanks), .payload("[2]" + blanks), .payload("[3]"))
            try await complete(in: store)
            try await store.advanceClock(by: Self.day * 8)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 1, isMore: true))
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 2))
        }
    }

    @Test("What is kept after all is not looked at again and again")
    func lookedAtOnce() async throws {
        try await withSQLite { store in
            _ = try await store.enqueue((0..<5).map { .fixture($0) }, for: ["crm"])
            try await complete(in: store)
            let all = try await store.deliveries(matching: DeliveryQuery()).map(\.id)
            #expect(try await store.redeliver(all).count == 5)
            try await store.advanceClock(by: Self.day * 8)
            #expect(try await rows("finished", in: store) == 5)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            #expect(try await rows("finished", in: store) == 0)
            #expect(try await store.counts() == ["crm": [.ready: 5]])
        }
    }

    @Test(
        "Deleting goes by indexes and sorts nothing, whether tables are empty, full or analysed", arguments: [0, 500],
        [false, true])
    func queryPlans(_ count: Int, _ isAnalysed: Bool) async throws {
        try await withSQLite { store in
            _ = try await store.enqueue((0..<count).map { .fixture($0) }, for: ["crm", "file"])
            try await complete(in: store)
            try await complete("file", in: store)
            let plans = try await store.access { db in
                if isAnalysed { try db.execute(sql: "ANALYZE") }
                let queries: [(sql: String, arguments: StatementArguments)] = [
                    (SQLiteDeliveryStore.finishedQuery, [1, 10]), (SQLiteDeliveryStore.forgottenQuery, [1, 10]),
                    (SQLiteDeliveryStore.keptQuery, [1, 1]), (SettleStatements.finishStatement, [1, 1]),
                ]
                return try queries.map { query in
                    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query.sql, arguments: query.arguments)
                        .map { $0["detail"] as String }.joined(separator: "; ")
                }
            }
            #expect(plans[0].contains("SEARCH finished USING PRIMARY KEY (finished_at<?)"))
            #expect(plans[1].contains("identity_forgotten (first_seen_at<?)"))
            for plan in plans {
                let scans = plan.replacing("SCAN CONSTANT ROW", with: "").contains("SCAN")
                #expect(!plan.contains("TEMP B-TREE") && !scans, "\(plan)")
            }
        }
    }

    @Test("A store of an earlier version deletes what was done before")
    func migration() async throws {
        try await withDirectory { directory in
            let path = directory + "/leads.db"
            // Completed twice; completed and dead; completed and ready; without deliveries.
            try OldStore.make(version: 2, at: path) { db in
                for event in 1...4 as ClosedRange<Int64> { try OldStore.insertEvent(event, in: db) }
                for (event, handler, state) in [
                    (1, "crm", "completed"), (1, "file", "completed"), (2, "crm", "completed"),
                    (2, "file", "deadLettered"), (3, "crm", "completed"), (3, "file", "ready"),
                ] as [(Int64, String, String)] {
                    try db.execute(
                        sql: "INSERT INTO delivery (event, handler, state, settled_at) VALUES (?, ?, ?, ?)",
                        arguments: [event, handler, state, state == "ready" ? nil : 2])
                }
            }
            let store = try await SQLiteDeliveryStore.open(path: path)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 2, identities: 2))
            let left = try await store.deliveries(matching: DeliveryQuery()).map(\.event.rawValue)
            #expect(left == [3, 3, 2, 2])
            try await store.close()
        }
    }
}
#endif
