#if Server
import LeadSharkDelivery
import LeadSharkStoreConformance
import Testing

@Suite struct InMemoryConformanceTests {
    @Test("The store in memory does what every store has to do", arguments: StoreConformance.checks)
    func conforms(to check: StoreConformance.Check) async throws {
        try await check.run { InMemoryDeliveryStore() }
    }

    @Test("Every check has a name of its own")
    func names() {
        let names = (StoreConformance.checks + StoreConformance.durableChecks).map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count > 50)
    }
}
#endif
