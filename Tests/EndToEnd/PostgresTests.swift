#if Postgres
import Foundation
import TestPostgres
import Testing

/// Several processes on one PostgreSQL database, with the real program.
@Suite("Receivers and workers share a database", .serialized)
struct PostgresTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func database() async throws -> String {
        try await PostgresCluster.shared().url(schema: PostgresCluster.makeSchema())
    }

    private func deliveries(_ database: String, _ arguments: String...) async throws -> (status: Int32, output: String)
    {
        let run = try Program(
            Program.leadshark, ["deliveries"] + arguments + ["--format", "json"],
            environment: ["LEADSHARK_STORE": database], in: folder)
        let status = try await run.status()
        #expect(!(run.standardOutput + run.standardError).contains(PostgresCluster.password))
        #expect(!(run.standardOutput + run.standardError).contains(PostgresCluster.encodedPassword))
        return (status, run.standardOutput)
    }

    /// Identities in the order in which they came out.
    private func delivered(_ files: String...) throws -> [String] {
        try files.flatMap { try folder.lines(of: $0).compactMap { $0["identity"] as? String } }
    }

    @Test("Commands work on the database itself: a running worker gets what is sent round again")
    func commands() async throws {
        let database = try await database()
        #expect(try await deliveries(database, "list").status == 66)
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson", "--tolerance", "1h"], database: database)
        #expect(try await ForeignSender(to: receiver, count: 5).statuses() == ["200": 5])
        #expect(try await deliveries(database, "list").output.components(separatedBy: "deadLettered").count == 6)
        let deletion = try await deliveries(database, "delete", "1", "--yes")
        #expect(deletion.status == 0)
        #expect(deletion.output.contains(#""deleted":1"#))
        #expect(try await deliveries(database, "show", "2").status == 0)
        #expect(try await deliveries(database, "redeliver", "--dead", "--yes").status == 0)
        // The worker is told: it would not look by itself for half a minute.
        try await condition("all came out") { try delivered("leads.ndjson").count == 4 }
        #expect(try await receiver.stop() == 0)
        #expect(!receiver.program.standardError.contains(PostgresCluster.encodedPassword))
    }
}
#endif
