#if Postgres
import Foundation
import TestPeers
import TestPostgres
import Testing

/// `--forward-order person` with the real program; the target's ledger is the judge.
@Suite("The events of a person arrive one at a time and in order", .serialized)
struct OrderTests {
    enum Store: CaseIterable { case sqlite, postgres }

    @Test("One that fails holds up its person, and nobody else", arguments: Store.allCases)
    func order(on store: Store) async throws {
        let (count, people) = (60, 5)
        let folder = try TemporaryFolder()
        let port = try ClosedPort.number()
        let target = try await Target(at: port, in: folder, "0.05")
        let refusal = try folder.write("", to: "target.ndjson.refuses-lucja-0")
        let settings = ["--forward-url", "http://127.0.0.1:\(port)/leads", "--forward-order", "person"]
        var database: String?
        var worker: RunningWorker?
        if store == .postgres {
            let url = try await PostgresCluster.shared().url(schema: PostgresCluster.makeSchema())
            database = url
            // Two that lease: the receiver is a worker too.
            worker = try await RunningWorker(in: folder, database: url, settings)
        }
        let receiver = try await RunningReceiver(in: folder, settings, database: database)
        let location = database ?? "sqlite:store.sqlite"

        // One after another, so that their order is known.
        let sender = try ForeignSender(to: receiver, count: count, concurrency: 1, people: people)
        #expect(try await sender.statuses() == ["200": count])
        let sent = try sender.answers()
        try await condition("all others are completed, behind the head all are queued") {
            try await folder.states(location) == [
                "completed": count - count / people, "waiting": 1, "queued": count / people - 1,
            ]
        }
        #expect(try folder.lines(of: "target.ndjson").count == count - count / people)
        #expect(try Set(folder.lines(of: "target.ndjson.refused").compactMap { $0["key"] as? String }) == [sent[0]])

        // The target is mended, and the operator does not wait for the next attempt, unless it has just come.
        try FileManager.default.removeItem(at: refusal)
        let redeliver = try Program(
            Program.leadshark, ["deliveries", "redeliver", "--waiting", "--yes"],
            environment: ["LEADSHARK_STORE": location], in: folder)
        #expect(try await [0, 1].contains(redeliver.status()), "\(redeliver.standardError)")
        try await condition("all is completed") { try await folder.states(location) == ["completed": count] }
        #expect(try await receiver.stop() == 0)
        if let worker { #expect(try await worker.stop() == 0) }
        target.stop()

        let lines = try folder.lines(of: "target.ndjson")
        #expect(lines.count == count)
        for person in 0..<people {
            let came = lines.filter { $0["person"] as? String == "lucja-\(person)" }.compactMap { $0["key"] as? String }
            #expect(came == sent.indices.filter { $0 % people == person }.map { sent[$0] })
        }
        #expect(lines.allSatisfy { $0["beside"] as? Int == 0 }, "one at a time")
        #expect(lines.contains { ($0["others"] as? Int ?? 0) > 0 }, "and those of several at once")
    }
}
#endif
