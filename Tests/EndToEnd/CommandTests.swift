#if Server
import Foundation
import Testing

/// The real command as a process: what cannot be seen from inside a test.
@Suite("The command")
struct CommandTests {
    private let folder: TemporaryFolder
    private static let secret = "a secret, with blanks & signs – ключ"

    init() throws { folder = try TemporaryFolder() }

    private func run(
        _ arguments: String..., environment: [String: String] = [:], input: URL? = nil
    ) async throws -> (status: Int32, output: String, errors: String) {
        let program = try Program(
            Program.leadshark, arguments, environment: environment, in: folder, input: input)
        let status = try await program.status()
        return (status, program.standardOutput, program.standardError)
    }

    /// The signature of a file by another program.
    private func signature(of file: URL, by peer: Peer) async throws -> String {
        let program =
            switch peer {
            case .openssl: try Program("openssl", ["dgst", "-sha256", "-hmac", Self.secret, file.path], in: folder)
            case .python:
                try Program(
                    "python3",
                    [
                        "-c",
                        "import hmac,sys; print(hmac.new(sys.argv[1].encode(), open(sys.argv[2],'rb').read(), 'sha256').hexdigest())",
                        Self.secret, file.path,
                    ], in: folder)
            case .node:
                try Program(
                    "node",
                    [
                        "-e",
                        "const [s, f] = process.argv.slice(1); console.log(require('crypto').createHmac('sha256', s).update(require('fs').readFileSync(f)).digest('hex'))",
                        Self.secret, file.path,
                    ], in: folder)
            }
        #expect(try await program.status() == 0, "\(program.standardError)")
        let words = program.standardOutput.split { $0 == " " || $0 == "\n" }
        return try String(#require(words.last))
    }

    enum Peer: CaseIterable { case openssl, python, node }

    @Test("A signature by another program verifies, and no longer after one flipped bit", arguments: Peer.allCases)
    func foreignSignatures(peer: Peer) async throws {
        let environment = ["LEADSHARK_WEBHOOK_SECRET": Self.secret]
        let file = try folder.write(
            "{\"event\":\"dm.sent\",\"data\":{\"lead\":{\"name\":\"Zoë 🔑\"}}}\n", to: "payload")
        let signature = try await signature(of: file, by: peer)
        let signed = try await run("sign", file.path, environment: environment)
        #expect(signed.output == signature + "\n")
        let valid = try await run("verify", file.path, "--signature", signature, environment: environment)
        #expect(valid.status == 0)
        #expect(valid.output.hasPrefix("valid: "))

        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
        let body = try await run("verify", file.path, "--signature", signature, environment: environment)
        #expect(body.status == 1)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
        let flipped = (signature.hasPrefix("0") ? "1" : "0") + signature.dropFirst()
        let header = try await run("verify", file.path, "--signature", flipped, environment: environment)
        #expect(header.status == 1)
    }

    @Test("Standard input is read byte for byte")
    func standardInput() async throws {
        let file = folder.file("payload")
        try Data([0x00, 0xff, 0x0d, 0x0a, 0x1a]).write(to: file)
        let signature = try await signature(of: file, by: .openssl)
        let run = try await run(
            "verify", "-", "--signature", signature, environment: ["LEADSHARK_WEBHOOK_SECRET": Self.secret],
            input: file)
        #expect(run.status == 0)
    }

    @Test(
        "What goes wrong is a sentence and an exit code, never a trap",
        arguments: [
            (["verify", "missing", "--signature", "x"], true, Int32(66)), (["sign"], false, 78),
            (["serve"], false, 78), (["nonsense"], true, 64), (["sign", "--nonsense"], true, 64),
            (["verify", "/", "--signature", "x"], true, 66),
            (
                ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--store", "sqlite:/"], true,
                78
            ),
        ])
    func exitCodes(arguments: [String], hasSecret: Bool, status: Int32) async throws {
        let program = try Program(
            Program.leadshark, arguments,
            environment: hasSecret ? ["LEADSHARK_WEBHOOK_SECRET": Self.secret] : [:], in: folder)
        #expect(try await program.status() == status)
        #expect(!program.standardError.isEmpty && program.standardOutput.isEmpty)
        for word in ["Fatal error", "crash", Self.secret] { #expect(!program.standardError.contains(word)) }
    }

    @Test("A variable that is not UTF-8 is refused rather than repaired")
    func notUTF8() async throws {
        let program = try Program(
            "python3",
            [
                "-c",
                "import os,sys; os.execve(sys.argv[1], [sys.argv[1], 'sign'], {b'LEADSHARK_WEBHOOK_SECRET': b'a\\xff', b'PATH': b'/usr/bin'})",
                Program.leadshark,
            ], in: folder)
        #expect(try await program.status() == 78)
        #expect(program.standardError.contains("LEADSHARK_WEBHOOK_SECRET (from the environment) is not UTF-8"))
    }

    @Test("A reader that goes away ends the command without a signal")
    func closedPipe() async throws {
        let program = try Program(
            "python3",
            [
                "-c",
                """
                import os, subprocess, sys
                reader, writer = os.pipe()
                os.close(reader)
                print(subprocess.run([sys.argv[1], '--help'], stdout=writer).returncode)
                """, Program.leadshark,
            ], in: folder)
        #expect(try await program.status() == 0)
        #expect(program.standardOutput == "74\n")
    }

    @Test("On a terminal, init neither shows the secret nor leaves the terminal without echo")
    func terminal() async throws {
        let program = try Program("python3", [Program.peer("terminal.py"), Program.leadshark], in: folder)
        #expect(try await program.status() == 0, "\(program.standardError)")
        let lines = program.standardOutput.split(separator: "\n")
        #expect(lines == ["status 0", "echo True", "shown False"])
        let text = try String(contentsOf: folder.file(".env"), encoding: .utf8)
        #expect(text.contains("LEADSHARK_WEBHOOK_SECRET='a typed secret'"))
    }

    @Test("The demo shows six leads and exits with 0")
    func demo() async throws {
        let run = try await run("demo")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.split(separator: "\n").filter { $0.hasPrefix("  ") }.count == 6)
    }

    @Test("A foreign database is refused, and left as it is")
    func foreignDatabase() async throws {
        let maker = try Program(
            "python3",
            ["-c", "import sqlite3; d = sqlite3.connect('x.sqlite'); d.execute('CREATE TABLE t (a)'); d.commit()"],
            in: folder)
        #expect(try await maker.status() == 0)
        let before = try Data(contentsOf: folder.file("x.sqlite"))
        let run = try await run(
            "serve", "--store", "sqlite:x.sqlite", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
            environment: ["LEADSHARK_WEBHOOK_SECRET": Self.secret])
        #expect(run.status == 65)
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(try Data(contentsOf: folder.file("x.sqlite")) == before)
        #expect(!FileManager.default.fileExists(atPath: folder.file("x.sqlite.lock").path))
    }

    @Test("A second receiver on the same store is refused; the operator's commands work beside the first")
    func besideTheOwner() async throws {
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson"])
        let file = [
            "LEADSHARK_WEBHOOK_SECRET_FILE": folder.file("secret").path, "LEADSHARK_STORE": "sqlite:store.sqlite",
        ]
        let second = try await run(
            "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", environment: file)
        #expect(second.status == 75)
        #expect(second.errors.contains("already in use"))

        let url = "http://127.0.0.1:\(receiver.port)/webhooks/leadshark"
        let sent = try await run("send", url, "--count", "6", environment: file)
        #expect(sent.status == 0, "\(sent.output)\(sent.errors)")
        _ = try folder.write("{no event", to: "broken")
        #expect(try await run("send", url, "--file", "broken", environment: file).status == 0)
        let doctor = try await run("doctor", url, environment: file)
        #expect(doctor.status == 0, "\(doctor.output)")
        let test = try await run("send", url, "--get", environment: file)
        #expect(test.status == 0)

        try await condition("the leads are in the file") { try folder.lines(of: "leads.ndjson").count == 6 }
        var dead: [[String: Any]] = []
        for _ in 0..<200 where dead.isEmpty {
            let list = try await run(
                "deliveries", "list", "--state", "deadLettered", "--format", "json", environment: file)
            #expect(list.status == 0, "\(list.errors)")
            dead = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]] ?? []
        }
        #expect(dead.compactMap { $0["handler"] as? String } == ["leads-file"])
        let id = try #require(dead.first?["id"] as? Int)
        let show = try await run("deliveries", "show", "\(id)", environment: file)
        #expect(show.status == 0 && show.output.contains("{no event"))
        let redelivered = try await run("deliveries", "redeliver", "1", environment: file)
        #expect(redelivered.status == 0, "\(redelivered.errors)")
        #expect(redelivered.output == "1 of 1 sent round again\n")
        try await condition("the lead comes again") { try folder.lines(of: "leads.ndjson").count == 7 }

