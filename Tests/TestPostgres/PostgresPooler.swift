#if Postgres
import Foundation
import TestPeers

/// A pgbouncer of the tests' own in front of the server that they share, in transaction mode. It goes round its few connections
/// to the server: each transaction is on another than the last, with all that a session has left there. It ends with this process.
public final class PostgresPooler: Sendable {
    /// How many connections to the server it has at most.
    public static let connectionCount = 4

    /// The port on the loopback interface.
    public let port: Int
    /// The server behind it.
    public let cluster: PostgresCluster

    private let script: ServerScript

    private static let shared = Shared { try await PostgresPooler(for: .shared()) }

    /// The pooler that all tests share. Nobody stops it.
    public static func shared() async throws -> PostgresPooler { try await shared.value() }

    /// Starts a pooler, and waits until it takes connections.
    ///
    /// - Throws: When pgbouncer is not installed, or does not start: a test cannot do without it.
    private init(for cluster: PostgresCluster) async throws {
        self.cluster = cluster
        port = try ClosedPort.number()
        let places = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"].map { "\($0)/pgbouncer" }
        guard let program = places.first(where: FileManager.default.isExecutableFile) else {
            throw ServerScript.Failure(
                description: "these tests need pgbouncer, which is not here; Scripts/bootstrap test installs it")
        }
        script = try ServerScript(
            "pooler.sh", running: "the pooler of the tests",
            [
                program, try PostgresCluster.programs(), ServerScript.freeDirectory(), "\(port)",
                PostgresCluster.password,
            ], ["\(cluster.port)", "\(Self.connectionCount)"])
        try await script.until("ready")
    }

    /// The URL of a schema in the database behind it.
    ///
    /// - Parameter isTold: Whether the URL says that there is a pooler.
    public func url(schema: String, isTold: Bool = true) -> String {
        cluster.url(schema: schema, host: "127.0.0.1", port: port, isTold ? "&pooler=transaction" : "")
    }
}
#endif
