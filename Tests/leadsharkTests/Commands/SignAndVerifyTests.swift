#if Server
import Foundation
import Testing

@testable import leadshark

@Suite("sign and verify")
struct SignAndVerifyTests {
    private let directory: TemporaryDirectory
    private let environment = ["LEADSHARK_WEBHOOK_SECRET": "hunter-of-the-deep"]
    /// `printf '{}' | openssl dgst -sha256 -hmac hunter-of-the-deep`
    private let signature = "231480c9bf062703371c9a831cdddf05aba27d355cd6ab7177b852385a9778ca"

    init() throws { directory = try TemporaryDirectory() }

    @Test("A signature that fits exits with 0")
    func fits() async {
        let run = await CommandRun.of(
            "verify", "--signature", signature, environment: environment, in: directory, input: Array("{}".utf8))
        #expect(run.status == 0)
        #expect(run.output == "valid: signed with the current secret of the webhook leadshark\n")
        #expect(run.errors.isEmpty)
    }

    @Test("sign prints what openssl does")
    func signs() async throws {
        try directory.write("payload", "{}", mode: 0o644)
        let run = await CommandRun.of("sign", "payload", environment: environment, in: directory)
        #expect(run.status == 0)
        #expect(run.output == signature + "\n")
        let json = await CommandRun.of(
            "sign", "-", "--format", "json", environment: environment, in: directory, input: Array("{}".utf8))
        #expect(json.output == "{\"signature\":\"\(signature)\",\"webhook\":\"leadshark\"}\n")
    }

    @Test(
        "A signature that does not fit exits with 1",
        arguments: [
            ("x", "malformed_signature"),
            ("sha256=", "malformed_signature"), (String(repeating: "0", count: 64), "signature_mismatch"),
            (String(repeating: "0", count: 63), "malformed_signature"),
        ])
    func doesNotFit(signature: String, reason: String) async throws {
        let run = await CommandRun.of(
            "verify", "--format", "json", "--signature", signature, environment: environment, in: directory,
            input: Array("{}".utf8))
        #expect(run.status == 1)
        #expect(run.output == "{\"reason\":\"\(reason)\",\"valid\":false}\n")
        let text = await CommandRun.of(
            "verify", "--signature", signature, environment: environment, in: directory, input: Array("{}".utf8))
        #expect(text.status == 1)
        #expect(text.output.hasPrefix("not valid: "))
        #expect(text.output.hasSuffix("With --explain, what is known to go wrong is tried.\n"))
    }

    @Test("Several signatures are several headers: equal ones are one, and others fit nothing")
    func severalHeaders() async {
        let same = await CommandRun.of(
            "verify", "--signature", signature, "--signature", signature, environment: environment, in: directory,
            input: Array("{}".utf8))
        #expect(same.status == 0)
        let other = await CommandRun.of(
            "verify", "--signature", signature, "--signature", "0", "--explain", environment: environment,
            in: directory, input: Array("{}".utf8))
        #expect(other.status == 1)
        #expect(other.output.contains("several X-Webhook-Signature headers that differ"))
    }

    @Test(
        "A slip in a command's name is answered with the name that was meant",
        arguments: [
            ("canonicalise", "canonicalize"), ("verfy", "verify"), ("server", "serve"), ("sing", "sign"),
            ("deliverys", "deliveries"),
        ])
    func mistypedCommand(name: String, meant: String) async {
        let run = await CommandRun.of(name, "x", in: directory)
        #expect(run.status == 64)
        #expect(run.errors.hasPrefix("leadshark: there is no command \(name); did you mean \(meant)?\n"))
        let commands = "init, serve, worker, deliveries, spool, doctor, send, sign, verify, canonicalize, demo"
        #expect(run.errors.contains(commands))
    }

    @Test(
        "What is far from every command is not guessed, and steers no terminal",
        arguments: ["frobnicate", "\u{1b}[2J", ""])
    func noCommand(name: String) async {
        let run = await CommandRun.of([name], in: directory)
        #expect(run.status == 64)
        #expect(run.errors.contains("there is no command") && !run.errors.contains("did you mean"))
        #expect(!run.errors.contains("\u{1b}"))
    }

    @Test(
        "A secret on the command line is answered with the settings for it",
        arguments: [["--secret", "x"], ["--secret=x"]])
    func secretAsFlag(flag: [String]) async {
        for command in ["verify", "serve", "send", "sign"] {
            let run = await CommandRun.of([command] + flag, environment: environment, in: directory)
            #expect(run.status == 64)
            #expect(run.errors.contains("a secret is never a flag"))
            #expect(run.errors.contains("LEADSHARK_WEBHOOK_SECRET, or LEADSHARK_WEBHOOK_SECRET_FILE"))
        }
    }

