#if Postgres
import Foundation
import TestPostgres
import Testing

/// A primary that is lost under load, with the real program; the ledger of a foreign sender is the judge.
@Suite("A standby takes over from its primary")
struct FailoverTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A standby that has a commit before the primary answers it.
    private func synchronousStandby(of primary: PostgresCluster) async throws -> PostgresCluster {
        let standby = try await primary.standby()
        let url = primary.url(schema: "x")
        let change = try await folder.query(
            url, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        try #require(change == ["t"])
        try await condition("the standby is waited for") {
            try await folder.query(url, "SELECT sync_state FROM pg_stat_replication") == ["sync"]
        }
        return standby
    }

    @Test("What was answered 200 is there, and comes out once, or again if its outcome was unknown at the loss")
    func failover() async throws {
        let primary = try await PostgresCluster()
        let standby = try await synchronousStandby(of: primary)
        let database = PostgresCluster.url(schema: "leadshark", at: [primary, standby])
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson"], database: database)
        let program = receiver.program.identifier

        let end = folder.file("end")
        let sender = try ForeignSender(
            to: receiver, count: .max, concurrency: 16, persisting: true, rate: 300, until: end)
        try await condition("some are acknowledged, and some came out") {
            try sender.acknowledged().count > 300 && folder.delivered("leads.ndjson").count > 100
        }
        try await primary.kill()

        // It can only be read yet. What it knows to be done came out, and must not again.
        let replica = standby.url(schema: "leadshark")
        func identities(_ condition: String) async throws -> Set<String> {
            let rows = try await folder.query(
                replica,
                """
                SELECT encode(e.identity, 'hex') FROM leadshark.event e
                JOIN leadshark.delivery d ON d.event = e.id WHERE \(condition)
                """)
            return Set(try #require(rows))
        }
        #expect(try await folder.query(replica, "SELECT pg_is_in_recovery()") == ["t"])
        let acknowledged = try sender.acknowledged()
        try await condition("the standby has read what it has got, all that was acknowledged among it") {
            try await identities("true").isSuperset(of: acknowledged)
        }
        let done = try await identities("d.state = 'completed'")
        #expect(done.count > 0)

        try await standby.promote()
        try await condition("the receiver has found the new primary") {
            try sender.acknowledged().count > acknowledged.count + 300
        }
        try Data().write(to: end)
        #expect(try await Set(sender.statuses().keys).isSubset(of: ["200", "503"]))
        let ledger = try sender.acknowledged()
        try await condition("all is completed") {
            try await folder.states(database) == ["completed": ledger.count]
        }
        #expect(receiver.program.identifier == program && receiver.program.isRunning)
        #expect(try await receiver.stop() == 0)

        let lines = try folder.delivered("leads.ndjson")
        #expect(Set(lines) == ledger)
        let repeated = Dictionary(grouping: lines) { $0 }.filter { $0.value.count > 1 }.keys
        #expect(done.isDisjoint(with: repeated))
        let log = receiver.program.standardError
        #expect(!log.contains(PostgresCluster.password) && !log.contains(PostgresCluster.encodedPassword))
    }
}
#endif
