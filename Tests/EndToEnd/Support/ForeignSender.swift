#if Server
import Foundation
import Testing

/// The Python program that acts as LeadShark and keeps the ledger of what was acknowledged.
struct ForeignSender {
    let receiver: RunningReceiver
    private let program: Program
    private let ledger: String

    /// Begins to send.
    ///
    /// - Parameters:
    ///   - people: How many people the events are of, whose turns come round; by default one for each event.
    ///   - rate: How many events are begun in a second at most.
    ///   - end: No more are begun when this file is there.
    init(
        to receiver: RunningReceiver, count: Int, concurrency: Int = 64, repeating: Int = 1, run: String = "a",
        persisting: Bool = false, people: Int? = nil, rate: Int? = nil, until end: URL? = nil
    ) throws {
        self.receiver = receiver
        ledger = "ledger-\(UUID().uuidString)"
        var arguments = [
            Program.peer("sender.py"), "--port", "\(receiver.port)", "--secret-file",
            receiver.folder.file("secret").path, "--ledger", receiver.folder.file(ledger).path, "--run", run,
            "--count", "\(count)", "--concurrency", "\(concurrency)", "--repeat", "\(repeating)",
        ]
        if persisting { arguments.append("--persist") }
        if let people { arguments += ["--people", "\(people)"] }
        if let rate { arguments += ["--rate", "\(rate)"] }
        if let end { arguments += ["--until", end.path] }
        program = try Program("python3", arguments, in: receiver.folder)
    }

    var isRunning: Bool { program.isRunning }

    /// The file with the ledger.
    var ledgerPath: String { receiver.folder.file(ledger).path }

    /// The identities that were answered 200, in the order of their answers.
    func answers() throws -> [String] {
        try receiver.folder.lines(of: ledger).compactMap { line in
            (line["time"] as? Int).flatMap { time in (line["identity"] as? String).map { (time, $0) } }
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The identities that were answered 200 so far.
    func acknowledged() throws -> Set<String> {
        Set(try receiver.folder.lines(of: ledger).compactMap { $0["identity"] as? String })
    }

    /// Waits for the end.
    ///
    /// - Returns: How often each status was answered; status 0 is a broken connection.
    func statuses() async throws -> [String: Int] {
        let status = try await program.status(within: .seconds(3600))
        #expect(status == 0, "\(program.standardError)")
        return try JSONSerialization.jsonObject(with: Data(program.standardOutput.utf8)) as? [String: Int] ?? [:]
    }
}
#endif
