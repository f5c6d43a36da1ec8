#if Server
extension SettingsSource {
    /// A time as people write it in a setting: digits and one letter: `300s`, `5m`, `12h`, `7d`.
    static func duration(_ text: String) -> Duration? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let digits = text.dropLast()
        guard let letter = text.last, let unit = units[letter], (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int64(digits), count > 0, count * unit <= 3660 * 86_400
        else { return nil }
        return .seconds(count * unit)
    }
}
#endif
