#if Server
import Foundation
import Testing

/// What the disk may do to us, against the real receiver; the ledger of a foreign sender is the judge.
@Suite("Whatever the disk does, what was answered 200 is kept", .serialized)
struct DiskTests {
    private func delivered(_ folder: TemporaryFolder) throws -> Set<String> {
        Set(try folder.lines(of: "leads.ndjson").compactMap { $0["identity"] as? String })
    }

    /// Whether the log says that events were refused, and why. Leases and outcomes may have been before.
    private func hasRefused(_ receiver: RunningReceiver, because reason: String) -> Bool {
        receiver.program.standardError.split(separator: "\n").contains {
            $0.contains("The store did not commit events") && $0.contains(reason)
        }
    }

    /// What was acknowledged: everything in the end, after some had been refused, and all of it came out.
    private func ledger(of sender: ForeignSender, _ count: Int, in folder: TemporaryFolder) async throws -> Set<String>
    {
        let statuses = try await sender.statuses()
        #expect(statuses["200"] == count)
        #expect((statuses["503"] ?? 0) > 0)
        #expect(Set(statuses.keys) == ["200", "503"])
        let acknowledged = try sender.acknowledged()
        try await condition("all came out") { try delivered(folder).isSuperset(of: acknowledged) }
        return acknowledged
    }

