#if Server
import LeadSharkDelivery
import Testing

@testable import leadshark

@Suite struct RetentionSettingsTests {
    @Test(
        "What is neither a time nor forever is refused by the setting's name",
        arguments: ["7", "-7d", "0d", "7 d", "1w", "Forever", "never", "99999d", "7d\u{0}"])
    func refused(_ text: String) throws {
        let source = try SettingsSource(environment: ["LEADSHARK_KEEP_COMPLETED": text], file: nil)
        let error = #expect(throws: CommandError.self) { try source.retention(flag: nil) }
        #expect(error?.status == .configuration)
        #expect(error?.message.hasPrefix("LEADSHARK_KEEP_COMPLETED (from the environment) is no time") == true)
        let none = try SettingsSource(environment: [:], file: nil)
        let flag = #expect(throws: CommandError.self) { try none.retention(flag: text) }
        #expect(flag?.status == .usage)
    }

    @Test("A flag goes before the environment, and that before .env; without any it is a week")
    func precedence() throws {
        let none = try SettingsSource(environment: [:], file: nil)
        #expect(try none.retention(flag: nil) == Retention())
        #expect(Retention().completed == .seconds(7 * 86_400))
        let file = try DotEnvFile(parsing: Array("LEADSHARK_KEEP_COMPLETED=1d\n".utf8))
        #expect(try SettingsSource(environment: [:], file: file).retention(flag: nil).completed == .seconds(86_400))
        let both = try SettingsSource(environment: ["LEADSHARK_KEEP_COMPLETED": "forever"], file: file)
        #expect(try both.retention(flag: nil).completed == nil)
        #expect(try both.retention(flag: "12h").completed == .seconds(43_200))
        // Identities are kept for a year, whatever becomes of events.
        #expect(try both.retention(flag: nil).identities == .seconds(365 * 86_400))
    }
}
#endif
