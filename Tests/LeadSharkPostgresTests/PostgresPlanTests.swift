#if Postgres
import LeadSharkDelivery
@testable import LeadSharkPostgres
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
                    .replacing("p_rule", with: "$2").replacing("p_limit", with: "$3")
                try database.run(
                    """
                    SET plan_cache_mode = force_generic_plan;
                    PREPARE ready (text, text, bigint) AS \(query)
                    """)
                func plan() throws -> String {
                    try database.texts("EXPLAIN EXECUTE ready ('crm', 'alone', 100)").joined(separator: "\n")
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
    }
}
#endif