    /// What `/health/ready` answers.
    private func health(_ receiver: RunningReceiver) async throws -> String {
        let log = receiver.program.standardError
        let start = try #require(log.range(of: "Health at ")?.upperBound)
        let url = String(log[start...].prefix { $0 != " " }).replacing("/live", with: "/ready")
        let curl = try Program("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", url], in: receiver.folder)
        try await curl.status()
        return curl.standardOutput
    }

    @Test(
        "A full disk is answered with 503, and with 200 again when there is space",
        arguments: [("0", "the disk is full"), ("1M", "less than 1 MiB are free")])
    func full(minimum: String, reason: String) async throws {
        let count = 3_000
        let folder = try TemporaryFolder()
        let disk = try await SmallDisk(megabytes: 2, in: folder)
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson", "--minimum-free-space", minimum], store: "disk/store.sqlite",
            through: disk.entry)
        let sender = try ForeignSender(to: receiver, count: count, concurrency: 16, persisting: true)
        try await condition("the disk is full") { hasRefused(receiver, because: reason) }
        if minimum != "0" {
            #expect(try await health(receiver) == "503")
        }
        #expect(try sender.acknowledged().count < count)

        try await disk.grow(megabytes: 64)
        let acknowledged = try await ledger(of: sender, count, in: folder)
        try await condition("the receiver is ready") { receiver.program.isRunning }
        #expect(try await health(receiver) == "200")

        // In the store they are too, whatever the process had in its memory.
        try await receiver.kill()
        let lines = try folder.lines(of: "leads.ndjson").count
        try await receiver.restart()
        #expect(try await ForeignSender(to: receiver, count: count).statuses() == ["200": count])
        #expect(try await receiver.stop() == 0)
        #expect(try delivered(folder) == acknowledged)
        // What was at work at the kill may come again, and nothing else.
        #expect(try folder.lines(of: "leads.ndjson").count - lines <= 1024)
    }

    @Test("A quota that is used up is answered with 503 too, and with 200 again when there is more")
    func quota() async throws {
        let count = 2_000
        let folder = try TemporaryFolder()
        let trigger = folder.file("used-up")
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson"],
            environment: ["LD_PRELOAD": folder.library(of: "failing-disk.c"), "LEADSHARK_TEST_QUOTA": trigger.path])
        let sender = try ForeignSender(to: receiver, count: count, concurrency: 16, persisting: true)
        try await condition("some are acknowledged") { try sender.acknowledged().count >= 500 }
        try Data().write(to: trigger)
        try await condition("the quota is used up") { hasRefused(receiver, because: "this user's quota is used up") }
        try FileManager.default.removeItem(at: trigger)
        let acknowledged = try await ledger(of: sender, count, in: folder)
        #expect(try await receiver.stop() == 0)
        #expect(try delivered(folder) == acknowledged)
    }

    @Test("A sync that fails ends the receiver: who waits gets 503, and after a new start every 200 is there")
    func failedSync() async throws {
        let count = 4_000
        let folder = try TemporaryFolder()
        let library = try await folder.library(of: "failing-disk.c")
        let receiver = try await RunningReceiver(
            in: folder, ["--leads-file", "leads.ndjson"],
            environment: ["LD_PRELOAD": library, "LEADSHARK_TEST_SYNC_FAILS": folder.file("now").path])
        let sender = try ForeignSender(to: receiver, count: count, concurrency: 16, persisting: true)
        for round in 1...3 {
            try await condition("some are acknowledged") { try sender.acknowledged().count >= round * 800 }
            // Nothing may touch it once it is there: the receiver takes it away.
            try Data().write(to: folder.file("now"))
            #expect(try await receiver.program.status() == 74)
            let log = receiver.program.standardError
            #expect(log.contains("leadshark: the store's disk failed: SQLite reports an input/output error (1034)"))
            #expect(!log.contains("Fatal error"))
            try await receiver.restart()
        }
        let statuses = try await sender.statuses()
        #expect(statuses["200"] == count)
        #expect((statuses["503"] ?? 0) > 0)
        let acknowledged = try sender.acknowledged()
        #expect(acknowledged.count == count)
        try await condition("all came out") { try delivered(folder).isSuperset(of: acknowledged) }
        #expect(try await receiver.stop() == 0)
        #expect(try delivered(folder) == acknowledged)
    }

    @Test("A store that is deleted under the receiver is noticed: no event is answered 200 from then on")
    func deletedFile() async throws {
        let folder = try TemporaryFolder()
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson"])
        #expect(try await ForeignSender(to: receiver, count: 10).statuses() == ["200": 10])
        for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
            try FileManager.default.moveItem(at: folder.file(name), to: folder.file("away-" + name))
        }
        #expect(try await ForeignSender(to: receiver, count: 10, run: "b").statuses() == ["503": 10])
        #expect(try await health(receiver) == "503")
        for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
            try FileManager.default.moveItem(at: folder.file("away-" + name), to: folder.file(name))
        }
        #expect(try await ForeignSender(to: receiver, count: 10, run: "c").statuses() == ["200": 10])
        #expect(try await health(receiver) == "200")
        #expect(try await receiver.stop() == 0)
    }

    // MARK: Proof that a commit waits for the disk

    /// - Parameter spools: Whether it is the spool that takes the events, since the store is away.
    private func unsynced(
        _ executable: String, spools: Bool = false
    ) async throws -> (requests: [Int], answers: Int) {
        let count = 30
        let folder = try TemporaryFolder()
        let file = folder.file("trace")
        let receiver = try await RunningReceiver(
            in: folder, spools ? ["--spool", "spool.sqlite"] : [], executable: executable,
            through: SyncTrace.command(into: file))
        if spools {
            try FileManager.default.moveItem(at: folder.file("store.sqlite"), to: folder.file("elsewhere.sqlite"))
        }
        let sender = try ForeignSender(to: receiver, count: count, concurrency: 1, run: "mark")
        #expect(try await sender.statuses() == ["200": count])
        #expect(try await receiver.stop() == 0)
        try await condition("the trace is complete") { SyncTrace.isComplete(file) }
        let marks = (0..<count).map { number in
            (["Hello mark \(number)", "comment-mark-\(number)", "visit-mark-\(number)"])[number % 3] + "\\\""
        }
        let trace = try SyncTrace(file, of: spools ? "spool.sqlite" : "")
        return (trace.unsynced(marks), trace.answerCount)
    }

    @Test("Between the write of an event and its answer the write-ahead log is synced")
    func synced() async throws {
        let (requests, answers) = try await unsynced(Program.leadshark)
        #expect(answers == 30)
        #expect(requests.isEmpty)
    }

    @Test("Between the write of an event into the spool and its answer that one's write-ahead log is synced")
    func spoolSynced() async throws {
        let (requests, answers) = try await unsynced(Program.leadshark, spools: true)
        #expect(answers == 30)
        #expect(requests.isEmpty)
    }

    @Test("The same look at a store that does not wait for the disk finds no such sync")
    func notSynced() async throws {
        let (requests, answers) = try await unsynced(Program.besideTests("UnsafeReceiver"))
        #expect(answers == 30)
        #expect(requests == Array(0..<30))
    }
}
#endif
