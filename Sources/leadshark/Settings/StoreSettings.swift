#if Server
import LeadSharkSQLite

extension SettingsSource {
    /// What can be chosen about the store.
    func storeOptions(minimumFreeSpace flag: String?) throws(CommandError) -> SQLiteDeliveryStore.Options {
        var options = SQLiteDeliveryStore.Options()
        guard let setting = try text(.minimumFreeSpace, flag: flag) else { return options }
        guard let byteCount = Self.byteCount(setting.value) else {
            throw setting.refusal("is no size such as 64M or 2G, and not 0")
        }
        options.minimumFreeByteCount = byteCount
        return options
    }

    /// A size as people write it in a setting: digits, and K, M or G for 1024 of the one before; or 0.
    static func byteCount(_ text: String) -> Int64? {
        if text == "0" { return 0 }
        let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30]
        let digits = text.dropLast()
        guard let letter = text.last, let shift = shifts[letter], (1...6).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int64(digits), count > 0
        else { return nil }
        return count << shift
    }
}
#endif