    @Test("The previous secret is accepted, and named")
    func previous() async {
        let run = await CommandRun.of(
            ["verify", "--signature", signature.uppercased(), "--format", "json"],
            environment: [
                "LEADSHARK_WEBHOOK_SECRET": "new", "LEADSHARK_WEBHOOK_SECRET_PREVIOUS": "hunter-of-the-deep",
            ],
            in: directory, input: Array("{}".utf8))
        #expect(run.status == 0)
        #expect(run.output == "{\"secret\":\"previous\",\"valid\":true,\"webhook\":\"leadshark\"}\n")
    }

    @Test("The secret of another webhook is not accepted, but named")
    func otherWebhook() async {
        let environment = [
            "LEADSHARK_WEBHOOKS": "crm,mail", "LEADSHARK_WEBHOOK_CRM_SECRET": "one",
            "LEADSHARK_WEBHOOK_MAIL_SECRET": "hunter-of-the-deep",
        ]
        let arguments = ["verify", "--signature", signature, "--webhook"]
        let crm = await CommandRun.of(
            arguments + ["crm"], environment: environment, in: directory, input: Array("{}".utf8))
        #expect(crm.status == 1)
        #expect(crm.output.hasPrefix("not valid: signed with the current secret of another webhook, mail\n"))
        let mail = await CommandRun.of(
            arguments + ["mail"], environment: environment, in: directory, input: Array("{}".utf8))
        #expect(mail.status == 0)
        let any = await CommandRun.of(
            arguments.dropLast(), environment: environment, in: directory, input: Array("{}".utf8))
        #expect(any.status == 0)
        #expect(any.output.contains("webhook mail"))
        let none = await CommandRun.of(arguments + ["x"], environment: environment, in: directory)
        #expect(none.status == 64)
        #expect(none.errors.contains("crm, mail"))
        let sign = await CommandRun.of("sign", environment: environment, in: directory)
        #expect(sign.status == 64)
        #expect(sign.errors.contains("pick one by --webhook: crm, mail"))
    }

    @Test(
        "What could not be told has its own exit code and sentence, on standard error alone",
        arguments: [
            (["verify", "missing", "--signature", "x"], 66, "No such file"), (["sign", "."], 66, "directory"),
            (["verify"], 64, "--signature"), (["verify", "--signature", ""], 64, "--signature is empty"),
            (["verify", "--signature", "  "], 64, "--signature is empty"),
            (["verify", "--signature"], 64, "--signature"), (["sing"], 64, "sing"),
            (["sign", "a", "b"], 64, "b"), (["verify", "--signature", "x", "--format", "xml"], 64, "xml"),
        ])
    func couldNotTell(arguments: [String], status: Int32, word: String) async {
        let run = await CommandRun.of(arguments, environment: environment, in: directory)
        #expect(run.status == status)
        #expect(run.errors.contains(word), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test("Without a secret the exit code is 78")
    func noSecret() async {
        for arguments in [["sign"], ["verify", "--signature", "x"]] {
            let run = await CommandRun.of(arguments, in: directory)
            #expect(run.status == 78)
            #expect(run.errors.contains("leadshark init"))
        }
    }

    @Test("Input beyond the bound is refused")
    func tooLong() async {
        let run = await CommandRun.of(
            "sign", environment: environment, in: directory,
            input: [UInt8](repeating: 0x20, count: InputFile.maximumByteCount + 1))
        #expect(run.status == 65)
    }

    @Test("A hostile file name does not reach the terminal")
    func hostileName() async {
        let run = await CommandRun.of("sign", "\u{1b}]0;x\u{7}", environment: environment, in: directory)
        #expect(run.status == 66)
        #expect(run.errors.contains("\\u{1B}]0;x\\u{07}"))
    }

    @Test("help and version go to standard output and exit with 0", arguments: ["--help", "--version"])
    func help(flag: String) async {
        let run = await CommandRun.of(flag, in: directory)
        #expect(run.status == 0)
        #expect(!run.output.isEmpty && run.errors.isEmpty)
    }

    @Test(
        "No line of any help is wider than a terminal, and our tables keep their columns",
        arguments: [
            [], ["init"], ["serve"], ["deliveries"], ["deliveries", "list"], ["deliveries", "show"],
            ["deliveries", "redeliver"], ["deliveries", "stats"], ["deliveries", "delete"],
            ["deliveries", "export"], ["deliveries", "backup"], ["doctor"], ["send"],
            ["sign"], ["verify"], ["canonicalize"], ["demo"],
        ])
    func helpWidth(command: [String]) async {
        let run = await CommandRun.of(command + ["--help"], in: directory)
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 78 }, "\(lines.filter { $0.count > 78 })")
        guard command.isEmpty else { return }
        for table in [SettingName.help, ExitStatus.help] { #expect(run.output.contains(table)) }
    }

    @Test("The help documents the exit codes and the settings")
    func helpText() async {
        let run = await CommandRun.of("--help", in: directory)
        for status in ExitStatus.allCases { #expect(run.output.contains("\(status.rawValue) ")) }
        for name in SettingName.general { #expect(run.output.contains(name.variable)) }
    }
}
#endif
