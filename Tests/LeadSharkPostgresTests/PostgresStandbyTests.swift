#if Postgres
import LeadSharkDelivery
@testable import LeadSharkPostgres
import LeadSharkStoreConformance
import Testing
import TestPostgres

extension PostgresTests {
    /// A server whose commits wait for a standby. What a failover does is in `EndToEnd`.
    @Suite struct PostgresStandbyTests {
        @Test(
            "A batch that is asked for again while its commit waits for a standby is stored only when the standby has it"
        )
        func retriedWhileWaiting() async throws {
            let cluster = try await PostgresCluster()
            var configuration = PostgresDeliveryStore.Configuration.patient(
                try PostgresURL(cluster.url(schema: "leadshark")))
            configuration.ingestConnectionCount = 1
            let store = try await PostgresDeliveryStore.open(configuration, logger: .silent)
            let database = try Database(PostgresURL(cluster.url(schema: "x")))
            func waiting() throws -> Set<String> {
                Set(
                    try database.texts(
                        "SELECT pid::text FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%enqueue%'"
                    ))
            }
            // The numbers of events are written down in advance, 32 at a time: none is due here.
            try await store.store(.fixture(0))
            // A standby that is away.
            try database.run("ALTER SYSTEM SET synchronous_standby_names = 'away'")
            try database.run("SELECT pg_reload_conf()")

            let results = LockedValue<[EnqueueResult]?>(nil)
            func enqueue(_ number: Int) -> Task<Void, any Error> {
                Task {
                    let stored = try await store.enqueue([.fixture(number), .fixture(number + 1)], for: ["crm"])
                    results.withLock { $0 = stored }
                }
            }
            var number = 1
            var batch = enqueue(number)
            try await until("its commit waits") {
                // The server takes the setting up when it gets to it.
                if results.withLock({ $0 }) != nil {
                    try await batch.value
                    results.withLock { $0 = nil }
                    number += 2
                    batch = enqueue(number)
                }
                return try !waiting().isEmpty
            }
            let first = try waiting()
            let backend = try #require(first.first)
            _ = try database.texts("SELECT pg_terminate_backend(\(backend))::text")
            try await until("it has been asked for again, and waits or has an answer") {
                try !waiting().subtracting(first).isEmpty || results.withLock { $0 != nil }
            }
            // Everybody sees it now, and no standby has it.
            #expect(try database.number("SELECT count(*) FROM leadshark.event") == number + 2)
            #expect(results.withLock { $0 } == nil)

            try database.run("ALTER SYSTEM RESET synchronous_standby_names")
            try database.run("SELECT pg_reload_conf()")
            try await batch.value
            let isStored = results.withLock { $0 }?.map { if case .stored = $0 { true } else { false } }
            #expect(isStored == [true, true])
            #expect(try database.number("SELECT sum(duplicate_count)::bigint FROM leadshark.event") == 0)
            try await store.close()
        }
    }
}
#endif
