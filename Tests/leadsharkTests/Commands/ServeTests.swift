#if Server
import Foundation
import LeadSharkSQLite
import Testing

@testable import leadshark

/// Starts that fail. What runs is tested with the real program, in `Tests/EndToEnd`.
@Suite("serve, when it cannot start")
struct ServeTests {
    private let directory: TemporaryDirectory
    private let secret = ["LEADSHARK_WEBHOOK_SECRET": "hunter-of-the-deep"]

    init() throws { directory = try TemporaryDirectory() }

    private func serve(_ arguments: String..., environment: [String: String]? = nil) async -> CommandRun {
        await CommandRun.of(
            ["serve", "--admin-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"] + arguments,
            environment: environment ?? secret, in: directory)
    }

    @Test("Without a secret it says what to set and where LeadShark shows it, and makes nothing")
    func noSecret() async throws {
        let run = await serve(environment: [:])
        #expect(run.status == 78)
        #expect(run.errors.contains("LEADSHARK_WEBHOOK_SECRET") && run.errors.contains("dashboard"))
        #expect(try directory.names.isEmpty)
    }

    @Test(
        "A malformed setting is one sentence with its name, and nothing is made",
        arguments: [
            (["--listen", "8080"], 64, "--listen: 8080 has no host"),
            (["--admin-listen", ""], 64, "--admin-listen is empty"),
            (["--store", "x"], 64, "--store names no kind of store"),
            (["--log-level", "loud"], 64, "--log-level: loud is none of"),
            (["--forward-url", "ftp://x"], 64, "--forward-url: "), (["--forward-url", "x"], 64, "--forward-url: "),
            (["--listen", "127.0.0.1:7", "--admin-listen", "127.0.0.1:7"], 64, "is where webhooks arrive"),
            (["--listen", "192.0.2.1:8080"], 64, "is no address of this machine"),
            (["--listen", "http://127.0.0.1:80"], 64, "leave out http://"),
            (["--store", "sqlite:/proc/a"], 73, "the store /proc/a cannot be made there; name another place"),
            (["--leads-file", "nowhere/leads"], 73, "the directory of nowhere/leads does not exist"),
            (["--leads-file", "."], 73, "is not a regular file"), (["--store", "sqlite:nowhere/x"], 73, "nowhere"),
            (["--secret", "x"], 64, "--secret"),
        ])
    func malformed(arguments: [String], status: Int32, sentence: String) async throws {
        let run = await CommandRun.of(
            ["serve"] + (arguments.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"])
                + (arguments.contains("--admin-listen") ? [] : ["--admin-listen", "127.0.0.1:0"]) + arguments,
            environment: secret, in: directory)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(sentence), "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(try directory.names.isEmpty)
    }

    @Test("A setting of the environment is named as such")
    func environmentSetting() async throws {
        let run = await CommandRun.of(
            "serve", environment: secret.merging(["LEADSHARK_ADMIN_LISTEN": "x"]) { $1 }, in: directory)
        #expect(run.status == 78)
        #expect(run.errors.hasPrefix("leadshark: LEADSHARK_ADMIN_LISTEN (from the environment): x has no port"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test(
        "A port that another program has is told before a store is made", arguments: ["--listen", "--admin-listen"])
    func portInUse(flag: String) async throws {
        let listener = try ListeningSocket()
        let other = flag == "--listen" ? "--admin-listen" : "--listen"
        let run = await CommandRun.of(
            "serve", flag, "127.0.0.1:\(listener.port)", other, "127.0.0.1:0", environment: secret, in: directory)
        #expect(run.status == 75)
        #expect(run.errors.contains("\(flag): another program listens at 127.0.0.1:\(listener.port) already; stop it"))
        #expect(try directory.names.isEmpty)
    }

    @Test("A file in the control socket's place is told before a store is made")
    func controlSocketTaken() async throws {
        try directory.write("leadshark.sqlite.control", "mine")
        let run = await serve("--leads-file", "leads")
        #expect(run.status == 73)
        #expect(run.errors.contains("leadshark.sqlite.control cannot be made: a file is in its place"))
        #expect(try directory.names == ["leadshark.sqlite.control"])
    }

    @Test("A file that is no store is refused and left as it is")
    func notADatabase() async throws {
        try directory.write("leadshark.sqlite", String(repeating: "no store ", count: 1000))
        let run = await serve("--leads-file", "leads")
        #expect(run.status == 65)
        #expect(run.errors.split(separator: "\n").count == 1)
        #expect(try directory.read("leadshark.sqlite").hasPrefix("no store "))
        #expect(try directory.names == ["leadshark.sqlite"])
    }

    @Test("A store that somebody else has is left to them")
    func inUse() async throws {
        let owner = try await SQLiteDeliveryStore.open(path: directory.path + "/leadshark.sqlite")
        let before = try directory.names
        let run = await serve("--leads-file", "leads")
        #expect(run.status == 75)
        #expect(run.errors.contains("already in use"))
        #expect(try directory.names == before)
        try await owner.close()
    }

    @Test("A leads file that is not ours is refused, and left as it is")
    func foreignLeadsFile() async throws {
        try directory.write("leads", "no lead")
        let run = await serve("--leads-file", "leads")
        #expect(run.status == 65)
        #expect(run.errors.hasPrefix("leadshark: --leads-file: "))
        #expect(try directory.read("leads") == "no lead")
    }
}

/// A socket that listens, so that nobody else can.
final class ListeningSocket: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
                    ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard result == 0 else { throw POSIXError(.EIO) }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
#endif
