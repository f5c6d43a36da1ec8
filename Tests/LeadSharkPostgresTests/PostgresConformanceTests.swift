#if Postgres
import LeadSharkPostgres
import LeadSharkStoreConformance
import Testing
import TestPostgres

extension PostgresTests {
    @Suite struct PostgresConformanceTests {
        @Test(
            "The store on PostgreSQL does what every store has to do",
            arguments: StoreConformance.checks + StoreConformance.durableChecks)
        func conforms(to check: StoreConformance.Check) async throws {
            try await conforms(to: check, at: PostgresCluster.shared().url(schema: PostgresCluster.makeSchema()))
        }

        @Test(
            "It does so through a pooler, with nothing prepared",
            arguments: StoreConformance.checks + StoreConformance.durableChecks)
        func conformsThroughPooler(to check: StoreConformance.Check) async throws {
            try await conforms(to: check, at: PostgresPooler.warm().url(schema: PostgresCluster.makeSchema()))
        }

        private func conforms(to check: StoreConformance.Check, at url: String) async throws {
            let url = try PostgresURL(url)
            try await check.run { try await PostgresDeliveryStore.open(.patient(url), logger: .silent) }
        }
    }
}
#endif
