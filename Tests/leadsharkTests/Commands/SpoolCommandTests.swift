#if Server
import Foundation
import LeadSharkDelivery
import LeadSharkSQLite
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import leadshark

@Suite("spool")
struct SpoolCommandTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ arguments: String...) async -> CommandRun {
        await CommandRun.of(["spool"] + arguments + ["--spool", "spool.sqlite"], in: directory)
    }

    private func fill(_ count: Int) async throws {
        let spool = try await SQLiteSpool.open(path: directory.path + "/spool.sqlite")
        let events = (1...count).map {
            NewEvent(webhook: .leadshark, verified: Fixture.webhook(for: .newLike, number: $0), eventHeader: nil)
        }
        _ = try await spool.put(events, for: ["a", "b"])
        try await spool.close()
    }

    @Test("Without a spool there is nothing to see or to move, and none is made", arguments: ["status", "drain"])
    func noSpool(_ command: String) async throws {
        let none = await CommandRun.of("spool", command, in: directory)
        #expect(none.status == 78)
        #expect(none.errors.contains("LEADSHARK_SPOOL"))
        let missing = await run(command)
        #expect(missing.status == 66)
        #expect(missing.errors.contains("there is no spool at spool.sqlite"))
        #expect(try directory.names.isEmpty)
    }

    @Test("A file that is no spool is left as it is", arguments: ["status", "drain"])
    func noDatabase(_ command: String) async throws {
        try directory.write("spool.sqlite", String(repeating: "no spool ", count: 1000))
        #expect(await run(command).status == 65)
        try await SQLiteDeliveryStore.open(path: directory.path + "/other.sqlite").close()
        #expect(await CommandRun.of("spool", command, "--spool", "other.sqlite", in: directory).status == 65)
        // Whoever reads an SQLite file in WAL mode may leave an empty log beside it.
        #expect(try directory.names.filter { !$0.hasPrefix("other.sqlite-") } == ["other.sqlite", "spool.sqlite"])
        #expect(try directory.read("spool.sqlite").hasPrefix("no spool "))
    }

    @Test("Without a receiver the file is read")
    func status() async throws {
        try await fill(3)
        let text = await run("status")
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.hasPrefix("3 events in the spool, the oldest for "))
        #expect(text.output.hasSuffix(" of 1024 MiB; no receiver runs\n"))
        let json = await run("status", "--format", "json")
        let state = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(state["events"] as? Int == 3)
        #expect(state["set_aside"] as? Int == 0)
        #expect(state["is_spooling"] == nil)
        #expect((state["bytes"] as? Int ?? 0) > 0)
    }

    @Test("Without a receiver the command moves the events itself")
    func drain() async throws {
        try await fill(300)
        let drain = await run("drain")
        #expect(drain.status == 0, "\(drain.errors)")
        #expect(drain.output == "300 moved to the store, 0 left in the spool\n")
        let store = try await SQLiteDeliveryStore.openReadOnly(path: directory.path + "/leadshark.sqlite")
        #expect(try await store.counts() == ["a": [.ready: 300], "b": [.ready: 300]])
        try await store.close()
        let again = await run("drain", "--format", "json")
        #expect(again.status == 0)
        #expect(again.output == #"{"left":0,"moved":0}"# + "\n")
    }

    @Test("A store that is somebody else's, or cannot be opened, gets nothing, and the spool keeps all")
    func drainInVain() async throws {
        try await fill(2)
        let store = try await SQLiteDeliveryStore.open(path: directory.path + "/leadshark.sqlite")
        let inUse = await run("drain")
        #expect(inUse.status == 75)
        #expect(inUse.errors.contains("already in use by process"))
        try await store.close()
        let spool = try await SQLiteSpool.open(path: directory.path + "/spool.sqlite")
        #expect(spool.waitingCount == 2)
        // A receiver that does not answer has the spool.
        #expect(await run("drain").status == 75)
        #expect(await run("status").status == 0)
        try await spool.close()
    }
}
#endif
