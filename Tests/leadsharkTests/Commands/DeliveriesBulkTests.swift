#if Server
import Foundation
import GRDB
import LeadSharkDelivery
import LeadSharkSQLite
import LeadSharkTesting
import LeadSharkWebhooks
import NIOConcurrencyHelpers
import Testing

@testable import leadshark

@Suite("deliveries: many at once, filters, exports and backups")
struct DeliveriesBulkTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Five events for one handler: two dead for two reasons, one waiting, one done, one ready.
    private func fill() async throws {
        let store = try await SQLiteDeliveryStore.open(path: directory.path + "/leadshark.sqlite")
        let types: [EventType] = [.dmSent, .newComment, .newLike, .dmSent, .newComment]
        _ = try await store.enqueue(
            types.enumerated().map {
                NewEvent(
                    webhook: .leadshark, verified: Fixture.webhook(for: $1, number: $0 + 1, happeningID: "h\($0)"),
                    eventHeader: nil)
            }, for: ["a"])
        let leases = try await store.lease("a", limit: 4, for: .seconds(60))
        _ = try await store.settle([
            Settlement(leases[0].token, .deadLetter(reason: "the target answered 400")),
            Settlement(leases[1].token, .deadLetter(reason: "no \u{1b}[2J way")),
            Settlement(leases[2].token, .retry(after: .seconds(3600), reason: "the target answered 503")),
            Settlement(leases[3].token, .completed),
        ])
        try await store.close()
    }

    private func run(_ arguments: String..., line: String?? = nil) async -> CommandRun {
        await CommandRun.of(["deliveries"] + arguments, in: directory, line: line)
    }

    private func ids(_ arguments: String...) async throws -> [Int] {
        let run = await CommandRun.of(["deliveries", "list", "--format", "ndjson"] + arguments, in: directory)
        #expect(run.status == 0, "\(run.errors)")
        return try run.output.split(separator: "\n").map { line in
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(row?["id"] as? Int)
        }
    }

    @Test("Filters narrow each other")
    func filters() async throws {
        try await fill()
        #expect(try await ids() == [5, 3, 2, 1])
        #expect(try await ids("--reason-contains", "TARGET answered") == [3, 1])
        #expect(try await ids("--reason-contains", "target", "--state", "waiting") == [3])
        #expect(try await ids("--reason-contains", "%") == [])
        #expect(try await ids("--since", "1h") == [5, 3, 2, 1])
        #expect(try await ids("--until", "1h") == [])
        #expect(try await ids("--until", "2020-01-01T00:00:00Z") == [])
        #expect(try await ids("--since", "2020-01-01T00:00:00.5+02:00", "--type", "new.like") == [3])
        #expect(try await ids("--person", "nobody") == [])
        #expect(try await ids("--limit", "2") == [5, 3])
        #expect(await run("list", "--state", "waiting", "--until", "1h").errors == "No delivery matches.\n")
    }

    @Test("Where nobody can be asked, nothing is sent round again without --yes, nor by a dry run, nor without a yes")
    func notRedelivered() async throws {
        try await fill()
        let alone = await run("redeliver", "--dead")
        #expect(alone.status == 64)
        #expect(alone.errors.contains("this would send 2 deliveries round again; say --yes"))
        let dry = await run("redeliver", "--dead", "--dry-run", "--yes")
        #expect(dry.status == 0 && dry.output == "2 deliveries would be sent round again\n")
        let named = await run("redeliver", "1", "5", "99", "--dry-run", "--format", "ndjson")
        #expect(named.output == #"{"asked":1,"dry_run":true,"redelivered":[]}"# + "\n")
        for answer in [nil, "", "y", "YES"] {
            let asked = await run("redeliver", "--dead", "--reason-contains", "400", line: .some(answer))
            #expect(asked.status == 1)
            #expect(asked.errors.contains("Send 1 delivery round again? Type yes: "))
            #expect(asked.errors.contains("nothing was sent round again"))
        }
        #expect(await run("redeliver", "--dead", "--type", "new.like").status == 1)
        #expect(try await ids("--state", "deadLettered") == [2, 1])
    }

    @Test("What is picked and agreed to is sent round again; what is named by number is not asked for")
    func redelivered() async throws {
        try await fill()
        let picked = await run("redeliver", "--dead", "--reason-contains", "400", line: "yes")
        #expect(picked.status == 0, "\(picked.errors)")
        #expect(picked.output.hasPrefix("1 of 1 sent round again"))
        #expect(await run("redeliver", "2").status == 0)
        let rest = await run("redeliver", "--state", "completed", "--waiting", "--yes", "--format", "json")
        #expect(rest.output == #"{"asked":2,"dry_run":false,"redelivered":[3,4]}"# + "\n")
        #expect(try await ids("--state", "ready") == [5, 4, 3, 2, 1])
    }

    @Test("What is completed while the operator still thinks about it is not sent round again as waiting or dead")
    func completedMeanwhile() async throws {
        try await fill()
        let database = try DatabaseQueue(path: directory.path + "/leadshark.sqlite")
        let settled = NIOLockedValueBox(false)
        let run = await CommandRun.of(
            ["deliveries", "redeliver", "--waiting", "--dead"], in: directory, line: "yes",
            meanwhile: {
                let change = "UPDATE delivery SET state = 'completed', due_at = NULL, settled_at = 1 WHERE id IN (2, 3)"
                settled.withLockedValue { $0 = (try? database.write { try $0.execute(sql: change) }) != nil }
            })
        #expect(settled.withLockedValue { $0 })
        #expect(run.output.hasPrefix("1 of 3 sent round again; the others are no longer so, or not there"))
        #expect(try await ids("--state", "ready") == [5, 1])
        #expect(try await ids("--state", "completed") == [4, 3, 2])
    }

    @Test("Events are deleted by reason, handler and time")
    func deletes() async throws {
        try await fill()
        #expect(await run("delete", "--until", "1h", "--yes").status == 1)
        #expect(await run("delete", "--handler", "b", "--yes").status == 1)
        let deleted = await run("delete", "--reason-contains", "answered", "--since", "1h", "--yes")
        #expect(deleted.output == "2 of 2 events (2 deliveries, 1 of them open) deleted\n")
        #expect(try await ids() == [5, 2])
    }

    @Test("Statistics count what filters pick, in the same form")
    func stats() async throws {
        try await fill()
        let all = await run("stats", "--format", "json")
        let since = await run("stats", "--format", "json", "--since", "1h")
        #expect(all.status == 0 && since.status == 0)
        func states(_ run: CommandRun) throws -> [[String: Int]] {
            let rows = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]]
            return try #require(rows).compactMap { $0["states"] as? [String: Int] }
        }
        #expect(try states(all) == states(since))
        let some = await run("stats", "--format", "ndjson", "--reason-contains", "answered")
        #expect(some.output.contains(#""deadLettered":1,"#) && some.output.contains(#""waiting":1}"#))
        #expect(await run("stats", "--type", "none").errors == "No delivery matches.\n")
    }

    // MARK: Exports

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test("An export has each event once, with its payload byte for byte, hostile ones too")
    func exports() async throws {
        try await fill()
        let store = try await SQLiteDeliveryStore.open(path: directory.path + "/leadshark.sqlite")
        let name = "\u{1b}]0;owned\u{7}\u{202e}\u{2028}"
        let hostile = Fixture.payload(for: .newLike, number: 9, name: name)
        let broken: [UInt8] = [0x7b, 0xff, 0x0a, 0x1b]
        _ = try await store.enqueue(
            [hostile, broken].map {
                NewEvent(
                    webhook: .leadshark, verified: VerifiedWebhook(authenticated: $0, by: .current), eventHeader: nil)
            }, for: ["a", "b"])
        try await store.close()

        let run = await run("export")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x202e })
        let events = try objects(run.output)
        #expect(events.compactMap { $0["event_id"] as? Int } == [7, 6, 5, 4, 3, 2, 1])
        let payloads = events.compactMap { $0["payload"] as? [String: String] }
        #expect(payloads[0]["base64"].flatMap { Data(base64Encoded: $0) } == Data(broken))
        #expect(payloads[1]["text"].map { Array($0.utf8) } == hostile)
        #expect((events[0]["deliveries"] as? [Any])?.count == 2)

        let picked = await self.run("export", "--state", "deadLettered", "--handler", "a", "--type", "dm.sent")
        #expect(try objects(picked.output).compactMap { $0["event_id"] as? Int } == [1])
        let none = await self.run("export", "--type", "none")
        #expect(none.status == 0 && none.output.isEmpty)
    }

    @Test("An export into a file makes a new one, for its owner alone")
    func exportsToFile() async throws {
        try await fill()
        let run = await run("export", "--output", "out.ndjson")
        #expect(run.status == 0 && run.output.isEmpty)
        #expect(run.errors == "Exported 5 events to out.ndjson.\n")
        #expect(try objects(directory.read("out.ndjson")).count == 5)
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path + "/out.ndjson")[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let again = await self.run("export", "--output", "out.ndjson", "--type", "none")
        #expect(again.status == 73)
        #expect(again.errors.contains("out.ndjson is there already; name another file"))
        #expect(try objects(directory.read("out.ndjson")).count == 5)
        #expect(await self.run("export", "--output", "none/out").status == 73)
    }

    @Test("An export of very many events goes through in pages")
    func manyEvents() async throws {
        let store = try await SQLiteDeliveryStore.open(path: directory.path + "/leadshark.sqlite")
        let events = (0..<2500).map {
            NewEvent(
                webhook: .leadshark, verified: Fixture.webhook(for: .newComment, number: $0, happeningID: "h\($0)"),
                eventHeader: nil)
        }
        _ = try await store.enqueue(events, for: ["a", "b", "c"])
        try await store.close()
        let run = await run("export")
        let ids = try objects(run.output).compactMap { $0["event_id"] as? Int }
        #expect(ids == Array((1...2500).reversed()))
        let dry = await self.run("redeliver", "--waiting", "--yes")
        #expect(dry.status == 1)
        #expect(
            await self.run("delete", "--handler", "c", "--dry-run").output.hasPrefix("2500 events (7500 deliveries"))
    }

    // MARK: Backups

    @Test("A backup is a store, and no file is overwritten")
    func backup() async throws {
        try await fill()
        let made = await run("backup", "copy.sqlite", "--format", "json")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.hasPrefix(#"{"bytes":"#))
        let before = try await ids()
        #expect(try await ids("--store", "sqlite:copy.sqlite") == before)
        let again = await run("backup", "copy.sqlite")
        #expect(again.status == 73 && again.errors.contains("is there already"))
        #expect(await run("backup", "none/copy.sqlite").status == 73)
        #expect(try directory.names.filter { !$0.hasPrefix("leadshark.sqlite") } == ["copy.sqlite"])
    }
}
#endif
