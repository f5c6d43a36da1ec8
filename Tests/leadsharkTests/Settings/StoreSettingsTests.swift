#if Server
import LeadSharkSQLite
import Testing

@testable import leadshark

@Suite struct StoreSettingsTests {
    @Test(
        "What is no size is refused by the setting's name",
        arguments: ["64", "-1M", "0M", "64 M", "64m", "1T", "9999999G", "all", "1.5G", "00"])
    func refused(_ text: String) throws {
        let source = try SettingsSource(environment: ["LEADSHARK_MINIMUM_FREE_SPACE": text], file: nil)
        let error = #expect(throws: CommandError.self) { try source.storeOptions(minimumFreeSpace: nil) }
        #expect(error?.status == .configuration)
        #expect(error?.message.hasPrefix("LEADSHARK_MINIMUM_FREE_SPACE (from the environment) is no size") == true)
    }

    @Test(
        "A size is digits and a letter, or 0",
        arguments: [("0", 0), ("1K", 1024), ("64M", 64 << 20), ("999999G", 999_999 << 30)])
    func sizes(_ text: String, _ byteCount: Int64) throws {
        let source = try SettingsSource(environment: ["LEADSHARK_MINIMUM_FREE_SPACE": "1M"], file: nil)
        #expect(try source.storeOptions(minimumFreeSpace: text).minimumFreeByteCount == byteCount)
        #expect(try source.storeOptions(minimumFreeSpace: nil).minimumFreeByteCount == 1 << 20)
        let none = try SettingsSource(environment: [:], file: nil)
        #expect(try none.storeOptions(minimumFreeSpace: nil) == SQLiteDeliveryStore.Options())
    }
}
#endif
