#if Server
import LeadSharkWebhooks
import TestVectors
import Testing

@testable import leadshark

@Suite("Vectors through the command")
struct VectorTests {
    static let vectors = VerificationVector.all

    @Test("The vectors are there")
    func areThere() {
        #expect(Self.vectors.count > 100)
    }

    @Test("verify judges as the library does", arguments: vectors)
    func verify(_ vector: VerificationVector) async throws {
        var environment = ["LEADSHARK_WEBHOOK_SECRET": vector.secret]
        environment["LEADSHARK_WEBHOOK_SECRET_PREVIOUS"] = vector.previousSecret
        let run = await CommandRun.of(
            ["verify", "--format", "json"] + vector.signatures.flatMap { ["--signature", $0] },
            environment: environment, in: try TemporaryDirectory(), input: vector.body)
        switch vector.verdict {
        case .accept(let secret):
            #expect(run.status == 0)
            #expect(run.output == "{\"secret\":\"\(secret)\",\"valid\":true,\"webhook\":\"leadshark\"}\n")
        case .reject(reason: "missingSignature"):
            // Nobody asks about no signature: it is taken for a mistake on the command line.
            #expect(run.status == 64)
            #expect(run.output.isEmpty)
        case .reject(let reason):
            #expect(run.status == 1)
            let verdict = try JSONValue(parsing: Array(run.output.utf8))
            #expect(verdict["valid"] == .bool(false))
            #expect(verdict["reason"]?.text == reason.snakeCased)
        }
    }

    @Test("canonicalize writes what V8 does", arguments: StringifyVector.all)
    func canonicalize(_ vector: StringifyVector) async throws {
        let run = await CommandRun.of("canonicalize", in: try TemporaryDirectory(), input: vector.text)
        #expect(run.status == (vector.stringified == nil ? 65 : 0))
        #expect(Array(run.output.utf8) == vector.stringified ?? [])
    }

    @Test(
        "verify takes a re-formatted body where that is allowed",
        arguments: StringifyVector.all.filter { $0.signature != nil })
    func reformatted(_ vector: StringifyVector) async throws {
        let isUnchanged = vector.stringified == vector.text
        for setting in ["refused", "canonicalized"] {
            let run = await CommandRun.of(
                [
                    "verify", "--format", "json", "--reformatted-bodies", setting, "--signature",
                    vector.signature ?? "",
                ], environment: ["LEADSHARK_WEBHOOK_SECRET": StringifyVector.secret], in: try TemporaryDirectory(),
                input: vector.text)
            #expect(run.status == (isUnchanged || setting == "canonicalized" ? 0 : 1))
        }
    }

    @Test("sign signs as the vectors do", arguments: vectors.filter { $0.verdict == .accept(by: "current") })
    func sign(_ vector: VerificationVector) async throws {
        let run = await CommandRun.of(
            ["sign"], environment: ["LEADSHARK_WEBHOOK_SECRET": vector.secret], in: try TemporaryDirectory(),
            input: vector.body)
        #expect(run.status == 0)
        #expect(run.output == vector.signatures[0].lowercased() + "\n")
    }
}
#endif
