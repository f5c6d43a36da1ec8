#if Server
import Testing

@testable import LeadSharkProbe

@Suite("What a URL gives rise to")
struct URLAdviceTests {
    @Test(
        "Each oddity is a warning",
        arguments: [
            ("https://example.com", ["no path"]), ("https://example.com/", ["no path"]),
            ("https://example.com/webhooks/leadshark/", ["slash"]),
            ("https://example.com//webhooks", ["two slashes"]),
            ("http://example.com/webhooks", ["clear"]), ("http://localhost:8080/webhooks", ["this machine alone"]),
            ("https://[::1]/webhooks", ["this machine alone"]),
            ("https://192.168.1.5/webhooks", ["private network"]),
            ("https://nas/webhooks", ["private network"]), ("http://example.com", ["clear", "no path"]),
        ])
    func warnings(text: String, problems: [String]) throws {
        guard case .warning(let findings) = URLAdvice.result(for: try EndpointURL(text)) else {
            Issue.record("no warning")
            return
        }
        #expect(findings.count == problems.count)
        for (finding, problem) in zip(findings, problems) {
            #expect(finding.problem.contains(problem))
            #expect(!finding.remedy.isEmpty)
        }
    }

    @Test("A good URL is shown without its query")
    func good() throws {
        let url = try EndpointURL("https://example.com/webhooks/leadshark?token=x")
        #expect(URLAdvice.result(for: url) == .ok(detail: "https://example.com/webhooks/leadshark"))
    }
}
#endif
