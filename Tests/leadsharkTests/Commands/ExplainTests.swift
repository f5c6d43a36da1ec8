#if Server
import Foundation
import Testing

@testable import leadshark

@Suite("verify --explain")
struct ExplainTests {
    private static let secret = "whsec_test_0123456789"
    private static let body = #"{"event":"dm.sent","data":{"name":"Zoë"}}"#
    /// What LeadShark would send for the body.
    private let signature: String
    private let directory: TemporaryDirectory

    init() async throws {
        directory = try TemporaryDirectory()
        signature = await Self.sign(Self.body, secret: Self.secret, in: directory)
    }

    private static func sign(_ body: String, secret: String, in directory: TemporaryDirectory) async -> String {
        let run = await CommandRun.of(
            "sign", environment: ["LEADSHARK_WEBHOOK_SECRET": secret], in: directory, input: Array(body.utf8))
        return String(run.output.dropLast())
    }

    private func explain(
        _ body: String = body, signature: String? = nil, _ arguments: [String] = [],
        environment: [String: String] = ["LEADSHARK_WEBHOOK_SECRET": secret]
    ) async -> CommandRun {
        await CommandRun.of(
            ["verify", "--explain", "--signature", signature ?? self.signature] + arguments,
            environment: environment, in: directory, input: Array(body.utf8))
    }

    private struct Output: Decodable {
        struct Finding: Decodable {
            let code: String
            let certainty: String
            let summary: String
            let remedy: String
        }
        let valid: Bool
        let reason: String?
        let findings: [Finding]?
        let canonicalText: Bool?

        private enum CodingKeys: String, CodingKey {
            case valid, reason, findings
            case canonicalText = "canonical_text"
        }
    }

    private func json(_ run: CommandRun) throws -> Output {
        try JSONDecoder().decode(Output.self, from: Data(run.output.utf8))
    }

    @Test("What is wrong is told with what helps, and the exit code stays that of verify")
    func text() async {
        let run = await explain(Self.body + "\n")
        #expect(run.status == 1)
        let lines = run.output.split(separator: "\n")
        #expect(lines.first == "not valid: the signature does not fit the body with any accepted secret")
        #expect(lines.dropFirst().first == "because: the body ends with a line break that was not signed")
        #expect(lines.count == 3 && lines.last?.hasPrefix("  ") == true)
        #expect(run.errors.isEmpty)
        #expect(!run.output.contains(Self.secret) && !run.output.contains(signature))
    }

    @Test("What nobody can know is not claimed")
    func unexplained() async throws {
        let strange = await Self.sign(Self.body, secret: "nobody's", in: directory)
        let text = await explain(signature: strange)
        #expect(text.status == 1)
        #expect(text.output.contains("\nperhaps: none of the causes that were tried explains the signature\n"))
        let json = try json(await explain(signature: strange, ["--format", "json"]))
        #expect(json.findings?.map(\.code) == ["unexplained"])
        #expect(json.findings?.map(\.certainty) == ["likely"])
    }

    @Test("Every case of the vectors has its cause named", arguments: try DiagnosisCase.all())
    func vectors(_ vector: DiagnosisCase) async throws {
        let run = await CommandRun.of(
            ["verify", "--explain", "--format", "json", "--webhook", "crm"]
                + vector.signatures.map { "--signature=\($0)" },
            environment: vector.environment, in: directory, input: vector.body)
        #expect(run.status == (vector.findings == ["fits"] ? 0 : 1), "\(run.errors)")
        let output = try json(run)
        #expect(output.findings?.map(\.code) == vector.findings.map(\.snakeCased))
        #expect(output.findings?.allSatisfy { $0.certainty == vector.certainty } == true)
        #expect(output.valid == (vector.findings == ["fits"]))
    }

    @Test("When several webhooks are set up and none is picked, each is taken for the one it was sent to")
    func anyWebhook() async throws {
        let environment = [
            "LEADSHARK_WEBHOOKS": "crm,mail", "LEADSHARK_WEBHOOK_CRM_SECRET": "one",
            "LEADSHARK_WEBHOOK_MAIL_SECRET": Self.secret,
        ]
        let any = try json(
            await explain(Self.body + "\n", ["--format", "json"], environment: environment))
        #expect(any.findings?.map(\.code) == ["newline_added"])
        #expect(any.findings?.first?.summary.isEmpty == false)
        let crm = try json(
            await explain(Self.body + "\n", ["--format", "json", "--webhook", "crm"], environment: environment))
        #expect(crm.findings?.map(\.code) == ["newline_added", "other_webhook_secret"])
    }

