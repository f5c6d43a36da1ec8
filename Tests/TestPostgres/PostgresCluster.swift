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

    private let script: ServerScript

    private static let shared = Shared { try await PostgresCluster() }

    /// The server that all tests share; each has a schema of its own in it. Nobody stops it.
    public static func shared() async throws -> PostgresCluster { try await shared.value() }

    /// Starts a server, and waits until it takes connections.
    ///
    /// - Parameter certificates: With them it takes connections with TLS too; without, none.
    /// - Throws: When PostgreSQL is not installed, or does not start: a test cannot do without it.
    public convenience init(certificates: TestCertificates? = nil) async throws {
        try await self.init(certificates, standbyOf: nil)
    }

    private init(_ certificates: TestCertificates?, standbyOf primary: PostgresCluster?) async throws {
        port = try ClosedPort.number()
        directory = ServerScript.freeDirectory()
        script = try ServerScript(
            "server.sh", running: "the PostgreSQL server of the tests",
            [try Self.programs(), directory, "\(port)", Self.password],
            [certificates?.directory ?? "", primary.map { "\($0.port)" } ?? ""])
        try await script.until("ready")
    }

    /// Starts another server with a copy of this one's data, which follows it and can be read.
    public func standby() async throws -> PostgresCluster { try await PostgresCluster(nil, standbyOf: self) }

    /// The URL of a schema in its database, over TCP.
    public func url(schema: String, _ parameters: String = "") -> String {
        url(schema: schema, host: "127.0.0.1", port: port, parameters)
    }

    /// The same by way of somebody in between.
    public func url(schema: String, host: String, port: Int, _ parameters: String = "") -> String {
        Self.url(schema: schema, places: ["\(host):\(port)"], parameters)
    }

    /// The URL of a schema in a database that is at any of several servers.
    public static func url(schema: String, at clusters: [PostgresCluster], _ parameters: String = "") -> String {
        url(schema: schema, places: clusters.map { "127.0.0.1:\($0.port)" }, parameters)
    }

    private static func url(schema: String, places: [String], _ parameters: String) -> String {
        "postgres://leadshark:\(encodedPassword)@\(places.joined(separator: ","))/postgres?schema=\(schema)&connect_timeout=60\(parameters)"
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
    public func restart() async throws { try await script.send("restart", until: "ready") }

    /// Ends the server as a crash would, and starts it again.
    public func crash() async throws { try await script.send("crash", until: "ready") }

    /// Stops the server in good order. Connections break, and none can be made until ``start()``.
    public func stop() async throws { try await script.send("stop", until: "stopped") }

    /// Starts the server that was stopped.
    public func start() async throws { try await script.send("start", until: "ready") }

    /// Ends the server as the loss of its machine would.
    public func kill() async throws { try await script.send("kill", until: "stopped") }

    /// Makes a standby a server of its own, which can be written to.
    public func promote() async throws { try await script.send("promote", until: "promoted") }

    /// The directory of the server's programs, of the latest version that is there.
    static func programs() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }
        let places = versions.sorted(by: >).map { "\(root)/\($0)/bin" } + ["/usr/local/bin", "/usr/bin"]
        guard let place = places.first(where: { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }) else {
            throw ServerScript.Failure(
                description:
                    "these tests need PostgreSQL's server, which is not here; Scripts/bootstrap test installs it")
        }
        return place
    }
}

/// Something that is made once, when it is first asked for.
actor Shared<Value: Sendable> {
    private let make: @Sendable () async throws -> Value
    private var task: Task<Value, any Error>?

    init(_ make: @escaping @Sendable () async throws -> Value) { self.make = make }

    func value() async throws -> Value {
        let task = task ?? Task { [make] in try await make() }
        self.task = task
        return try await task.value
    }
}
#endif
