#if Server
import GRDB
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkSQLite

/// What every store keeps and deletes, and how SQLite does it.
@Suite struct RetentionTests {
    private static let week = Retention()
    private static let day: Duration = .seconds(86_400)

    private func complete(_ handler: HandlerName = "crm", in store: any DeliveryStore) async throws {
        let leases = try await store.lease(handler, limit: 100, for: .seconds(30))
        #expect(try await store.settle(leases.map { Settlement($0.token, .completed) }).isEmpty)
    }

    @Test(
        "What is completed is kept for a week and then goes, and is a duplicate ever after",
        arguments: StoreKind.allCases)
    func completed(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let ids = try await store.store(.fixture(1), .fixture(2))
            _ = try await store.enqueue([.fixture(1, name: "Other")], for: ["crm"])
            try await complete(in: store)
            try await store.advanceClock(by: Self.day * 7 - .seconds(60))
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            try await store.advanceClock(by: .seconds(61))
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 2))
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            for id in ids { #expect(try await store.record(of: id) == nil) }
            #expect(try await store.counts().values.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
            #expect(try await store.deliveries(matching: DeliveryQuery()).isEmpty)
            // Nobody can tell any more whether the bytes are the same.
            let again = try await store.enqueue([.fixture(1), .fixture(2, name: "Other")], for: ["crm"])
            #expect(again == [.duplicate(payloadDiffers: false), .duplicate(payloadDiffers: false)])
            #expect(try await store.leaseOne() == nil)
            // Numbers are not given twice.
            #expect(try #require(try await store.store(.fixture(3)).first) > ids[1])
        }
    }

    @Test(
        "What is open or dead is kept, whatever its age, with what is completed of the same event",
        arguments: StoreKind.allCases)
    func kept(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let handlers: [DeliveryRecipient] = ["crm", "file"]
            let ids = try await store.store(.fixture(1), .fixture(2), .fixture(3), .fixture(4), for: handlers)
            try await complete("file", in: store)
            let leases = try await store.lease("crm", limit: 3, for: .seconds(400 * 86_400))
            _ = try await store.settle([
                Settlement(leases[0].token, .deadLetter(reason: "no")),
                Settlement(leases[1].token, .retry(after: .seconds(1), reason: "busy")),
            ])
            try await store.advanceClock(by: Self.day * 366)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            for id in ids { #expect(try await store.record(of: id)?.deliveries.count == 2) }
            // Nor is an identity forgotten whose event is kept.
            #expect(try await store.enqueue([.fixture(1)], for: handlers) == [.duplicate(payloadDiffers: false)])
            // The week begins when the last one is completed.
            _ = try await store.redeliver([leases[0].token.delivery])
            #expect(try await store.settle([Settlement(leases[2].token, .completed)]).isEmpty)
            try await complete(in: store)
            try await store.advanceClock(by: Self.day * 6)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            try await store.advanceClock(by: Self.day * 2)
            // Their identities go with them, for they first came more than a year ago.
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 4, identities: 4))
        }
    }

    @Test("What was redelivered is kept until it has been completed again for a week", arguments: StoreKind.allCases)
    func redelivered(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            try await complete(in: store)
            let id = try #require(try await store.onlyDelivery()).id
            try await store.advanceClock(by: Self.day * 6)
            #expect(try await store.redeliver([id]) == [id])
            try await store.advanceClock(by: Self.day * 2)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            try await complete(in: store)
            try await store.advanceClock(by: Self.day * 6)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            #expect(try await store.onlyDelivery()?.state == .completed)
            try await store.advanceClock(by: Self.day * 2)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 1))
        }
    }

    @Test("Events without deliveries go a week after they came", arguments: StoreKind.allCases)
    func withoutDeliveries(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1), for: [])
            try await store.store(.payload(String(decoding: Fixture.testEvent(id: "1"), as: UTF8.self)))
            try await store.advanceClock(by: Self.day * 6)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            try await store.advanceClock(by: Self.day * 2)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 2))
        }
    }

    @Test("An identity is forgotten after a year, and then its event is new", arguments: StoreKind.allCases)
    func identities(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1), .fixture(2))
            try await complete(in: store)
            try await store.advanceClock(by: Self.day * 8)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 2))
            try await store.advanceClock(by: Self.day * 356)
            #expect(try await store.prune(Self.week, limit: 10) == Pruned())
            #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
            try await store.advanceClock(by: Self.day * 2)
            #expect(try await store.prune(Self.week, limit: 1) == Pruned(identities: 1, isMore: true))
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(identities: 1))
            #expect(try await store.store(.fixture(1), .fixture(2)).count == 2)
        }
    }

    @Test("No more than so many go at once", arguments: StoreKind.allCases)
    func limit(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            _ = try await store.enqueue((0..<25).map { .fixture($0) }, for: ["crm"])
            try await complete(in: store)
            try await store.advanceClock(by: Self.day * 8)
            for limit in [0, -1] { #expect(try await store.prune(Self.week, limit: limit).events == 0) }
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 10, isMore: true))
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 10, isMore: true))
            #expect(try await store.prune(Self.week, limit: 10) == Pruned(events: 5))
        }
    }

    @Test("What is to be kept for good is", arguments: StoreKind.allCases)
    func forever(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.store(.fixture(1))
            try await complete(in: store)
            try await store.advanceClock(by: Self.day * 1000)
            var retention = Retention()
            retention.completed = nil
            #expect(try await store.prune(retention, limit: 10) == Pruned())
            retention = Retention()
            retention.identities = nil
            #expect(try await store.prune(retention, limit: 10) == Pruned(events: 1))
            #expect(try await store.enqueue([.fixture(1)], for: ["crm"]) == [.duplicate(payloadDiffers: false)])
        }
    }

    // MARK: SQLite

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
                    (SQLiteDeliveryStore.keptQuery, [1, 1]), (SQLiteDeliveryStore.finishStatement, [1, 1]),
                ]
                return try queries.map { query in
                    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query.sql, arguments: query.arguments)
                        .map { $0["detail"] as String }.joined(separator: "; ")
                }
            }
            #expect(plans[0].contains("SEARCH finished USING PRIMARY KEY (finished_at<?)"))
            #expect(plans[1].contains("identity_forgotten (first_seen_at<?)"))
            for plan in plans { #expect(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "\(plan)") }
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
