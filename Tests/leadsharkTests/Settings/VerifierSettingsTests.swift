#if Server
import LeadSharkWebhooks
import Testing

@testable import leadshark

@Suite("The verifier's settings")
struct VerifierSettingsTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(
        "A time is digits and one letter",
        arguments: [
            ("1s", 1), ("300s", 300), ("5m", 300), ("12h", 43_200), ("7d", 604_800), ("3660d", 316_224_000),
        ] as [(String, Int64)])
    func times(_ text: String, _ seconds: Int64) {
        #expect(SettingsSource.duration(text) == .seconds(seconds))
    }

    @Test(
        "Anything else is refused by the setting's name",
        arguments: [
            "300", "0s", "-5m", "+5m", "5 m", "5M", "m", "1.5h", "1e3s", "3661d", "999999999h", "99999999999999999999s",
            "５m", "5m ", "nan", "infs", "5mm", "P1D",
        ])
    func malformed(_ text: String) async throws {
        #expect(SettingsSource.duration(text) == nil)
        let run = await CommandRun.of(
            "serve", environment: ["LEADSHARK_WEBHOOK_SECRET": "hunter", "LEADSHARK_TOLERANCE": text], in: directory)
        #expect(run.status == 78)
        #expect(run.errors.contains("LEADSHARK_TOLERANCE (from the environment) is no time such as 300s"))
        #expect(try directory.names.isEmpty)
    }

    @Test("Neither is set by default, and a flag goes before the environment, that before .env")
    func order() throws {
        let none = try SettingsSource(environment: [:], file: nil)
        #expect(try none.tolerance(flag: nil) == nil)
        #expect(try none.reformattedBodies(flag: nil) == .refused)
        let file = try DotEnvFile(
            parsing: Array("LEADSHARK_TOLERANCE=1d\nLEADSHARK_REFORMATTED_BODIES=canonicalized\n".utf8))
        let inFile = try SettingsSource(environment: [:], file: file)
        #expect(try inFile.tolerance(flag: nil) == .seconds(86_400))
        #expect(try inFile.reformattedBodies(flag: nil) == .canonicalized)
        let both = try SettingsSource(
            environment: ["LEADSHARK_TOLERANCE": "2h", "LEADSHARK_REFORMATTED_BODIES": "refused"], file: file)
        #expect(try both.tolerance(flag: nil) == .seconds(7200))
        #expect(try both.tolerance(flag: "3m") == .seconds(180))
        #expect(try both.reformattedBodies(flag: nil) == .refused)
        #expect(try both.reformattedBodies(flag: "canonicalized") == .canonicalized)
    }

    @Test("A value that is unknown never switches a check off")
    func unknown() {
        for value in ["", "true", "Canonicalized", "canonicalized ", "1", "off"] {
            #expect(throws: (any Error).self) {
                try SettingsSource(environment: ["LEADSHARK_REFORMATTED_BODIES": value], file: nil).reformattedBodies(
                    flag: nil)
            }
        }
        #expect(throws: CommandError.self) {
            try SettingsSource(environment: [:], file: nil).reformattedBodies(flag: "")
        }
    }
}
#endif
