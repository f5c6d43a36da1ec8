#if Postgres
import Foundation

/// The real worker as a process of its own, which can be killed and started again.
final class RunningWorker {
    private let folder: TemporaryFolder
    private let environment: [String: String]
    private let arguments: [String]
    private(set) var program: Program

    /// Starts `leadshark worker` on a database and waits until it works.
    init(
        in folder: TemporaryFolder, database: String, _ more: [String], environment: [String: String] = [:]
    ) async throws {
        self.folder = folder
        self.environment = environment.merging(["LEADSHARK_STORE": database]) { $1 }
        arguments = ["worker", "--admin-listen", "127.0.0.1:0"] + more
        program = try Self.start(arguments, self.environment, folder)
        try await untilReady()
    }

    func restart() async throws {
        program = try Self.start(arguments, environment, folder)
        try await untilReady()
    }

    func kill() async throws {
        program.send(SIGKILL)
        try await program.status()
    }

    /// - Returns: Its exit code.
    func stop() async throws -> Int32 {
        program.send(SIGTERM)
        return try await program.status()
    }

    private static func start(
        _ arguments: [String], _ environment: [String: String], _ folder: TemporaryFolder
    ) throws -> Program {
        try Program(Program.leadshark, arguments, environment: environment, in: folder)
    }

    private func untilReady() async throws {
        try await condition("the worker runs: \(program.standardError.suffix(2000))") {
            guard program.isRunning else {
                throw Timeout(description: "the worker ended: \(program.standardError.suffix(2000))")
            }
            return program.standardError.contains("Health at")
        }
    }
}
#endif
