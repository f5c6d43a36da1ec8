#if Server
import Testing

@testable import leadshark

@Suite("canonicalize")
struct CanonicalizeTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(_ input: String, _ arguments: String...) async -> CommandRun {
        await CommandRun.of(["canonicalize"] + arguments, in: directory, input: Array(input.utf8))
    }

    @Test(
        "A text is printed as JavaScript writes it, and nothing behind it",
        arguments: [
            ("{}", "{}"), ("{ \"b\" : 1.0,\n\"1\":-0, \"b\":1e3 }\n", #"{"1":0,"b":1000}"#), ("1e400", "null"),
            (#""\u00e9\/\ud800""#, #""é/\ud800""#), ("[1E20]", "[100000000000000000000]"),
        ])
    func text(_ input: String, _ output: String) async {
        let run = await run(input)
        #expect(run.status == 0)
        #expect(run.output == output)
        #expect(run.errors.isEmpty)
    }

    @Test("What is not JSON exits with 65, and shows nothing of it", arguments: ["", "{", "{}x", "'a'"])
    func notJSON(_ input: String) async {
        let run = await run(input)
        #expect(run.status == 65)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("leadshark: this is not JSON: byte "))
    }

    @Test("A byte order mark is called by its name")
    func byteOrderMark() async {
        let run = await run("\u{feff}{}")
        #expect(run.status == 65)
        #expect(run.output.isEmpty)
        #expect(
            run.errors == "leadshark: this is not JSON: it begins with a byte order mark, which is no part of JSON\n")
    }

    @Test("With --lines there is a line out for each line in, and the exit code is 0")
    func lines() async {
        let run = await run("{ \"a\": 1 }\nnonsense\n\n1.50\r\n{} {}\n\"last\"", "--lines")
        #expect(run.status == 0)
        #expect(run.output == "{\"a\":1}\nERROR\nERROR\n1.5\nERROR\n\"last\"\n")
        #expect(await self.run("", "--lines").output.isEmpty)
        #expect(await self.run("\n", "--lines").output == "ERROR\n")
        #expect(await self.run("1\n", "--lines", "-").output == "1\n")
    }

    @Test("It reads a file, and needs no setting")
    func file() async throws {
        try directory.write("body.json", "[ 1 ]", mode: 0o644)
        try directory.write(".env", "not a setting", mode: 0o600)
        let run = await CommandRun.of("canonicalize", "body.json", in: directory)
        #expect(run.status == 0)
        #expect(run.output == "[1]")
        let missing = await CommandRun.of("canonicalize", "nowhere.json", in: directory)
        #expect(missing.status == 66)
    }

    @Test("What it prints can be signed and verified")
    func pipeline() async {
        let environment = ["LEADSHARK_WEBHOOK_SECRET": "hunter"]
        let canonical = await run("{ }")
        let signed = await CommandRun.of(
            "sign", environment: environment, in: directory, input: Array(canonical.output.utf8))
        // `printf '{}' | openssl dgst -sha256 -hmac hunter`
        #expect(signed.output == "7db548061bb3feefc08c5bd3ddd1767f6117ef63da97184df70015a628f227b9\n")
    }
}
#endif
