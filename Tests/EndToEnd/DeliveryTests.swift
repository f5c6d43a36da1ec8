#if Server
import Foundation
import TestPeers
import Testing

/// The whole path: a foreign program sends signed events to the real receiver; its ledger of what was answered 200 is
/// held against the file that the leads come out in.
@Suite("Every event that is answered 200 comes out", .serialized)
struct DeliveryTests {
    /// Identities in the order in which they came out.
    private func delivered(_ folder: TemporaryFolder) throws -> [String] {
        try folder.lines(of: "leads.ndjson").compactMap { $0["identity"] as? String }
    }

    @Test("20,000 events over 64 connections come out exactly once, and do so when each is sent twice more")
    func exactlyOnce() async throws {
        let count = 20_000
        let folder = try TemporaryFolder()
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson"])

        let sender = try ForeignSender(to: receiver, count: count)
        #expect(try await sender.statuses() == ["200": count])
        let acknowledged = try sender.acknowledged()
        #expect(acknowledged.count == count)
        try await condition("all came out") { try delivered(folder).count >= count }

        let again = try ForeignSender(to: receiver, count: count, repeating: 2)
        #expect(try await again.statuses() == ["200": 2 * count])
        let fresh = try ForeignSender(to: receiver, count: 1, run: "last")
        #expect(try await fresh.statuses() == ["200": 1])
        let last = try fresh.acknowledged()
        try await condition("the event after the duplicates came out") {
            try delivered(folder).last.map(last.contains) == true
        }

        #expect(try await receiver.stop() == 0)
        let all = try delivered(folder)
        #expect(all.count == count + 1)
        #expect(Set(all) == acknowledged.union(last))
    }

    @Test(
        "Events whose time is too far from ours are answered 200, wait in the dead letters, and come out when sent round"
    )
    func stale() async throws {
        let folder = try TemporaryFolder()
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson", "--tolerance", "1h"])
        // Its events have a time of their own, which no clock of today is near.
        let sender = try ForeignSender(to: receiver, count: 3)
        #expect(try await sender.statuses() == ["200": 3])
        let acknowledged = try sender.acknowledged()
        #expect(acknowledged.count == 3)

        let list = try Program(
            Program.leadshark,
            ["deliveries", "list", "--store", "sqlite:store.sqlite", "--format", "json"], in: folder)
        #expect(try await list.status() == 0)
        let reason = "the event's time, 2026-05-01T12:00:00.000Z, is "
        #expect(list.standardOutput.components(separatedBy: reason).count == 1 + 3)
        #expect(list.standardOutput.components(separatedBy: "deadLettered").count == 1 + 3)
        #expect(try delivered(folder).isEmpty)

        let redeliver = try Program(
            Program.leadshark, ["deliveries", "redeliver", "--dead", "--yes", "--store", "sqlite:store.sqlite"],
            in: folder)
        #expect(try await redeliver.status() == 0)
        try await condition("all came out") { try delivered(folder).count >= 3 }
        #expect(try await receiver.stop() == 0)
        #expect(try delivered(folder).sorted() == acknowledged.sorted())
    }

    @Test("Beside a running receiver events are deleted for good, and are duplicates when they come again")
    func deleted() async throws {
        let folder = try TemporaryFolder()
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson", "--tolerance", "1h"])
        func deliveries(_ arguments: String...) async throws -> (status: Int32, output: String) {
            let run = try Program(
                Program.leadshark, ["deliveries"] + arguments + ["--store", "sqlite:store.sqlite", "--format", "json"],
                in: folder)
            return (try await run.status(), run.standardOutput)
        }
        #expect(try await ForeignSender(to: receiver, count: 3).statuses() == ["200": 3])
        let asked = try await deliveries("delete", "--state", "deadLettered")
        #expect(asked.status == 64)
        let deletion = try await deliveries("delete", "--state", "deadLettered", "--yes")
        #expect(deletion.status == 0)
        #expect(deletion.output.contains(#""deleted":3,"deliveries":3,"#))
        #expect(try await deliveries("stats").output == "[]\n")
        #expect(try await ForeignSender(to: receiver, count: 3).statuses() == ["200": 3])
        #expect(try await deliveries("stats").output == "[]\n")
        #expect(try await receiver.stop() == 0)
        #expect(try delivered(folder).isEmpty)
    }

