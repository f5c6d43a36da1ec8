#if Server
import Foundation
import LeadSharkWebhooks
import Testing

@testable import leadshark

@Suite("init")
struct InitTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("An .env that is there is never changed, whatever it is", arguments: [[], ["--trial"]])
    func neverOverwrites(flags: [String]) async throws {
        try directory.write(".env", "OTHER=1\n", mode: 0o644)
        let run = await CommandRun.of(["init"] + flags, in: directory, input: Array("hunter\n".utf8))
        #expect(run.status == 73)
        #expect(run.errors.contains("already"))
        #expect(try directory.read(".env") == "OTHER=1\n")
    }

    @Test("A dangling link in the place of .env is not followed")
    func danglingLink() async throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/.env", withDestinationPath: directory.path + "/elsewhere")
        let run = await CommandRun.of("init", in: directory, input: Array("hunter\n".utf8))
        #expect(run.status == 73)
        #expect(try directory.names == [".env"])
    }

    @Test(
        "What cannot be a secret writes nothing",
        arguments: [
            ([UInt8](), "empty"), (Array("\n".utf8), "empty"), (Array("  \n".utf8), "nothing but blanks"),
            (Array("hun\nter\n".utf8), "line break"), (Array("hunter\n\n".utf8), "line break"),
            ([0xff], "not UTF-8"),
            (Array("hunter\u{0}".utf8), "control character"), (Array("hunter\u{1b}[A".utf8), "control character"),
            ([UInt8](repeating: 0x61, count: 5000), "longer than 4096"),
            ([UInt8](repeating: 0x61, count: 4097), "longer than 4096"),
        ])
    func noSecret(input: [UInt8], reason: String) async throws {
        let run = await CommandRun.of("init", in: directory, input: input)
        #expect(run.status == 65)
        #expect(run.errors.contains(reason), "\(run.errors)")
        #expect(!run.errors.contains("hun"))
        #expect(try directory.names.isEmpty)
    }

    @Test(
        "What slipped into a paste is refused, and nothing is written",
        arguments: [
            ("\"hunter-of-the-deep\"", "quotation marks around it"),
            ("'hunter-of-the-deep' ", "quotation marks around it"),
            ("`hunter-of-the-deep`", "quotation marks around it"),
            ("LEADSHARK_WEBHOOK_SECRET=hunter-of-the-deep", "a name and an equals sign before it"),
            ("LEADSHARK_WEBHOOK_SECRET='hunter-of-the-deep'", "a name and an equals sign before it"),
            ("export SECRET=hunter-of-the-deep", "a name and an equals sign before it"),
            ("…", "the placeholder"), ("'…'", "the placeholder"), ("...", "the placeholder"),
        ])
    func slips(input: String, reason: String) async throws {
        let typed = await CommandRun.of(["init"], in: directory, hiddenLine: .some(Array(input.utf8)))
        for run in [await CommandRun.of("init", in: directory, input: Array((input + "\n").utf8)), typed] {
            #expect(run.status == 65)
            #expect(run.errors.contains(reason) && run.errors.contains("nothing was written"), "\(run.errors)")
            #expect(!run.errors.contains("hunter"))
            #expect(try directory.names.isEmpty)
        }
    }

    @Test(
        "A secret that can be found by trying is taken, with a warning",
        arguments: [("123456789012345", true), ("1234567890123456", false)])
    func short(secret: String, warned: Bool) async throws {
        let run = await CommandRun.of("init", in: directory, input: Array((secret + "\n").utf8))
        #expect(run.status == 0)
        #expect(run.errors.contains("warning: the secret is shorter than 16 bytes") == warned)
    }

    @Test("The file is for its owner alone, and the next step is told")
    func mode() async throws {
        let run = await CommandRun.of("init", in: directory, input: Array("hunter\n".utf8))
        #expect(run.status == 0)
        #expect(run.errors.contains("Next: leadshark serve --leads-file leads.ndjson\n"))
        #expect(!(run.output + run.errors).contains("hunter"))
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path + "/.env")[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test(
        "Whatever the secret is, the other commands read it back",
        arguments: ["hunter", "it's", "a \"b\" $c `d` \\e", "#x", "ключ 🔑", "'", "\"", "\\"])
    func readBack(secret: String) async throws {
        #expect(await CommandRun.of("init", in: directory, input: Array((secret + "\n").utf8)).status == 0)
        let run = await CommandRun.of("sign", in: directory, input: Array("{}".utf8))
        let payload = Array("{}".utf8)
        let expected = try SigningSecret(secret).signature(for: payload.span).hexadecimal
        #expect(run.output == expected + "\n")
    }

    @Test("On a terminal the secret is asked for and not shown")
    func terminal() async throws {
        let run = await CommandRun.of(["init"], in: directory, hiddenLine: .some(Array(" hunter".utf8)))
        #expect(run.status == 0)
        #expect(run.errors.contains("will not be shown"))
        #expect(run.errors.contains("warning: the secret has a blank"))
        #expect(!(run.output + run.errors).contains("hunter"))
        #expect(try directory.read(".env").contains("LEADSHARK_WEBHOOK_SECRET=' hunter'"))
    }

    @Test("Who gives up on the terminal has nothing written")
    func givenUp() async throws {
        let run = await CommandRun.of(["init"], in: directory, hiddenLine: .some(nil))
        #expect(run.status == 66)
        #expect(try directory.names.isEmpty)
    }

    @Test("A trial secret is marked as such, and another each time")
    func trial() async throws {
        let run = await CommandRun.of("init", "--trial", in: directory)
        #expect(run.status == 0)
        #expect(run.errors.contains("trial"))
        let text = try directory.read(".env")
        #expect(text.contains("A TRIAL SECRET"))
        let secret = try #require(
            try DotEnvFile(parsing: Array(text.utf8)).entries["LEADSHARK_WEBHOOK_SECRET"]?.value)
        #expect(secret.hasPrefix("trial-") && secret.utf8.count == 70)
        #expect(!run.errors.contains(secret))
        #expect(EnvironmentTemplate.trialSecret() != EnvironmentTemplate.trialSecret())
    }

    @Test("A directory that does not exist or cannot be written is told")
    func noDirectory() async throws {
        let gone = try TemporaryDirectory()
        try FileManager.default.removeItem(atPath: gone.path)
        let run = await CommandRun.of("init", in: gone, input: Array("hunter".utf8))
        #expect(run.status == 73)
        #expect(run.errors.contains(".env cannot be made"))
    }

    @Test("Keys edit the hidden line by whole characters, and every way out is one")
    func editing() {
        func type(_ keys: [UInt8]) -> HiddenLine.Editor.Step {
            var editor = HiddenLine.Editor(limit: 16)
            for key in keys {
                let step = editor.take(key)
                if step != .more { return step }
            }
            return editor.take(nil)
        }
        #expect(type(Array("ab\n".utf8)) == .done(Array("ab".utf8)))
        #expect(type(Array("a🔑\u{7f}b\r".utf8)) == .done(Array("ab".utf8)))
        #expect(type(Array("ab\u{15}c\n".utf8)) == .done(Array("c".utf8)))
        #expect(type(Array("\u{7f}\u{8}a\u{4}".utf8)) == .done(Array("a".utf8)))
        #expect(type([0x04]) == .cancelled)
        #expect(type([]) == .cancelled)
        #expect(type(Array("ab\u{3}".utf8)) == .cancelled)
        #expect(type([UInt8](repeating: 0x61, count: 99)) == .done([UInt8](repeating: 0x61, count: 17)))
    }
}
#endif
