#if Server
import Foundation
import Testing

#if Postgres
import TestPostgres
#endif

/// What becomes of events while the store is away, with the real program; the ledger of a foreign sender is the judge.
@Suite("While the store is away, the spool takes what comes", .serialized)
struct SpoolTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func delivered() throws -> [String] {
        try folder.lines(of: "leads.ndjson").compactMap { $0["identity"] as? String }
    }

    private func spool(_ command: String, store: String) async throws -> (status: Int32, values: [String: Any]) {
        let run = try Program(
            Program.leadshark, ["spool", command, "--format", "json", "--spool", "spool.sqlite"],
            environment: ["LEADSHARK_STORE": store], in: folder)
        let status = try await run.status()
        #if Postgres
        #expect(!(run.standardOutput + run.standardError).contains(PostgresCluster.encodedPassword))
        #endif
        let values = try? JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8)) as? [String: Any]
        return (status, values ?? ["error": run.standardError])
    }

    /// What `/health/ready` answers.
    private func health(_ receiver: RunningReceiver) async throws -> String {
        let log = receiver.program.standardError
        let start = try #require(log.range(of: "Health at ")?.upperBound)
        let url = String(log[start...].prefix { $0 != " " }).replacing("/live", with: "/ready")
        let curl = try Program("curl", ["-s", "-w", " %{http_code}", url], in: folder)
        try await curl.status()
        return curl.standardOutput
    }

    private func count(_ text: String, in receiver: RunningReceiver) -> Int {
        receiver.program.standardError.components(separatedBy: text).count - 1
    }

    #if Postgres
    @Test("A database that is stopped costs nothing that was answered 200, though the receiver is killed meanwhile")
    func database() async throws {
        let cluster = try await PostgresCluster()
        let database = cluster.url(schema: PostgresCluster.makeSchema())
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson", "--spool", "spool.sqlite"], database: database)
        var ledger: Set<String> = []
        func send(_ count: Int, run: String) async throws {
            let sender = try ForeignSender(to: receiver, count: count, concurrency: 16, run: run)
            #expect(try await sender.statuses() == ["200": count])
            ledger.formUnion(try sender.acknowledged())
        }
        try await send(200, run: "before")
        try await condition("all came out") { try delivered().count == 200 }
        #expect(try await health(receiver) == #"{"status":"ready"} 200"#)

        try await cluster.stop()
        try await send(300, run: "away")
        let state = try await spool("status", store: database)
        #expect(state.values["events"] as? Int == 300)
        #expect(state.values["is_spooling"] as? Bool == true)
        let answer = try await health(receiver)
        #expect(answer.contains(#""events":300,"is_spooling":true"#))
        #expect(answer.hasSuffix(" 200"))
        #expect(count("they go to the spool", in: receiver) == 1)

        // Killed while it spools, and started again while the database is still away.
        let sender = try ForeignSender(to: receiver, count: 300, concurrency: 16, run: "killed", persisting: true)
        try await condition("some are acknowledged") { try sender.acknowledged().count > 50 }
        try await receiver.kill()
        try await receiver.restart()
        #expect(try await sender.statuses()["200"] == 300)
        ledger.formUnion(try sender.acknowledged())
        #expect(count("The store is away", in: receiver) == 1)
        let drain = try await spool("drain", store: database)
        #expect(drain.status == 1)
        #expect(drain.values["left"] as? Int == 600)

        try await cluster.start()
        try await condition("all came out") { try Set(delivered()).isSuperset(of: ledger) }
        try await condition("the spool is empty") {
            try await spool("status", store: database).values["events"] as? Int == 0
        }
        #expect(try await health(receiver) == #"{"status":"ready"} 200"#)
        try await send(20, run: "after")
        try await condition("these came out too") { try delivered().count >= 820 }
        #expect(try await receiver.stop() == 0)
        #expect(ledger.count == 820)
        #expect(try delivered().sorted() == ledger.sorted())
        #expect(!receiver.program.standardError.contains(PostgresCluster.encodedPassword))
    }
    #endif

    @Test("A store's file that is moved away and back: the operator sees what waits, and has it moved")
    func file() async throws {
        let store = folder.file("store.sqlite")
        let elsewhere = folder.file("elsewhere.sqlite")
        let location = "sqlite:store.sqlite"
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson", "--spool", "spool.sqlite", "--forward-order", "none"])
        #expect(receiver.program.standardError.contains("the spool is on the store's own disk"))
        try FileManager.default.moveItem(at: store, to: elsewhere)
        var sender = try ForeignSender(to: receiver, count: 40)
        #expect(try await sender.statuses() == ["200": 40])
        var ledger = try sender.acknowledged()
        let vain = try await spool("drain", store: location)
        #expect(vain.status == 1, "\(vain.values)")
        #expect(vain.values["left"] as? Int == 40)
        #expect((vain.values["error"] as? String)?.contains("moved, deleted or replaced") == true)
        try FileManager.default.moveItem(at: elsewhere, to: store)
        let drain = try await spool("drain", store: location)
        #expect(drain.status == 0, "\(drain.values)")
        #expect(drain.values["left"] as? Int == 0)
        try await condition("all came out") { try Set(delivered()) == ledger }

        // What a killed receiver left in its spool is moved by the command, and comes out after the next start.
        try FileManager.default.moveItem(at: store, to: elsewhere)
        sender = try ForeignSender(to: receiver, count: 30, run: "b")
        #expect(try await sender.statuses() == ["200": 30])
        ledger.formUnion(try sender.acknowledged())
        try await receiver.kill()
        try FileManager.default.moveItem(at: elsewhere, to: store)
        let status = try await spool("status", store: location)
        #expect(status.values["events"] as? Int == 30, "\(status.values)")
        let moved = try await spool("drain", store: location)
        #expect(moved.status == 0, "\(moved.values)")
        #expect(moved.values["moved"] as? Int == 30)
        try await receiver.restart()
        try await condition("all came out") { try Set(delivered()) == ledger }
        #expect(try await receiver.stop() == 0)
        #expect(try delivered().count == 70)
    }

    @Test("A spool that is full is answered with 503, until the store is back")
    func full() async throws {
        let store = folder.file("store.sqlite")
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson", "--spool", "spool.sqlite", "--spool-limit", "1M"])
        try FileManager.default.moveItem(at: store, to: folder.file("elsewhere.sqlite"))
        let sender = try ForeignSender(to: receiver, count: 3_000, concurrency: 32, persisting: true)
        try await condition("the spool is full") { receiver.program.standardError.contains("the spool is full") }
        #expect(try await health(receiver).hasSuffix(" 503"))
        try FileManager.default.moveItem(at: folder.file("elsewhere.sqlite"), to: store)
        let statuses = try await sender.statuses()
        #expect(statuses["200"] == 3_000)
        #expect((statuses["503"] ?? 0) > 0)
        #expect(Set(statuses.keys) == ["200", "503"])
        let ledger = try sender.acknowledged()
        try await condition("all came out") { try Set(delivered()).isSuperset(of: ledger) }
        #expect(try await receiver.stop() == 0)
        #expect(try delivered().sorted() == ledger.sorted())
    }
}
#endif