        #expect(try await receiver.stop() == 0)
        #expect(receiver.program.standardError.contains("/webhooks/leadshark"))
        #expect(!receiver.program.standardError.contains(RunningReceiver.secret))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(!names.contains("store.sqlite.control") && !names.contains("store.sqlite.lock"))
    }

    @Test("What is made is for its owner alone, whatever the umask")
    func modes() async throws {
        let receiver = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson"])
        try await condition("the control socket, which comes last, is there") {
            FileManager.default.fileExists(atPath: folder.file("store.sqlite.control").path)
        }
        for name in [
            "store.sqlite", "store.sqlite-wal", "store.sqlite.control", "store.sqlite.lock", "leads.ndjson",
        ] {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.file(name).path)[.posixPermissions]
            #expect(mode as? Int == 0o600, "\(name)")
        }
        #expect(try await receiver.stop() == 0)
    }

    @Test("What is hardly meant is warned of: leads that go nowhere, a leads file that everybody can read")
    func warnings() async throws {
        let nowhere = try await RunningReceiver(in: folder)
        #expect(try await nowhere.stop() == 0)
        #expect(nowhere.program.standardError.contains("warning: leads are stored, but go nowhere"))

        _ = try folder.write("", to: "leads.ndjson", permissions: 0o644)
        let open = try await RunningReceiver(in: folder, ["--leads-file", "leads.ndjson"])
        #expect(try await open.stop() == 0)
        #expect(open.program.standardError.contains("warning: --leads-file: leads.ndjson, which holds personal data"))
        #expect(!open.program.standardError.contains("go nowhere"))
    }

    @Test("In a directory that cannot be written, serve says so and makes nothing")
    func noWritePermission() async throws {
        let closed = folder.file("closed")
        try FileManager.default.createDirectory(
            at: closed, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
        let arguments = [
            "serve", "--store", "sqlite:\(closed.path)/store.sqlite", "--listen", "127.0.0.1:0", "--admin-listen",
            "127.0.0.1:0",
        ]
        // To root nothing is closed: then as nobody, who has to be able to reach the program and the folder.
        let isRoot = geteuid() == 0
        if isRoot {
            // Not by ourselves: a child that another test starts meanwhile would hold the copy open for writing.
            let copy = try Program("cp", [Program.leadshark, folder.file("leadshark").path], in: folder)
            #expect(try await copy.status() == 0)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
        }
        let program = try Program(
            isRoot ? "setpriv" : Program.leadshark,
            isRoot
                ? ["--reuid=65534", "--regid=65534", "--clear-groups", folder.file("leadshark").path] + arguments
                : arguments, environment: ["LEADSHARK_WEBHOOK_SECRET": Self.secret], in: folder)
        #expect(try await program.status() == 77, "\(program.standardError)")
        #expect(program.standardError.split(separator: "\n").count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: closed.path).isEmpty)
    }
}
#endif
