#if Postgres
import LeadSharkDelivery
@testable import LeadSharkPostgres
import LeadSharkStoreConformance
import Testing
import TestPostgres

extension PostgresTests {
    /// What is particular to a pooler in transaction mode. That a store does there what it has to do is in
    /// ``PostgresConformanceTests``.
    @Suite struct PostgresPoolerTests {
        @Test(
            "Each transaction of a session is on another connection than the last: nothing that a session leaves is there"
        )
        func transactions() async throws {
            let pooler = try await PostgresPooler.warm()
            let session = try Database(PostgresURL(pooler.url(schema: "x")))
            let backends = try (0..<PostgresPooler.connectionCount * 2).map { _ in
                try session.number("SELECT pg_backend_pid()::bigint")
            }
            #expect(Set(backends).count == PostgresPooler.connectionCount)
            #expect(zip(backends, backends.dropFirst()).allSatisfy { $0 != $1 })
        }

        @Test("A URL that does not tell of the pooler is an error that says what it has to say")
        func untold() async throws {
            let schema = PostgresCluster.makeSchema()
            let pooler = try await PostgresPooler.warm()
            try await PostgresDeliveryStore.open(
                .init(url: PostgresURL(pooler.url(schema: schema))), logger: .silent
            ).close()
            var configuration = PostgresDeliveryStore.Configuration(
                url: try PostgresURL(pooler.url(schema: schema, isTold: false)))
            configuration.usesNotifications = false
            let store = try await PostgresDeliveryStore.open(configuration, logger: .silent)
            let error = try await #require(throws: DeliveryStoreError.self) { try await store.checkHealth() }
            #expect(error.code == .unavailable)
            #expect(error.message.contains("pooler=transaction"))
            try await store.close()
        }
    }
}

extension PostgresPooler {
    private static let warming = Task {
        let pooler = try await shared()
        let sessions = try (0..<connectionCount).map { _ in try Database(PostgresURL(pooler.url(schema: "x"))) }
        // As many at once as there are connections to the server, so that all of these are made.
        for session in sessions { try session.run("BEGIN") }
        for session in sessions { try session.run("COMMIT") }
        return pooler
    }

    /// The pooler that all tests share, with all its connections to the server.
    static func warm() async throws -> PostgresPooler { try await warming.value }
}
#endif
