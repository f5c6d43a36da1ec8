import FoundationEssentials
import LeadSharkWebhooks

/// Texts of times.
enum TimestampTarget {
    static func check(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        let timestamp = EventTimestamp(text)
        require(Array(timestamp.text.utf8) == Array(text.utf8), "the text is kept")
        let date = timestamp.date
        let expected = instant(of: Array(text.utf8))
        require((date == nil) == (expected == nil), "a time is read if and only if it is one")
        guard let date, let expected else { return }
        // A double has some microseconds to spare for the year 9999.
        require(abs(date.timeIntervalSince1970 - expected) < 1e-4, "the instant is the right one")
        require(EventTimestamp(text.lowercased()).date == date, "T and Z may be lower-case")
        if text.last == "Z" {
            require(EventTimestamp(text.dropLast() + "+00:00").date == date, "Z is no offset")
            require(EventTimestamp(text.dropLast() + "-00:00").date == date, "Z is no offset, to the west either")
        }
    }

    /// The seconds since 1970, by other means: a pattern of digits, and days counted year by year.
    private static func instant(of text: [UInt8]) -> Double? {
        guard text.count >= 20 else { return nil }
        for (byte, shape) in zip(text, "0000-00-00T00:00:00".utf8) {
            switch shape {
            case UInt8(ascii: "0"): guard isDigit(byte) else { return nil }
            case UInt8(ascii: "T"): guard byte == shape || byte == UInt8(ascii: "t") else { return nil }
            default: guard byte == shape else { return nil }
            }
        }
        var rest = text[19...]
        var fraction = 0.0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard (1...EventTimestamp.maximumFractionDigitCount).contains(digits.count) else { return nil }
            fraction = Double("0." + String(decoding: digits, as: UTF8.self)) ?? .nan
            rest = rest.dropFirst(digits.count + 1)
        }
        guard let offset = offset(of: Array(rest)) else { return nil }
        let (year, month, day) = (number(text[0..<4]), number(text[5..<7]), number(text[8..<10]))
        let (hour, minute, second) = (number(text[11..<13]), number(text[14..<16]), number(text[17..<19]))
        let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
        let months = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...months[month - 1]).contains(day), hour <= 23, minute <= 59, second <= 59
        else { return nil }
        let leapYears = { (year: Int) in (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400 }
        let days =
            (year - 1970) * 365 + leapYears(year) - leapYears(1970) + months[..<(month - 1)].reduce(0, +) + day - 1
        return Double(days * 86400 + hour * 3600 + minute * 60 + second - offset) + fraction
    }

    private static func offset(of text: [UInt8]) -> Int? {
        if text == [UInt8(ascii: "Z")] || text == [UInt8(ascii: "z")] { return 0 }
        guard text.count == 6, text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
            text[3] == UInt8(ascii: ":"), [1, 2, 4, 5].allSatisfy({ isDigit(text[$0]) })
        else { return nil }
        let (hours, minutes) = (number(text[1...2]), number(text[4...5]))
        guard hours <= 23, minutes <= 59 else { return nil }
        return (hours * 3600 + minutes * 60) * (text[0] == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int {
        digits.reduce(0) { $0 * 10 + Int($1) - 48 }
    }
}
