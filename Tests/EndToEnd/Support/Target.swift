#if Server
import Foundation
import Testing

/// Where leads are forwarded to: a program in Python, whose ledger `target.ndjson` in the test's folder says what came.
struct Target {
    let program: Program

    /// Starts it and waits until it listens.
    ///
    /// - Parameter arguments: What `target.py` takes after its ledger.
    init(at port: Int, in folder: TemporaryFolder, _ arguments: String...) async throws {
        program = try Program(
            "python3", [Program.peer("target.py"), "\(port)", folder.file("target.ndjson").path] + arguments, in: folder
        )
        try await condition("the target listens") { program.standardOutput.contains("ready") }
    }

    func stop() { program.send(SIGTERM) }
}
#endif
