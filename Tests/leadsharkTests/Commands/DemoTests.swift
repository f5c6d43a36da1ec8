#if Server
import Foundation
import LeadSharkWebhooks
import Testing

@testable import leadshark

@Suite("demo")
struct DemoTests {
    @Test("Six leads of six event types come out, and nothing is left behind")
    func demo() async throws {
        let directory = try TemporaryDirectory()
        // Whatever is set up here, and however badly, is none of the demo's business.
        try directory.write(".env", "LEADSHARK_NONSENSE=1\n", mode: 0o644)
        let run = await CommandRun.of("demo", environment: ["LEADSHARK_LISTEN": ""], in: directory)
        #expect(run.status == 0, "\(run.errors)")
        for type in EventType.documented {
            #expect(run.output.split(separator: "\n").filter { $0.hasPrefix("  \(type) ") }.count == 1, "\(type)")
        }
        #expect(run.output.contains("6 events sent, 6 answered with 200"))
        #expect(run.errors.isEmpty)
        #expect(try directory.names == [".env"])
    }

    @Test("The demo's folder is for its owner alone, and goes with what is in it")
    func folder() throws {
        let folder = try DemoFolder()
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions]
        #expect(mode as? Int == 0o700)
        try Data().write(to: URL(fileURLWithPath: folder.path + "/store.sqlite-wal"))
        folder.remove()
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("A lead that would steer the terminal is shown, not obeyed")
    func hostile() throws {
        let payload = Array(
            #"{"event":"new.like\u001b[2J","data":{"lead":{"name":"\u001b]0;x\u0007","title":"a\nb\u202e"}}}"#.utf8)
        let line = DemoLead(try WebhookEvent(payload: payload)).line
        #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e })
        #expect(line.contains("\\u{1B}]0;x\\u{07}, a\\u{0A}b\\u{202E}"))
    }
}
#endif