    @Test("A backup that is made while events arrive is whole, and a receiver on it brings no event twice")
    func backup() async throws {
        let folder = try TemporaryFolder()
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson"])
        let first = try ForeignSender(to: receiver, count: 500)
        #expect(try await first.statuses() == ["200": 500])
        let before = try first.acknowledged()
        try await condition("the first came out") { try delivered(folder).count >= 500 }
        let stats = ["deliveries", "list", "--store", "sqlite:store.sqlite", "--limit", "1", "--format", "ndjson"]
        try await until("the first are done") {
            let list = try Program(Program.leadshark, stats, in: folder)
            try await list.status()
            return list.standardOutput.isEmpty
        }

        let second = try ForeignSender(to: receiver, count: 3_000, run: "b")
        try await condition("events arrive") { try second.acknowledged().count > 100 }
        let backup = try Program(
            Program.leadshark, ["deliveries", "backup", "copy.sqlite", "--store", "sqlite:store.sqlite"], in: folder)
        #expect(try await backup.status() == 0, "\(backup.standardError)")
        #expect(try await second.statuses() == ["200": 3_000])
        #expect(try await receiver.stop() == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("copy.sqlite").path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(names.filter { $0.hasPrefix("copy.sqlite") } == ["copy.sqlite"])

        let restored = try await RunningReceiver(
            in: folder, ["--leads-file", "restored.ndjson"], store: "copy.sqlite")
        #expect(try await ForeignSender(to: restored, count: 500).statuses() == ["200": 500])
        let again = try ForeignSender(to: restored, count: 3_000, run: "b")
        #expect(try await again.statuses() == ["200": 3_000])
        func restoredIdentities() throws -> [String] {
            try folder.lines(of: "restored.ndjson").compactMap { $0["identity"] as? String }
        }
        // Those of the second run that were not done at the backup, or not in it, come out: each once.
        try await until("nothing is open") {
            let list = try Program(
                Program.leadshark,
                ["deliveries", "stats", "--store", "sqlite:copy.sqlite", "--format", "ndjson", "--state", "completed"],
                in: folder)
            try await list.status()
            return list.standardOutput.contains(#""completed":3500"#)
        }
        #expect(try await restored.stop() == 0)
        let identities = try restoredIdentities()
        #expect(Set(identities).count == identities.count)
        #expect(before.isDisjoint(with: identities))
    }

    @Test("A log that nobody reads holds up no answer, no lead and no stop")
    func logIsNotRead() async throws {
        let count = 3_000
        let folder = try TemporaryFolder()
        let pipe = Pipe()
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson", "--log-level", "trace"], errorPipe: pipe)

        let sender = try ForeignSender(to: receiver, count: count)
        #expect(try await sender.statuses() == ["200": count])
        try await condition("all came out") { try delivered(folder).count >= count }
        #expect(try await receiver.stop() == 0)

        try pipe.fileHandleForWriting.close()
        let log = try #require(try pipe.fileHandleForReading.readToEnd())
        #expect(log.count > 32 << 10, "the pipe was full")
        #expect(!String(decoding: log, as: UTF8.self).contains("Stopped."), "and so it could not be told")
    }

    @Test("A target that is down holds nothing up, and gets every lead when it is back")
    func targetIsDown() async throws {
        let count = 50
        let folder = try TemporaryFolder()
        let port = try ClosedPort.number()
        _ = try folder.write("LEADSHARK_FORWARD_AUTHORIZATION='Bearer forward-token'\n", to: ".env")
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson", "--forward-url", "http://127.0.0.1:\(port)/leads"])

        let sender = try ForeignSender(to: receiver, count: count)
        #expect(try await sender.statuses() == ["200": count])
        let acknowledged = try sender.acknowledged()
        try await condition("the file has all leads while the target is down") {
            try delivered(folder).count >= count
        }

        let target = try await Target(at: port, in: folder)
        try await condition("the target has all leads") {
            try Set(folder.lines(of: "target.ndjson").compactMap { $0["key"] as? String }) == acknowledged
        }

        #expect(try await receiver.stop() == 0)
        target.stop()
        let inFile = try delivered(folder)
        #expect(inFile.count == count)
        #expect(Set(inFile) == acknowledged)
        let lines = try folder.lines(of: "target.ndjson")
        #expect(lines.count == count)
        #expect(lines.allSatisfy { $0["authorization"] as? String == "Bearer forward-token" })
        #expect(!receiver.program.standardError.contains("forward-token"))
    }
}
#endif
