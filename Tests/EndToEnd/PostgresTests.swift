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

    @Test("Two receivers and two workers, one of them killed again and again, lose nothing that was answered 200")
    func kills() async throws {
        let count = 1_500
        let database = try await database()
        // What only receives has the name of the file's handler, and never touches a file.
        var receivers: [RunningReceiver] = []
        var workers: [RunningWorker] = []
        for number in 0...1 {
            receivers.append(
                try await RunningReceiver(
                    in: folder, ["--no-worker", "--leads-file", "elsewhere.ndjson"], database: database))
            workers.append(
                try await RunningWorker(in: folder, database: database, ["--leads-file", "leads-\(number).ndjson"]))
        }
        let senders = try receivers.enumerated().map { number, receiver in
            try ForeignSender(to: receiver, count: count, concurrency: 16, run: "r\(number)", persisting: true)
        }
        func acknowledged() throws -> Set<String> {
            try senders.reduce(into: []) { $0.formUnion(try $1.acknowledged()) }
        }
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for kill in 1...8 {
            let enough = 2 * count * kill / 10
            try await condition("enough was acknowledged before kill \(kill), seed \(seed)") {
                try acknowledged().count >= enough
            }
            let index = Int.random(in: 0...1, using: &generator)
            if kill.isMultiple(of: 2) {
                try await receivers[index].kill()
                try await receivers[index].restart()
            } else {
                try await workers[index].kill()
                try await workers[index].restart()
            }
        }
        for sender in senders { #expect(try await sender.statuses()["200"] == count) }
        let ledger = try acknowledged()
        #expect(ledger.count == 2 * count)
        try await condition("all came out, seed \(seed)", within: .seconds(240)) {
            try Set(delivered("leads-0.ndjson", "leads-1.ndjson")).isSuperset(of: ledger)
        }
        func states() async throws -> [[String: Int]] {
            let stats = try await deliveries(database, "stats")
            #expect(stats.status == 0)
            let rows = try JSONSerialization.jsonObject(with: Data(stats.output.utf8)) as? [[String: Any]]
            return rows?.compactMap { ($0["states"] as? [String: Int])?.filter { $0.value > 0 } } ?? []
        }
        // What a killed worker had written and not settled is attempted again when its lease has run out.
        try await condition("all is completed, seed \(seed)", within: .seconds(240)) {
            try await states() == [["completed": 2 * count]]
        }
        for worker in workers { #expect(try await worker.stop() == 0) }
        for receiver in receivers { #expect(try await receiver.stop() == 0) }
        #expect(try Set(delivered("leads-0.ndjson", "leads-1.ndjson")) == ledger)
        #expect(!FileManager.default.fileExists(atPath: folder.file("elsewhere.ndjson").path))

        // Each event is there once, and each delivery is completed.
        #expect(try await states() == [["completed": 2 * count]])
        let logs = (receivers.map(\.program) + workers.map(\.program)).map(\.standardError).joined()
        #expect(!logs.contains(PostgresCluster.password) && !logs.contains(PostgresCluster.encodedPassword))
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

/// The same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
#endif
