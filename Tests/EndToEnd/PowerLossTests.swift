#if Server
import Foundation
import Testing

/// What a loss of power leaves, at moments that a seed chooses, of a real receiver's files: all that it had synced, and nothing
/// or any part of what it had not. What it writes and syncs is written down by a library that goes before it.
@Suite("What was answered 200 outlasts a loss of power", .serialized)
struct PowerLossTests {
    private let folder: TemporaryFolder
    private let seed = UInt32.random(in: .min ... .max)

    init() throws { folder = try TemporaryFolder() }

    /// A moment at which the power went.
    private struct Moment: Decodable {
        let answered: Int
        let lost: Int
        let verdict: String
    }

    private struct Report: Decodable {
        let points: [Moment]
        let isComplete: Bool
        let syncs: Int
        let checkpoints: Int
    }

    /// Has a receiver take events, be killed and take the rest, and looks at what would have been left.
    private func run(_ executable: String, _ arguments: [String], count: Int, moments: Int) async throws -> (
        Report, ForeignSender
    ) {
        let library = try await folder.library(of: "power-loss.c")
        let receiver = try await RunningReceiver(
            in: folder, arguments, executable: executable,
            environment: ["LD_PRELOAD": library, "LEADSHARK_TEST_POWER_FOLDER": folder.realPath])
        let sender = try ForeignSender(to: receiver, count: count, concurrency: 8, persisting: true)
        try await condition("half are acknowledged") { try sender.acknowledged().count >= count / 2 }
        try await receiver.kill()
        try await receiver.restart()
        #expect(try await sender.statuses()["200"] == count)
        try await receiver.kill()

        let peer = try Program(
            "python3", [Program.peer("power-loss.py"), folder.realPath, sender.ledgerPath, "\(moments)", "\(seed)"],
            in: folder)
        #expect(try await peer.status() == 0, "seed \(seed): \(peer.standardError)")
        let report = try JSONDecoder().decode(Report.self, from: Data(peer.standardOutput.utf8))
        #expect(report.isComplete, "what was written down makes the files as they are")
        #expect(report.points.count == moments && report.points.last?.answered == count)
        return (report, sender)
    }

    /// The identities in the lines of a file that are whole. Lines that were never synced may have holes.
    private func wholeLines(of name: String) -> Set<String> {
        Set(
            ((try? Data(contentsOf: folder.file(name))) ?? Data()).split(separator: UInt8(ascii: "\n")).compactMap {
                (try? JSONSerialization.jsonObject(with: $0) as? [String: Any])?["identity"] as? String
            })
    }

    @Test("Whenever it comes, all is in the store, which is sound, and comes out when a receiver begins on it")
    func synced() async throws {
        let moments = 24
        let (report, sender) = try await run(
            Program.leadshark, ["--leads-file", "leads.ndjson"], count: 1_000, moments: moments)
        #expect(report.syncs > 100 && report.checkpoints > 2)
        for (number, moment) in report.points.enumerated() {
            #expect(moment.lost == 0 && moment.verdict == "ok", "seed \(seed), moment \(number): \(moment)")
        }
        // Also what had been delivered before: its line is there, or the delivery is not completed.
        let answers = try sender.answers()
        for number in [0, 1, moments / 2, moments - 1] {
            let place = "power-\(number)"
            let receiver = try await RunningReceiver(
                in: folder, ["--leads-file", "\(place)/leads.ndjson"], store: "\(place)/store.sqlite")
            let due = Set(answers.prefix(report.points[number].answered))
            try await condition("all came out, seed \(seed), moment \(number)") {
                wholeLines(of: "\(place)/leads.ndjson").isSuperset(of: due)
            }
            #expect(try await receiver.stop() == 0)
        }
    }

    @Test("The same look at a store that does not wait for the disk finds that much is lost")
    func notSynced() async throws {
        let (report, _) = try await run(Program.besideTests("UnsafeReceiver"), [], count: 400, moments: 8)
        for (number, moment) in report.points.enumerated()
        where number > 0 && number.isMultiple(of: 2) {
            #expect(moment.lost > 0, "seed \(seed), moment \(number): \(moment)")
        }
    }
}
#endif