    @Test("A re-formatted body is valid when that is allowed, by flag or setting, and the flag goes before")
    func reformatted() async throws {
        let body = #"{ "event": "dm.sent", "data": {"name": "Zo\u00eb"} }"#
        let setting = ["LEADSHARK_WEBHOOK_SECRET": Self.secret, "LEADSHARK_REFORMATTED_BODIES": "canonicalized"]
        let refused = await explain(body, ["--format", "json"])
        #expect(refused.status == 1)
        #expect(try json(refused).findings?.map(\.code) == ["body_rewritten"])
        #expect(
            try json(refused).findings?.first?.remedy.hasSuffix(
                "let the verifier accept re-formatted bodies (LEADSHARK_REFORMATTED_BODIES=canonicalized).") == true)
        for run in [
            await explain(body, ["--format", "json"], environment: setting),
            await explain(body, ["--format", "json", "--reformatted-bodies", "canonicalized"]),
        ] {
            #expect(run.status == 0)
            #expect(try json(run).canonicalText == true)
            #expect(try json(run).findings?.first?.remedy.isEmpty == false)
            #expect(!run.output.contains("accept re-formatted bodies"))
        }
        let flag = await explain(body, ["--reformatted-bodies", "refused"], environment: setting)
        #expect(flag.status == 1)
        let untouched = await explain(["--format", "json"], environment: setting)
        #expect(untouched.status == 0)
        #expect(try json(untouched).canonicalText == nil)
        let wrong = await explain(body, ["--reformatted-bodies", "yes"])
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("--reformatted-bodies is neither refused nor canonicalized"))
    }

    private func explain(_ arguments: [String], environment: [String: String]) async -> CommandRun {
        await explain(Self.body, arguments, environment: environment)
    }

    @Test("Names are written with one word for an acronym")
    func snakeCase() {
        #expect("bodyNotJSON".snakeCased == "body_not_json")
        #expect("signedJSONString".snakeCased == "signed_json_string")
        #expect("bodyInUTF16".snakeCased == "body_in_utf16")
        #expect("sha1Signature".snakeCased == "sha1_signature")
        #expect("nameNotResolved".snakeCased == "name_not_resolved")
        #expect("".snakeCased.isEmpty)
    }
}

/// One case of `Tests/Vectors/diagnosis.json`, as far as the command can be given it: a header that is not blank, and
/// secrets that fit into a variable.
struct DiagnosisCase: Sendable, CustomTestStringConvertible {
    let description: String
    let environment: [String: String]
    let body: [UInt8]
    let signatures: [String]
    let findings: [String]
    let certainty: String

    var testDescription: String { description }

    private struct File: Decodable {
        struct Other: Decodable {
            let name: String
            let secret: String
            let previousSecret: String?
        }
        struct Vector: Decodable {
            let description: String
            let secret: String
            let previousSecret: String?
            let retired: [String]?
            let others: [Other]?
            let body: String?
            let bodyHex: String?
            let signatures: [String]
            let findings: [String]
            let certainty: String
        }
        let vectors: [Vector]
    }

    static func all() throws -> [DiagnosisCase] {
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        let data = try Data(contentsOf: folder.appending(path: "Vectors/diagnosis.json"))
        return try JSONDecoder().decode(File.self, from: data).vectors.compactMap(Self.init)
    }

    private init?(_ vector: File.Vector) {
        guard vector.retired == nil, !vector.signatures.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) else {
            return nil
        }
        description = vector.description
        var environment = ["LEADSHARK_WEBHOOKS": (["crm"] + (vector.others ?? []).map(\.name)).joined(separator: ",")]
        environment["LEADSHARK_WEBHOOK_CRM_SECRET"] = vector.secret
        environment["LEADSHARK_WEBHOOK_CRM_SECRET_PREVIOUS"] = vector.previousSecret
        for other in vector.others ?? [] {
            environment["LEADSHARK_WEBHOOK_\(other.name.uppercased())_SECRET"] = other.secret
            environment["LEADSHARK_WEBHOOK_\(other.name.uppercased())_SECRET_PREVIOUS"] = other.previousSecret
        }
        self.environment = environment
        let digits = (vector.bodyHex ?? "").compactMap(\.hexDigitValue)
        body =
            vector.body.map { Array($0.utf8) }
            ?? stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        signatures = vector.signatures
        findings = vector.findings
        certainty = vector.certainty
    }
}
#endif
