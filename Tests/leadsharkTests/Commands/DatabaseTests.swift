#if Postgres
import Testing

@testable import leadshark

/// What the command says about a database before it gets to one. What it does there is tested in `Tests/EndToEnd`.
@Suite("A PostgreSQL database as the store")
struct DatabaseTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ arguments: String..., store: String? = nil) async -> CommandRun {
        var environment = ["LEADSHARK_WEBHOOK_SECRET": "hunter-of-the-deep"]
        environment["LEADSHARK_STORE"] = store
        return await CommandRun.of(arguments, environment: environment, in: directory)
    }

    @Test(
        "A password on the command line is refused, and the sentence says where to put it",
        arguments: [
            ["serve", "--admin-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"], ["worker"], ["deliveries", "list"],
            ["deliveries", "redeliver", "--dead"],
        ])
    func passwordInArguments(command: [String]) async throws {
        for url in ["postgres://u:hunter2@127.0.0.1:1/db", "postgresql://127.0.0.1:1/db?password=hunter2"] {
            let run = await CommandRun.of(
                command + ["--store", url], environment: ["LEADSHARK_WEBHOOK_SECRET": "x"], in: directory)
            #expect(run.status == 64)
            #expect(run.errors.contains("--store holds a password"))
            #expect(run.errors.contains("LEADSHARK_STORE") && run.errors.contains(".env"))
            #expect(!run.errors.contains("hunter2"))
        }
    }

    @Test(
        "A server that does not answer is one sentence without the password, and nothing is made",
        arguments: [
            ["serve", "--admin-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"],
            ["serve", "--no-worker", "--admin-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"],
            ["worker", "--admin-listen", "127.0.0.1:0"], ["deliveries", "list"], ["deliveries", "stats"],
        ])
    func unreachable(command: [String]) async throws {
        let run = await CommandRun.of(
            command,
            environment: [
                "LEADSHARK_WEBHOOK_SECRET": "x", "LEADSHARK_STORE": "postgres://u:hunter2@127.0.0.1:1/db",
            ], in: directory)
        #expect(run.status == 69, "\(run.errors)")
        #expect(run.errors.contains("postgres://u@127.0.0.1:1/db cannot be used: connection to server"))
        #expect(run.errors.contains("Connection refused; Is the server running"))
        #expect(!run.errors.contains("hunter2"))
        #expect(run.output.isEmpty)
        #expect(try directory.names.isEmpty)
    }

    @Test("A URL that cannot be read is refused without showing it")
    func malformed() async {
        let run = await run("worker", store: "postgres://u:hunter2@h:port/db")
        #expect(run.status == 78)
        #expect(run.errors.contains("LEADSHARK_STORE (from the environment) names a port that is none"))
        #expect(!run.errors.contains("hunter2"))
    }

    @Test("A receiver alone and a worker alone are refused with SQLite, with the reason")
    func sqlite() async throws {
        for (run, status) in [
            (await run("worker"), 78 as Int32), (await run("worker", "--store", "sqlite:x"), 64),
            (await run("serve", "--no-worker", "--listen", "127.0.0.1:0"), 78),
            (await run("serve", "--no-worker", store: "sqlite:x"), 78),
        ] {
            #expect(run.status == status, "\(run.errors)")
            #expect(run.errors.contains("a file that one process has for itself"))
            #expect(run.errors.contains("`leadshark serve` alone"))
        }
        #expect(try directory.names.isEmpty)
    }

    @Test("A worker needs no webhook's secret")
    func noSecret() async {
        let run = await CommandRun.of(
            ["worker", "--admin-listen", "127.0.0.1:0"], environment: ["LEADSHARK_STORE": "postgres://127.0.0.1:1/db"],
            in: directory)
        #expect(run.status == 69)
    }
}
#endif
