#if Server
import Foundation
import LeadSharkDelivery
import LeadSharkSQLite
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import leadshark

@Suite("deliveries")
struct DeliveriesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.path + "/leadshark.sqlite" }

    /// A store with three events for two handlers: what `a` had to do is done, waits, and is dead.
    private func fill() async throws {
        let store = try await SQLiteDeliveryStore.open(path: path)
        let hostile = Fixture.webhook(for: .newLike, number: 3, name: "\u{1b}]0;owned\u{7}\u{202e}")
        let webhooks = [
            Fixture.webhook(for: .dmSent, number: 1), Fixture.webhook(for: .newComment, number: 2), hostile,
        ]
        _ = try await store.enqueue(
            webhooks.map { NewEvent(webhook: .leadshark, verified: $0, eventHeader: nil) }, for: ["a", "b"])
        let leases = try await store.lease("a", limit: 3, for: .seconds(60))
        _ = try await store.settle([
            Settlement(leases[0].token, .completed),
            Settlement(leases[1].token, .retry(after: .seconds(3600), reason: "busy")),
            Settlement(leases[2].token, .deadLetter(reason: "no way")),
        ])
        try await store.close()
    }

    private func rows(_ arguments: String...) async throws -> [[String: Any]] {
        let run = await CommandRun.of(["deliveries", "list", "--format", "json"] + arguments, in: directory)
        #expect(run.status == 0, "\(run.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]])
    }

    private func states(_ rows: [[String: Any]]) -> [String] { rows.compactMap { $0["state"] as? String } }

    @Test(
        "Without a store there is nothing to see, and none is made",
        arguments: [
            ["list"], ["show", "1"], ["redeliver", "1"], ["redeliver", "--dead"], ["stats"], ["delete", "1", "--yes"],
            ["export"], ["export", "--output", "out"], ["backup", "out"], ["stats", "--type", "x"],
        ])
    func noStore(arguments: [String]) async throws {
        let run = await CommandRun.of(["deliveries"] + arguments, in: directory)
        #expect(run.status == 66)
        #expect(run.errors.contains("leadshark: there is no store at"))
        #expect(try directory.names.isEmpty)
    }

    @Test(
        "A file that is no store is left as it is",
        arguments: [["list"], ["redeliver", "--dead"], ["stats"], ["delete", "1"], ["export"], ["backup", "out"]])
    func noDatabase(arguments: [String]) async throws {
        try directory.write("leadshark.sqlite", String(repeating: "no store ", count: 1000))
        let run = await CommandRun.of(["deliveries"] + arguments, in: directory)
        #expect(run.status == 65)
        #expect(try directory.read("leadshark.sqlite").hasPrefix("no store "))
        #expect(try directory.names == ["leadshark.sqlite"])
    }

    @Test(
        "What cannot be meant is a matter of usage",
        arguments: [
            ["list", "--state", "dead"], ["list", "--limit", "0"], ["list", "--limit", "100001"],
            ["list", "--handler", "A"],
            ["list", "--webhook", ""], ["show"], ["show", "x"], ["show", "1", "--event", "1"], ["show", "0"],
            ["show", "-1"],
            ["show", "99999999999999999999"], ["redeliver"], ["redeliver", "1", "--dead"],
            ["redeliver", "1", "--waiting"],
            ["redeliver", "1", "--handler", "a"], ["delete"], ["delete", "--yes"], ["delete", "1", "--type", "x"],
            ["delete", "--identity", "abc"], ["delete", "--event", "0"], ["delete", "1", "--event", "1"],
            ["delete", "--event", "1", "--type", "x"], ["delete", "--person", ""], ["delete", "--state", "gone"],
            ["stats", "1"], ["redeliver", "--type", "x"], ["redeliver", "--state", "ready"],
            ["redeliver", "1", "--state", "waiting"], ["redeliver", "--dead", "--reason-contains", ""],
            ["list", "--since", "yesterday"], ["list", "--until", "2026-02-30T00:00:00Z"], ["list", "--since", "0h"],
            ["list", "--person", ""], ["export", "1"], ["export", "--format", "json"], ["export", "--output", ""],
            ["backup"], ["backup", ""], ["backup", "a", "b"], ["list", "--format", "csv"],
            ["list", "--store", "leadshark.sqlite"],
        ])
    func usage(arguments: [String]) async {
        let run = await CommandRun.of(["deliveries"] + arguments, in: directory)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.output.isEmpty && !run.errors.isEmpty)
    }

    @Test("The list shows what is not completed, and whatever is asked for")
    func lists() async throws {
        try await fill()
        #expect(try await states(rows()).sorted() == ["deadLettered", "ready", "ready", "ready", "waiting"])
        #expect(try await states(rows("--state", "completed")) == ["completed"])
        #expect(
            try await states(rows("--state", "waiting", "--state", "deadLettered")) == ["deadLettered", "waiting"])
        #expect(try await states(rows("--handler", "b")) == ["ready", "ready", "ready"])
        #expect(try await rows("--type", "new.like").count == 2)
        #expect(try await rows("--webhook", "crm").isEmpty)
        #expect(try await rows("--limit", "2").count == 2)
        let dead = try #require(try await rows("--state", "deadLettered").first)
        #expect(dead["reason"] as? String == "no way")
        #expect(dead["attempts"] as? Int == 1)
    }

    @Test("What is hostile in a reason or a payload is shown as escapes; JSON is unchanged")
    func hostile() async throws {
        try await fill()
        let list = await CommandRun.of("deliveries", "list", in: directory)
        #expect(list.output.contains("busy") && list.output.contains("no way"))
        let dead = try #require(try await rows("--state", "deadLettered").first?["id"] as? Int)
        let show = await CommandRun.of("deliveries", "show", "\(dead)", in: directory)
        #expect(show.status == 0)
        for run in [list, show] {
            #expect(run.output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x202e })
        }
        #expect(show.output.contains("new.like"))
        let event = try #require(try await rows("--state", "deadLettered").first?["event_id"] as? Int)
        let byEvent = await CommandRun.of("deliveries", "show", "--event", "\(event)", in: directory)
        #expect(byEvent.output == show.output)
        let json = await CommandRun.of("deliveries", "show", "\(dead)", "--format", "json", in: directory)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let payload = try #require((object["payload"] as? [String: Any])?["text"] as? String)
        let name = Fixture.payload(for: .newLike, number: 3, name: "\u{1b}]0;owned\u{7}\u{202e}")
        #expect(Array(payload.utf8) == name)
    }

    @Test("A row is a line, whatever is in its reason and type")
    func hostileRow() throws {
        let identity = try #require(EventIdentity(bytes: [UInt8](repeating: 7, count: 32)))
        let summary = DeliverySummary(
            id: .init(rawValue: 1), event: .init(rawValue: 2), identity: identity, webhook: .leadshark,
            type: EventType(rawValue: "a\u{9b}2J"), handler: "h", state: .waiting, attempts: 3,
            receivedAt: Date(timeIntervalSince1970: 0), dueAt: Date(timeIntervalSince1970: 1),
            reason: "no\nway\u{1b}")
        let lines = DeliveryRow.table([summary]).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines.last?.hasSuffix("a\\u{9B}2J  1970-01-01T00:00:00Z  1970-01-01T00:00:01Z  no\\u{0A}way\\u{1B}")
                == true)
    }

    @Test("Bytes that are not UTF-8 are shown as escapes, and in base64")
    func notUTF8() async throws {
        let payload: [UInt8] = [0x7b, 0xff, 0x1b]
        let event = StoredEvent(
            id: .init(rawValue: 1), webhook: .leadshark,
            identity: try #require(.init(bytes: [UInt8](repeating: 7, count: 32))),
            type: nil, receivedAt: Date(timeIntervalSince1970: 0), payload: payload, secret: .previous,
            contradictingHeader: "x\u{1b}")
        let record = EventRecord(event: event, deliveries: [], duplicateCount: 2, otherPayloads: [[0x9b]])
        let text = EventReport.text(record)
        #expect(text.contains("{\\x{FF}\\u{1B}"))
        #expect(text.contains("\\x{9B}"))
        #expect(text.contains("said otherwise: x\\u{1B}"))
        #expect(text.contains("with the previous secret"))
        let json = String(decoding: try JSONEncoder().encode(EventReport(record)), as: UTF8.self)
        #expect(json.contains("\"base64\":\"e\\/8b\""))
    }

    @Test("An empty file, as a start that was broken off leaves it, is told with the next step")
    func emptyStore() async throws {
        try directory.write("leadshark.sqlite", "")
        let run = await CommandRun.of("deliveries", "list", in: directory)
        #expect(run.status == 65)
        #expect(run.errors.contains("is empty; start the receiver once"), "\(run.errors)")
    }

    @Test("Numbers and --dead together are refused as such, and an empty list says what was asked for")
    func sentences() async throws {
        try await fill()
        let both = await CommandRun.of("deliveries", "redeliver", "--dead", "1", in: directory)
        #expect(both.status == 64 && both.errors.contains("not both"))
        let none = await CommandRun.of("deliveries", "list", "--type", "x", in: directory)
        #expect(none.status == 0 && none.errors == "No delivery matches.\n")
    }

    @Test("Names in JSON are snake_case, and times have milliseconds")
    func shape() async throws {
        try await fill()
        let row = try #require(try await rows("--state", "waiting").first)
        #expect(
            Set(row.keys) == [
                "id", "event_id", "identity", "webhook", "type", "handler", "state", "attempts", "received_at",
                "due_at",
                "reason",
            ])
        let received = try #require(row["received_at"] as? String)
        #expect(received.utf8.count == "2026-01-01T00:00:00.000Z".utf8.count && received.contains("."))
    }

    @Test("A number that no delivery has is told")
    func unknownNumber() async throws {
        try await fill()
        let show = await CommandRun.of("deliveries", "show", "999", in: directory)
        #expect(show.status == 1)
        #expect(show.errors.contains("no delivery 999"))
        let event = await CommandRun.of("deliveries", "show", "--event", "999", in: directory)
        #expect(event.status == 1)
        #expect(event.errors.contains("no event 999"))
        let redeliver = await CommandRun.of("deliveries", "redeliver", "999", in: directory)
        #expect(redeliver.status == 1)
        #expect(redeliver.output.contains("0 of 1"))
    }

    @Test("Without a receiver, dead letters are made ready by the command itself")
    func redeliversAlone() async throws {
        try await fill()
        let other = await CommandRun.of("deliveries", "redeliver", "--dead", "--handler", "b", in: directory)
        #expect(other.status == 1)
        let run = await CommandRun.of("deliveries", "redeliver", "--dead", "--type", "new.like", "--yes", in: directory)
        #expect(run.status == 0)
        #expect(run.output == "1 of 1 sent round again; no receiver runs: delivered at its next start\n")
        #expect(try directory.names == ["leadshark.sqlite"])
        #expect(try await states(rows("--state", "deadLettered")).isEmpty)
        #expect(try await states(rows("--handler", "a")).sorted() == ["ready", "waiting"])
        let mended = await CommandRun.of(
            "deliveries", "redeliver", "--waiting", "--handler", "a", "--yes", in: directory)
        #expect(mended.status == 0, "\(mended.errors)")
        #expect(try await states(rows("--handler", "a")) == ["ready", "ready"])
        let again = await CommandRun.of("deliveries", "redeliver", "--waiting", in: directory)
        #expect(again.status == 1)
    }

    // MARK: Deleting and counting

    private func delete(_ arguments: String..., line: String?? = nil) async -> CommandRun {
        await CommandRun.of(["deliveries", "delete"] + arguments, in: directory, line: line)
    }

    @Test("Where nobody can be asked, nothing is deleted without --yes, nor by a dry run, nor without a yes")
    func notDeleted() async throws {
        try await fill()
        let alone = await delete("--type", "dm.sent")
        #expect(alone.status == 64)
        #expect(alone.errors.contains("would delete 1 event (2 deliveries, 1 of them open); say --yes"))
        let dry = await delete("--type", "dm.sent", "--dry-run", "--yes")
        #expect(dry.status == 0)
        #expect(dry.output == "1 event (2 deliveries, 1 of them open) would be deleted\n")
        for answer in [nil, "", "y", "no", "YES"] {
            let asked = await delete("--type", "dm.sent", line: .some(answer))
            #expect(asked.status == 1)
            #expect(asked.errors.contains("Delete 1 event (2 deliveries, 1 of them open) for good? Type yes: "))
            #expect(asked.errors.contains("nothing was deleted"))
        }
        let none = await delete("--type", "dm.sent", "--webhook", "crm", "--yes")
        #expect(none.status == 1 && none.output == "No event matches.\n")
        #expect(try await rows("--state", "completed", "--state", "ready").count == 4)
    }

    @Test("What is deleted is gone with the deliveries of all handlers, and is a duplicate when it comes again")
    func deletes() async throws {
        try await fill()
        let asked = await delete("--state", "deadLettered", line: "yes")
        #expect(asked.status == 0, "\(asked.errors)")
        #expect(asked.output == "1 of 1 event (2 deliveries, 1 of them open) deleted\n")
        let identity = try #require(try await rows("--type", "new.comment").first?["identity"] as? String)
        let json = await delete("--identity", identity, "--yes", "--format", "json")
        #expect(json.output == #"{"deleted":1,"deliveries":2,"dry_run":false,"events":1,"open":2}"# + "\n")
        #expect(await delete("--identity", identity, "--yes").status == 1)
        let last = try #require(try await rows("--type", "dm.sent").first?["id"] as? Int)
        #expect(
            await delete("\(last)", "999", "--yes").output == "1 of 1 event (2 deliveries, 1 of them open) deleted\n")
        #expect(try directory.names == ["leadshark.sqlite"])
        #expect(try await rows().isEmpty)
        let store = try await SQLiteDeliveryStore.open(path: path)
        let again = NewEvent(
            webhook: .leadshark, verified: Fixture.webhook(for: .dmSent, number: 1), eventHeader: nil)
        #expect(try await store.enqueue([again], for: ["a"]) == [.duplicate(payloadDiffers: false)])
        try await store.close()
    }

    @Test("An event is deleted by its own number, whether it has deliveries or not")
    func deletesEvents() async throws {
        try await fill()
        let store = try await SQLiteDeliveryStore.open(path: path)
        let test = NewEvent(
            webhook: .leadshark,
            verified: VerifiedWebhook(authenticated: Fixture.testEvent(id: "1"), by: .current), eventHeader: nil)
        #expect(try await store.enqueue([test], for: ["a"]) == [.stored(EventID(rawValue: 4))])
        try await store.close()
        #expect(await delete("--event", "99", "--yes").status == 1)
        let run = await delete("--event", "4", "--event", "1", "--event", "99", "--yes")
        #expect(run.output == "2 of 2 events (2 deliveries, 1 of them open) deleted\n")
        #expect(await delete("--event", "4", "--yes").status == 1)
    }

    @Test("All that is kept of a person is deleted by the ids that LeadShark gives")
    func deletesPerson() async throws {
        try await fill()
        let payload = Fixture.payload(for: .dmSent, number: 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any])
        let lead = try #require((object["data"] as? [String: Any])?["lead"] as? [String: Any])
        let id = try #require((lead["actor_id"] ?? lead["linkedin_username"]) as? String)
        #expect(await delete("--person", "nobody", "--yes").status == 1)
        let run = await delete("--person", id, "--person", "nobody", "--yes", "--format", "json")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try await rows("--type", "dm.sent").isEmpty)
        #expect(try await rows().isEmpty == false)
    }

    @Test("Statistics count each handler's deliveries in text and JSON")
    func stats() async throws {
        try await fill()
        let text = await CommandRun.of("deliveries", "stats", in: directory)
        #expect(text.status == 0)
        let lines = text.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(
            lines.first == [
                "HANDLER", "queued", "ready", "leased", "waiting", "completed", "deadLettered", "OLDEST", "OPEN",
            ])
        #expect(
            lines.dropFirst().map { $0.prefix(7) } == [
                ["a", "0", "0", "0", "1", "1", "1"], ["b", "0", "3", "0", "0", "0", "0"],
            ])
        let json = await CommandRun.of("deliveries", "stats", "--format", "json", in: directory)
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(rows.map { $0["handler"] as? String } == ["a", "b"])
        #expect((rows.first?["states"] as? [String: Int])?["deadLettered"] == 1)
        #expect(rows.allSatisfy { ($0["oldest_open_seconds"] as? Int ?? -1) >= 0 })
        #expect(
            [0, 59, 60, 3599, 3600, 86_399, 86_400, 10_000_000].map { LeadShark.Deliveries.Stats.text(.seconds($0)) }
                == ["0s", "59s", "1m", "59m", "1h", "23h", "1d", "115d"])
    }

    @Test("Who owns the store and does not answer is told")
    func ownerWithoutSocket() async throws {
        try await fill()
        let owner = try await SQLiteDeliveryStore.open(path: path)
        let list = await CommandRun.of("deliveries", "list", in: directory)
        #expect(list.status == 0)
        let run = await CommandRun.of("deliveries", "redeliver", "--dead", "--yes", in: directory)
        #expect(run.status == 75)
        #expect(run.errors.contains("its control socket"))
        let deletion = await delete("--state", "deadLettered", "--yes")
        #expect(deletion.status == 75 && deletion.errors.contains("its control socket"))
        let stats = await CommandRun.of("deliveries", "stats", in: directory)
        #expect(stats.status == 0)
        try await owner.close()
    }
}
#endif
