#if Postgres
import LeadSharkDelivery
@testable import LeadSharkPostgres
import Logging
import Testing
import TestPostgres

/// All that uses the server, one test after another: each has threads and connections of its own, and two cores are not many.
@Suite(.serialized, .timeLimit(.minutes(15))) enum PostgresTests {}

extension PostgresDeliveryStore.Configuration {
    /// With more patience than a sender has: the machine may have other things to do.
    static func patient(_ url: PostgresURL) -> Self {
        var configuration = Self(url: url)
        configuration.commitTimeout = .seconds(60)
        configuration.workTimeout = .seconds(60)
        return configuration
    }
}

/// Runs a test with an empty store.
///
/// - Parameter pooler: What stands in between.
func withPostgres<Result>(
    through pooler: PostgresPooler? = nil, _ body: (PostgresDeliveryStore) async throws -> Result
) async throws -> Result {
    let cluster = try await PostgresCluster.shared()
    let schema = PostgresCluster.makeSchema()
    let url = try PostgresURL(pooler?.url(schema: schema) ?? cluster.url(schema: schema))
    let store = try await PostgresDeliveryStore.open(.patient(url), logger: .silent)
    let result: Result
    do {
        result = try await body(store)
    } catch {
        try await store.close()
        throw error
    }
    try await store.close()
    return result
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
#endif
