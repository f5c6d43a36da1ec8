#if Server
import Foundation
import TestPeers

/// The real receiver as a process of its own, which can be killed and started again on the same port and store.
final class RunningReceiver {
    static let secret = "end-to-end-secret-Ä"

    let folder: TemporaryFolder
    let port: Int
    private let commandLine: [String]
    private let environment: [String: String]
    private let errorPipe: Pipe?
    private(set) var program: Program

    /// Starts `leadshark serve` and waits until it answers. Its log goes to a file, or to `errorPipe`.
    ///
    /// - Parameters:
    ///   - more: What its command line has besides.
    ///   - database: The URL of its store, when that is no file.
    ///   - executable: What takes the place of `leadshark`.
    ///   - entry: What goes before it: a program that becomes it.
    init(
        in folder: TemporaryFolder, _ more: [String] = [], store: String = "store.sqlite", database: String? = nil,
        executable: String = Program.leadshark, through entry: [String] = [], environment: [String: String] = [:],
        errorPipe: Pipe? = nil
    ) async throws {
        self.folder = folder
        self.errorPipe = errorPipe
        port = try ClosedPort.number()
        var own = ["LEADSHARK_WEBHOOK_SECRET_FILE": folder.file("secret").path]
        own["LEADSHARK_STORE"] = database
        self.environment = environment.merging(own) { $1 }
        commandLine =
            entry
            + [
                executable, "serve", "--listen", "127.0.0.1:\(port)", "--admin-listen", "127.0.0.1:0",
            ] + (database == nil ? ["--store", "sqlite:\(store)"] : []) + more
        _ = try folder.write(Self.secret, to: "secret")
        program = try Self.start(commandLine, self.environment, in: folder, errorPipe)
        try await untilReady()
    }

    func restart() async throws {
        program = try Self.start(commandLine, environment, in: folder, errorPipe)
        try await untilReady()
    }

    /// Ends the process as a power failure would.
    func kill() async throws {
        program.send(SIGKILL)
        try await program.status()
    }

    /// Ends the process as an operator would.
    ///
    /// - Returns: Its exit code.
    func stop() async throws -> Int32 {
        program.send(SIGTERM)
        return try await program.status()
    }

    private static func start(
        _ commandLine: [String], _ environment: [String: String], in folder: TemporaryFolder, _ errorPipe: Pipe?
    ) throws -> Program {
        try Program(
            commandLine[0], Array(commandLine.dropFirst()), environment: environment, in: folder, errorPipe: errorPipe)
    }

    private func untilReady() async throws {
        try await condition("the receiver answers: \(program.standardError.suffix(2000))") {
            guard program.isRunning else {
                throw Timeout(description: "the receiver ended: \(program.standardError.suffix(2000))")
            }
            return Loopback.answers(port: port)
        }
    }
}

enum Loopback {
    /// Whether somebody takes connections at a port.
    static func answers(port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address(port: port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
#endif
