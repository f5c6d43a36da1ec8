#if Server
import LeadSharkSQLite
import LeadSharkStoreConformance
import Testing

@Suite struct SQLiteConformanceTests {
    @Test(
        "The store on SQLite does what every store has to do",
        arguments: StoreConformance.checks + StoreConformance.durableChecks)
    func conforms(to check: StoreConformance.Check) async throws {
        try await withDirectory { directory in
            try await check.run { try await SQLiteDeliveryStore.open(path: directory + "/leads.db") }
        }
    }
}
#endif
