#if Postgres
import Foundation
import TestPeers

/// A PostgreSQL server of the tests' own, with its data in a directory of its own, on a port of its own. It ends with this
/// process, or with the last reference.
public final class PostgresCluster: Sendable {
    /// The password of its user.
    public static let password = "Päss word/@:%'1"

    /// The port on the loopback interface.
    public let port: Int
    /// The directory of its UNIX socket.
    public let directory: String

    private let status: URL
    private let commands: FileHandle
    private let program: ChildProcess

    private actor Shared {
        private var task: Task<PostgresCluster, any Error>?

        func cluster() async throws -> PostgresCluster {
            let task = task ?? Task { try await PostgresCluster() }
            self.task = task
            return try await task.value
        }
    }

    private static let shared = Shared()

    /// The server that all tests share; each has a schema of its own in it. Nobody stops it.
    public static func shared() async throws -> PostgresCluster { try await shared.cluster() }

    /// Starts a server, and waits until it takes connections.
    ///
    /// - Throws: When PostgreSQL is not installed, or does not start: a test cannot do without it.
    public init() async throws {
        let programs = try Self.programs()
        let name = UUID().uuidString.prefix(8)
        port = try Self.freePort()
        // Not where TMPDIR leads: the server's user has to get there, and a socket's path is short.
        directory = "/tmp/leadshark-pg-\(name)"
        status = FileManager.default.temporaryDirectory.appendingPathComponent("leadshark-pg-\(UUID().uuidString)")
        try Data().write(to: status)
        let pipe = Pipe()
        commands = pipe.fileHandleForWriting
        // No program that a test starts may hold it open.
        _ = fcntl(commands.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("server.sh")
        _ = fcntl(pipe.fileHandleForReading.fileDescriptor, F_SETFD, FD_CLOEXEC)
        program = try ChildProcess(
            ["/bin/sh", script.path, programs, directory, "\(port)", Self.password, status.path],
            input: pipe.fileHandleForReading.fileDescriptor)
        try pipe.fileHandleForReading.close()
        try await untilReady(1)
    }

    deinit {
        try? commands.close()
        // Its number must not be anybody else's meanwhile, nor its directory be left.
        _ = program.waitForEnd()
        try? FileManager.default.removeItem(at: status)
        try? FileManager.default.removeItem(atPath: status.path + ".log")
    }

    /// The URL of a schema in its database, over TCP.
    public func url(schema: String, _ parameters: String = "") -> String {
        url(schema: schema, host: "127.0.0.1", port: port, parameters)
    }

    /// The same by way of somebody in between.
    public func url(schema: String, host: String, port: Int, _ parameters: String = "") -> String {
        "postgres://leadshark:\(Self.encodedPassword)@\(host):\(port)/postgres?schema=\(schema)&connect_timeout=60\(parameters)"
    }

    /// The password as it stands in a URL.
    public static var encodedPassword: String {
        password.utf8.map { String(format: "%%%02X", $0) }.joined()
    }

    /// A name for a schema that nobody else has.
    public static func makeSchema() -> String {
        "t_" + UUID().uuidString.lowercased().filter { $0 != "-" }
    }

    /// Stops the server in good order and starts it again. Connections break.
    public func restart() async throws { try await command("restart") }

    /// Ends the server as a crash would, and starts it again.
    public func crash() async throws { try await command("crash") }

    /// Stops the server in good order. Connections break, and none can be made until ``start()``.
    public func stop() async throws {
        let count = lines.count { $0 == "stopped" }
        try commands.write(contentsOf: Data("stop\n".utf8))
        try await until { lines.count { $0 == "stopped" } > count }
    }

    /// Starts the server that was stopped.
    public func start() async throws { try await command("start") }

    /// Begins a restart, and does not wait for its end.
    public func beginRestart() throws { try commands.write(contentsOf: Data("restart\n".utf8)) }

    private func command(_ word: String) async throws {
        let count = readyCount
        try commands.write(contentsOf: Data("\(word)\n".utf8))
        try await untilReady(count + 1)
    }

    private var lines: [Substring] {
        ((try? String(contentsOf: status, encoding: .utf8)) ?? "").split(separator: "\n")
    }

    private var readyCount: Int { lines.count { $0 == "ready" } }

    private func untilReady(_ count: Int) async throws {
        try await until { readyCount >= count }
    }

    private func until(_ isMet: () -> Bool) async throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(90)
        while !isMet() {
            guard !lines.contains("failed"), clock.now < end else {
                let log = (try? String(contentsOfFile: status.path + ".log", encoding: .utf8)) ?? ""
                throw Missing(description: "the PostgreSQL server of the tests does not start: \(log.suffix(2000))")
            }
            try await clock.sleep(for: .milliseconds(20))
        }
    }

    /// The directory of the server's programs, of the latest version that is there.
    private static func programs() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }
        let places = versions.sorted(by: >).map { "\(root)/\($0)/bin" } + ["/usr/local/bin", "/usr/bin"]
        guard let place = places.first(where: { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }) else {
            throw Missing(
                description:
                    "these tests need PostgreSQL's server, which is not here; Scripts/bootstrap test installs it")
        }
        return place
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard result == 0 else { throw Missing(description: "no port is free") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }
}
#endif
