#if Server
import FoundationEssentials

/// The three forms of a date in HTTP (RFC 9110, 5.6.7), all in UTC.
enum HTTPDate {
    /// Reads a date; `nil` for anything else. `now` decides the century of a year of two digits.
    static func date(_ text: String, now: Date) -> Date? {
        guard text.utf8.count <= 40 else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: true)
        switch words.count {
        case 6 where words[5] == "GMT" && words[0].hasSuffix(","):  // Sun, 06 Nov 1994 08:49:37 GMT
            return date(day: words[1], month: words[2], year: number(words[3], digits: 4), time: words[4])
        case 4 where words[3] == "GMT" && words[0].hasSuffix(","):  // Sunday, 06-Nov-94 08:49:37 GMT
            let parts = words[1].split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 3, let short = number(parts[2], digits: 2) else { return nil }
            return date(day: parts[0], month: parts[1], year: year(short, now: now), time: words[2])
        case 5:  // Sun Nov  6 08:49:37 1994
            return date(day: words[2], month: words[1], year: number(words[4], digits: 4), time: words[3])
        default: return nil
        }
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func date(day: Substring, month: Substring, year: Int?, time: Substring) -> Date? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false)
        guard let year, let month = months.firstIndex(of: String(month)).map({ $0 + 1 }),
            let day = number(day, digits: day.utf8.count == 1 ? 1 : 2), clock.count == 3,
            let hour = number(clock[0], digits: 2), let minute = number(clock[1], digits: 2),
            let second = number(clock[2], digits: 2),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        return Date(timeIntervalSince1970: TimeInterval(seconds))
    }

    /// The number in exactly so many digits.
    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    /// A year of two digits is the one that is at most 50 years ahead.
    private static func year(_ short: Int, now: Date) -> Int {
        let current = 1970 + Int(now.timeIntervalSince1970 / 31_556_952)
        let year = current - current % 100 + short
        return year > current + 50 ? year - 100 : year
    }

    /// The days since 1970 in the Gregorian calendar, with years that begin in March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let days = 365 * year + year / 4 - year / 100 + year / 400
        return days + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
    }
}
#endif
