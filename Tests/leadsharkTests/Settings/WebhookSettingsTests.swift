#if Server
import Foundation
import LeadSharkDelivery
import LeadSharkWebhooks
import Testing

@testable import leadshark

@Suite("Secrets")
struct WebhookSettingsTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func webhooks(_ environment: [String: String] = [:]) throws -> [WebhookSettings] {
        let context = Context(
            environment: environment, directory: directory.path, console: .standard, input: .process)
        return try SettingsSource(context).webhooks(in: context)
    }

    private func signature(_ secret: SigningSecret?) -> String? {
        let payload: [UInt8] = [0x7b, 0x7d]
        return secret?.signature(for: payload.span).hexadecimal
    }

    private func signature(text: String) throws -> String? { signature(try SigningSecret(text)) }

    @Test("Without a secret there is no start, and it says what to do")
    func noSecret() throws {
        let error = try #require(throws: CommandError.self) { try webhooks() }
        #expect(error.status == .configuration)
        for word in ["LEADSHARK_WEBHOOK_SECRET", "leadshark init", "dashboard", "webhook settings"] {
            #expect(error.message.contains(word))
        }
    }

    @Test(
        "What is wrong with the secrets is told without them",
        arguments: [
            (["LEADSHARK_WEBHOOK_SECRET": "hunter", "LEADSHARK_WEBHOOK_SECRET_FILE": "hunter"], "both set"),
            (
                [
                    "LEADSHARK_WEBHOOK_SECRET": "hunter", "LEADSHARK_WEBHOOK_SECRET_PREVIOUS": "hunter",
                    "LEADSHARK_WEBHOOK_SECRET_PREVIOUS_FILE": "hunter",
                ], "both set"
            ),
            (["LEADSHARK_WEBHOOK_SECRET_PREVIOUS": "hunter"], "there is no LEADSHARK_WEBHOOK_SECRET,"),
            (["LEADSHARK_WEBHOOK_SECRET": " \t "], "nothing but blanks"),
            (["LEADSHARK_WEBHOOK_SECRET": String(repeating: "h", count: 4097)], "longer than 4096"),
            (["LEADSHARK_WEBHOOK_SECRET_FILE": "/nowhere/hunter2"], "no such file"),
            (["LEADSHARK_WEBHOOK_SECRET_FILE": "/"], "not a regular file"),
            (["LEADSHARK_WEBHOOKS": "crm"], "set LEADSHARK_WEBHOOK_CRM_SECRET"),
            (
                ["LEADSHARK_WEBHOOKS": "crm", "LEADSHARK_WEBHOOK_SECRET": "hunter"],
                "set LEADSHARK_WEBHOOK_CRM_SECRET"
            ),
            (
                [
                    "LEADSHARK_WEBHOOKS": "leadshark", "LEADSHARK_WEBHOOK_SECRET": "hunter",
                    "LEADSHARK_WEBHOOK_LEADSHARK_SECRET": "hunter",
                ], "names too"
            ),
        ])
    func wrong(environment: [String: String], reason: String) throws {
        let error = try #require(throws: CommandError.self) { try webhooks(environment) }
        #expect(error.status == .configuration)
        #expect(error.message.contains(reason), "\(error.message)")
        #expect(!error.message.contains("hunter"))
    }

    @Test("A secret and a secret file together are an error across environment and .env")
    func bothPlaces() throws {
        try directory.write(".env", "LEADSHARK_WEBHOOK_SECRET_FILE=x\n")
        let error = try #require(throws: CommandError.self) { try webhooks(["LEADSHARK_WEBHOOK_SECRET": "hunter"]) }
        #expect(
            error.message
                == "LEADSHARK_WEBHOOK_SECRET (from the environment) and LEADSHARK_WEBHOOK_SECRET_FILE (from .env, line 1) "
                + "are both set; keep one of them")
    }

    @Test(
        "A file that others can read or change is refused with the remedy",
        arguments: [0o640, 0o604, 0o644, 0o660, 0o666, 0o620])
    func permissions(mode: Int) throws {
        try directory.write("secret", "hunter\n", mode: mode)
        let file = try #require(throws: CommandError.self) {
            try webhooks(["LEADSHARK_WEBHOOK_SECRET_FILE": "secret"])
        }
        #expect(file.message.contains("chmod 600 \(directory.path)/secret"))
        try directory.write(".env", "LEADSHARK_WEBHOOK_SECRET=hunter\n", mode: mode)
        let dotEnv = try #require(throws: CommandError.self) { try webhooks() }
        #expect(dotEnv.status == .configuration)
        #expect(dotEnv.message.contains("chmod 600 \(directory.path)/.env"))
    }

    @Test(
        "One newline at a file's end is dropped; other blanks stay and are warned of",
        arguments: [
            ("hunter-of-the-deep", "hunter-of-the-deep", false), ("hunter-of-the-deep\n", "hunter-of-the-deep", false),
            ("hunter-of-the-deep\r\n", "hunter-of-the-deep", false),
            ("hunter-of-the-deep\n\n", "hunter-of-the-deep\n", true),
            (" hunter-of-the-deep\n", " hunter-of-the-deep", true),
            ("hunter-of-the-deep \n", "hunter-of-the-deep ", true),
            ("hunter-of-the-deep\r", "hunter-of-the-deep\r", true),
            ("\u{feff}hunter-of-the-deep", "\u{feff}hunter-of-the-deep", false),
        ])
    func newline(content: String, secret: String, warned: Bool) throws {
        try directory.write("secret", content)
        let webhook = try #require(try webhooks(["LEADSHARK_WEBHOOK_SECRET_FILE": "secret"]).first)
        #expect(try signature(webhook.secrets.current) == signature(text: secret))
        #expect(webhook.warnings.count == (warned ? 1 : 0))
        #expect(
            webhook.warnings.allSatisfy { $0.contains("LEADSHARK_WEBHOOK_SECRET_FILE") && !$0.contains("hunter") })
    }

    @Test(
        "What the template has in a secret's place is no secret",
        arguments: ["…", " … ", "'…'", "\"…\"", "...", "…\n"])
    func placeholder(text: String) throws {
        for name in ["LEADSHARK_WEBHOOK_SECRET", "LEADSHARK_WEBHOOK_SECRET_PREVIOUS"] {
            let error = try #require(throws: CommandError.self) {
                try webhooks(["LEADSHARK_WEBHOOK_SECRET": "hunter-of-the-deep"].merging([name: text]) { $1 })
            }
            #expect(error.status == .configuration)
            #expect(error.message.hasPrefix("\(name) (from the environment) holds the placeholder of the template"))
        }
    }

    @Test("Each commented line of the template with a placeholder is refused once its comment sign is taken off")
    func template() throws {
        let text = try #require(EnvironmentTemplate.text(secret: "hunter-of-the-deep", trial: false))
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("#LEADSHARK_WEBHOOK_") && $0.contains("…") }
        #expect(lines.count == 3)
        for line in lines {
            var settings = ["LEADSHARK_WEBHOOK_SECRET=hunter-of-the-deep", String(line.dropFirst())]
            if line.contains("CRM") { settings.append("LEADSHARK_WEBHOOKS=crm") }
            if line.contains("MAIL") { settings.append("LEADSHARK_WEBHOOKS=mail") }
            try directory.write(".env", settings.joined(separator: "\n") + "\n")
            let error = try #require(throws: CommandError.self) { try webhooks() }
            #expect(error.message.contains("(from .env, line 2) holds the placeholder"))
        }
    }

    @Test(
        "What is odd about a secret is warned of, and the secret used as it is",
        arguments: [
            ("hunter", "is shorter than 16 bytes"), ("'hunter-of-the-deep'", "has quotation marks around it"),
            ("LEADSHARK_WEBHOOK_SECRET=hunter", "begins with a name and an equals sign"),
        ])
    func odd(text: String, warning: String) throws {
        let webhook = try #require(try webhooks(["LEADSHARK_WEBHOOK_SECRET": text]).first)
        #expect(webhook.warnings.count == 1)
        #expect(webhook.warnings.first?.contains(warning) == true)
        #expect(webhook.warnings.allSatisfy { !$0.contains("hunter") })
        #expect(try signature(webhook.secrets.current) == signature(text: text))
    }

    @Test(
        "Base64, blanks within and quotation marks within are nothing odd",
        arguments: ["QUJDREVGR0hJSktMTQ==", "it's \"a\" long secret", "a=b=c=d=e=f=g=h=i="])
    func notOdd(text: String) throws {
        #expect(SecretOddity.all(in: text).isEmpty)
    }

    @Test("An .env or a secret's file that is a link to nowhere is told, not passed over")
    func danglingLinks() throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/link", withDestinationPath: directory.path + "/nowhere")
        let file = try #require(throws: CommandError.self) { try webhooks(["LEADSHARK_WEBHOOK_SECRET_FILE": "link"]) }
        #expect(
            file.message.hasPrefix(
                "the file of LEADSHARK_WEBHOOK_SECRET_FILE (from the environment) is a link that leads nowhere"))
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/.env", withDestinationPath: directory.path + "/nowhere")
        let dotEnv = try #require(throws: CommandError.self) { try webhooks(["LEADSHARK_WEBHOOK_SECRET": "x"]) }
        #expect(dotEnv.message.hasPrefix(".env is a link that leads nowhere"))
    }

    @Test("A file without a secret in it is told in a whole sentence")
    func emptyFile() throws {
        try directory.write("secret", "\n")
        try directory.write(".env", "LEADSHARK_WEBHOOK_SECRET_FILE=secret\n")
        let error = try #require(throws: CommandError.self) { try webhooks() }
        #expect(
            error.message
                == "the file of LEADSHARK_WEBHOOK_SECRET_FILE (from .env, line 1): the signing secret is empty")
    }

    @Test("A newline in a variable stays, and the warning names the variable")
    func newlineInVariable() throws {
        let webhook = try #require(try webhooks(["LEADSHARK_WEBHOOK_SECRET": "hunter\n"]).first)
        #expect(try signature(webhook.secrets.current) == signature(text: "hunter\n"))
        #expect(webhook.warnings.first?.hasPrefix("LEADSHARK_WEBHOOK_SECRET (from the environment)") == true)
    }

    @Test(
        "A secret's characters are its key, whatever they look like",
        arguments: ["deadbeef", "c2VjcmV0", "\"quoted\"", "whsec_abc", "ключ🔑"])
    func undecoded(text: String) throws {
        let webhook = try #require(try webhooks(["LEADSHARK_WEBHOOK_SECRET": text]).first)
        #expect(try signature(webhook.secrets.current) == signature(text: text))
    }

    @Test("Several webhooks have their own secrets, beside the one that needs no name")
    func several() throws {
        try directory.write("previous", "old\n")
        try directory.write(
            ".env",
            """
            export LEADSHARK_WEBHOOKS="crm,e-mail"
            LEADSHARK_WEBHOOK_CRM_SECRET='one'
            LEADSHARK_WEBHOOK_E_MAIL_SECRET=two
            LEADSHARK_WEBHOOK_E_MAIL_SECRET_PREVIOUS_FILE=previous
            LEADSHARK_WEBHOOK_SECRET=three
            """)
        let webhooks = try webhooks()
        #expect(webhooks.map(\.name.text) == ["leadshark", "crm", "e-mail"])
        #expect(
            try webhooks.map { signature($0.secrets.current) }
                == ["three", "one", "two"].map { try signature(text: $0) })
        #expect(try webhooks.map { signature($0.secrets.previous) } == [nil, nil, signature(text: "old")])
    }
}
#endif
