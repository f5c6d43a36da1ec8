#if Postgres
import LeadSharkDelivery
@testable import LeadSharkPostgres
import LeadSharkStoreConformance
import Testing
import TestPostgres

extension PostgresTests {
    /// The plans that keep the cost of a lease flat.
    @Suite struct PostgresPlanTests {
        @Test("A lease goes by the index of what is ready, however much is done, queued or dead, analysed or not")
        func leasePlan() async throws {
            try await withPostgres { store in
                let schema = store.schema.name
                let database = try Database(store.configuration.url)
                let query = Schema.readyQuery.replacing("@schema@", with: schema).replacing("p_handler", with: "$1")
                    .replacing("p_rule", with: "$2").replacing("p_limit", with: "$3").replacing("p_floor", with: "$4")
                try database.run(
                    """
                    SET plan_cache_mode = force_generic_plan;
                    PREPARE ready (text, text, bigint, bigint) AS \(query)
                    """)
                func plan() throws -> String {
                    try database.texts("EXPLAIN EXECUTE ready ('crm', 'alone', 100, 7)").joined(separator: "\n")
                }
                func fill(_ count: Int, _ state: String, _ more: String = "NULL") throws {
                    try database.run(
                        """
                        INSERT INTO \(schema).delivery (event, handler, state, settled_at, due_at, lane)
                        SELECT coalesce((SELECT max(event) FROM \(schema).delivery), 0) + n, 'crm', '\(state)', \(more)
                        FROM generate_series(1, \(count)) n
                        """)
                }
                try fill(20_000, "completed", "1, NULL, NULL")
                try fill(100, "ready", "NULL, NULL, NULL")
                try fill(5_000, "queued", "NULL, NULL, sha256('x')")
                for round in ["never analysed", "analysed"] {
                    let plan = try plan()
                    #expect(plan.contains("delivery_ready"), "\(round): \(plan)")
                    #expect(plan.contains("(handler = $1) AND ((id + 0) >= $4)"), "\(round): \(plan)")
                    #expect(
                        !plan.contains("Seq Scan") && !plan.contains("Sort") && !plan.contains("pkey"),
                        "\(round): \(plan)")
                    try database.run("ANALYZE \(schema).delivery")
                }
                // The statistics say that nearly all is ready, when nothing is any more.
                try fill(50_000, "ready", "NULL, NULL, NULL")
                try database.run("ANALYZE \(schema).delivery")
                #expect(try plan().contains("delivery_ready"))
                try database.run(
                    "UPDATE \(schema).delivery SET state = 'completed', settled_at = 1 WHERE state = 'ready'")
                let stale = try plan()
                #expect(stale.contains("delivery_ready") && !stale.contains("Sort"), "\(stale)")
            }
        }

        @Test(
            "No function reads a whole table, or all that was ever leased, however empty the tables were when it was planned"
        )
        func plannedWhileEmpty() async throws {
            let cluster = try await PostgresCluster.shared()
            let url = try PostgresURL(cluster.url(schema: PostgresCluster.makeSchema()))
            let database = try Database(url)
            let schema = url.schema
            /// What the server counted of the sessions that have ended.
            func counts() throws -> [String] {
                try database.texts(
                    """
                    SELECT relname || ' was read as a whole ' || seq_scan || ' times' FROM pg_stat_user_tables
                    WHERE schemaname = '\(schema)' AND relname IN ('delivery', 'event', 'identity', 'variant', 'finished')
                    UNION ALL
                    SELECT indexrelname || ' was read ' || idx_scan || ' times' FROM pg_stat_user_indexes
                    WHERE schemaname = '\(schema)' AND indexrelname = 'delivery_leased' ORDER BY 1
                    """)
            }
            try await PostgresDeliveryStore.open(.patient(url), logger: .silent).close()
            try await until("the making of the tables is counted") { try counts().count == 6 }
            let before = try counts()

            var configuration = PostgresDeliveryStore.Configuration.patient(url)
            (configuration.ingestConnectionCount, configuration.workConnectionCount) = (1, 1)
            let store = try await PostgresDeliveryStore.open(configuration, logger: .silent)
            var retention = Retention()
            (retention.completed, retention.identities) = (.zero, .zero)
            // After five calls a session keeps a plan.
            for round in 0..<8 {
                _ = try await store.enqueue(
                    (0..<10).flatMap { [.fixture(round * 10 + $0), .of($0, 1_000 + round * 10 + $0)] },
                    for: ["log", .lanes])
                let leases = try await store.lease("crm", limit: 4, for: .seconds(60))
                try #require(leases.count == 4)
                #expect(try await store.renew(leases.map(\.token), for: .seconds(60)).isEmpty)
                let verdicts: [Settlement.Verdict] = [
                    .completed, .release, .deadLetter(reason: "no"), .retry(after: .zero, reason: "later"),
                ]
                #expect(
                    try await store.settle(zip(leases, verdicts).map { Settlement($0.token, $1) }).isEmpty)
                _ = try await store.timeUntilNextDelivery(for: "crm")
                _ = try await store.redeliver([leases[2].token.delivery])
                _ = try await store.dissolveLanes(of: "crm", limit: 1)
                _ = try await store.prune(retention, limit: 10)
                _ = try await store.delete([leases[0].event.id])
            }
            try await store.close()
            try await until("the sessions have ended") {
                try database.number(
                    "SELECT count(*) FROM pg_stat_user_tables WHERE schemaname = '\(schema)' AND n_tup_upd > 60") == 1
            }
            #expect(try counts() == before)
        }
    }
}
#endif
