#if Server
import Foundation
import ArgumentParser
import LeadSharkDelivery
import Testing

@testable import LeadSharkProbe
@testable import leadshark

@Suite("send and doctor")
struct SendAndDoctorTests {
    private let directory: TemporaryDirectory
    private let environment = ["LEADSHARK_WEBHOOK_SECRET": "hunter-of-the-deep"]

    init() throws { directory = try TemporaryDirectory() }

    @Test(
        "What cannot be meant is a matter of usage",
        arguments: [
            ["send"], ["send", "example.com"], ["send", "ftp://example.com"], ["send", "http://u:p@example.com"],
            ["send", "http://x", "--count", "0"], ["send", "http://x", "--count", "x"],
            ["send", "http://x", "--concurrency", "0"], ["send", "http://x", "--concurrency", "1025"],
            ["send", "http://x", "--event", "a", "--file", "b"], ["send", "http://x", "--event", ""],
            ["send", "http://x", "--first-number", "-1"], ["send", "http://x", "--payload-in", "head"],
            ["send", "http://x", "--payload-in", "body"], ["send", "http://x", "--timestamp", ""],
            ["send", "http://x", "--timestamp", "2026-05-04T09:00:00Z", "--file", "b"], ["doctor"],
            ["doctor", "not a url\u{1b}"], ["doctor", "example.com/x"],
        ])
    func usage(arguments: [String]) async {
        let run = await CommandRun.of(arguments, environment: environment, in: directory)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.output.isEmpty && !run.errors.isEmpty)
    }

    @Test("Without a secret nothing is sent")
    func noSecret() async {
        let run = await CommandRun.of("send", "http://127.0.0.1:1/", in: directory)
        #expect(run.status == 78)
        #expect(run.errors.contains("leadshark init"))
    }

    @Test("Where nobody listens, send counts it and exits with 1")
    func refused() async throws {
        let run = await CommandRun.of(
            "send", "http://127.0.0.1:1/webhooks/x", "--count", "3", "--format", "json", environment: environment,
            in: directory)
        #expect(run.status == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(object["sent"] as? Int == 3)
        #expect(object["accepted"] as? Int == 0)
        #expect(object["failures"] as? [String: Int] == ["refused": 3])
        #expect(object["events"] as? [String: Int] == ["dm.sent": 1, "lead.sent": 1, "email.captured": 1])
        let text = await CommandRun.of("send", "http://127.0.0.1:1/", environment: environment, in: directory)
        #expect(text.status == 1)
        #expect(text.output.contains("no answer (refused): 6"))
        #expect(text.errors == "`leadshark doctor http://127.0.0.1:1/` finds out why\n")
    }

    @Test("A file that is missing is told before anything is sent")
    func missingFile() async {
        let run = await CommandRun.of(
            "send", "http://127.0.0.1:1/", "--file", "missing", environment: environment, in: directory)
        #expect(run.status == 66)
    }

    @Test("doctor says what is wrong and what to do, a line for each check")
    func doctor() async throws {
        let run = await CommandRun.of("doctor", "http://127.0.0.1:1/x", environment: environment, in: directory)
        #expect(run.status == 1)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 11)
        let failed = try #require(lines.firstIndex { $0.hasPrefix("FAILED   server is reachable") })
        #expect(
            lines[failed + 1]
                == "         the connection was refused; start the receiver, and check that it listens on this port")
        #expect(lines.last == "Something is wrong: 1 check failed.")
        let json = await CommandRun.of(
            "doctor", "http://127.0.0.1:1/x", "--format", "json", environment: environment, in: directory)
        #expect(json.status == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["healthy"] as? Bool == false)
        #expect((object["checks"] as? [Any])?.count == 8)
    }

    @Test("Without a secret doctor makes the other checks, and says what to set")
    func doctorWithoutSecret() async throws {
        let run = await CommandRun.of("doctor", "http://127.0.0.1:1/x", in: directory)
        #expect(run.status == 1)
        #expect(run.output.contains("FAILED   server is reachable"))
    }

    @Test("A type that is not documented is sent all the same, with a note", arguments: ["new_like", "new.likes"])
    func undocumentedType(type: String) async {
        let run = await CommandRun.of(
            "send", "http://127.0.0.1:1/", "--event", type, environment: environment, in: directory)
        #expect(run.errors.contains("note: \(type) is not a documented type; the nearest is new.like\n"))
        #expect(run.output.contains("1 sent"))
    }

    @Test(
        "The last line tells a failure from a warning from a skipped event",
        arguments: [
            ([DoctorCheck.Result.ok(detail: "")], "All is well."),
            ([.ok(detail: ""), .warning([.init("a", remedy: "b")])], "Nothing failed; 1 warning."),
            ([.warning([.init("a", remedy: "b"), .init("c", remedy: "d")])], "Nothing failed; 2 warnings."),
            ([.failed(.init("a", remedy: "b")), .warning([])], "Something is wrong: 1 check failed."),
            ([.skipped(reason: "x")], "Nothing failed, but the signed event was not sent."),
        ])
    func verdicts(results: [DoctorCheck.Result], verdict: String) {
        let report = DoctorReport(checks: results.map { DoctorCheck(.signedEvent, $0) })
        #expect(DoctorLine.verdict(of: report) == verdict)
    }

    @Test("A check's time stands beside what LeadShark allows, and what is wrong on lines of its own")
    func checkLines() {
        let ok = DoctorCheck(.signedEvent, .ok(detail: "answered with 200"), duration: .milliseconds(7))
        #expect(
            DoctorLine.text(ok)
                == "OK       signed test event is acknowledged, 0.007 s of 10 s (answered with 200)")
        let warning = DoctorCheck(.url, .warning([.init("a", remedy: "b"), .init("c", remedy: "d")]))
        #expect(DoctorLine.text(warning) == "WARNING  URL\n         a; b\n         c; d")
    }

    @Test("The webhook that the URL ends in is the one that is meant")
    func webhookOfURL() throws {
        let settings = try SettingsSource(
            environment: [
                "LEADSHARK_WEBHOOKS": "crm,mail", "LEADSHARK_WEBHOOK_CRM_SECRET": "one",
                "LEADSHARK_WEBHOOK_MAIL_SECRET": "two",
            ], file: nil)
        let context = Context(environment: [:], directory: directory.path, console: .standard, input: .process)
        let webhooks = try settings.webhooks(in: context)
        let option = try WebhookOption.parse([])
        #expect(try option.pick(from: webhooks, path: "https://x/webhooks/mail?a=/crm").name.text == "mail")
        #expect(try option.pick(from: webhooks, path: "/webhooks/crm").name.text == "crm")
        #expect(throws: CommandError.self) { try option.pick(from: webhooks, path: "/other") }
        #expect(
            try WebhookOption.parse(["--webhook", "crm"]).pick(from: webhooks, path: "/mail").name.text == "crm")
    }

    @Test("A time is written as LeadShark writes it")
    func timestamp() {
        #expect(LeadShark.Send.text(of: Date(timeIntervalSince1970: 1_795_557_600.25)) == "2026-11-24T22:00:00.250Z")
    }

    @Test("The help says whom made-up leads reach, and what reaches nobody")
    func help() async {
        let run = await CommandRun.of("send", "--help", in: directory)
        let words = run.output.split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains("they reach its leads file and its CRM as others do"))
        #expect(words.contains("`leadshark doctor`, whose events reach nobody"))
    }

    @Test("Every run sends events of its own")
    func freshNumbers() { #expect(LeadShark.Send.freshNumber() > 800_000_000_000_000) }
}
#endif
