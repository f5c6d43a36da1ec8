import FoundationEssentials

/// The date and time of RFC 3339, read byte by byte. No text traps, and none is read leniently.
enum RFC3339 {
    static func date(from text: String) -> Date? {
        var text = text
        text.makeContiguousUTF8()
        return date(from: text.utf8.span)
    }

    /// `YYYY-MM-DDThh:mm:ss`, a fraction or none, then `Z` or `±hh:mm`.
    private static func date(from text: Span<UInt8>) -> Date? {
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] | 0x20 == UInt8(ascii: "t"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let century = twoDigits(text, at: 0), let yearOfCentury = twoDigits(text, at: 2),
            let month = twoDigits(text, at: 5), let day = twoDigits(text, at: 8),
            let hour = twoDigits(text, at: 11), let minute = twoDigits(text, at: 14),
            let second = twoDigits(text, at: 17)
        else { return nil }
        let year = century * 100 + yearOfCentury
        guard (1...12).contains(month), day >= 1, day <= dayCount(of: month, in: year), hour < 24, minute < 60,
            second < 60
        else { return nil }
        var position = 19
        guard let fraction = fraction(text, &position), let offset = offset(text, position) else { return nil }

        let days = dayNumber(year, month, day) - dayNumber(2001, 1, 1)
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - offset
        return Date(timeIntervalSinceReferenceDate: Double(seconds) + fraction)
    }

    /// The part of a second that begins at `position`, which is moved past it; zero without one.
    private static func fraction(_ text: Span<UInt8>, _ position: inout Int) -> Double? {
        guard text[position] == UInt8(ascii: ".") else { return 0 }
        position += 1
        let start = position
        var value = 0.0
        var unit = 1.0
        while position < text.count, let digit = digit(text[position]) {
            guard position - start < EventTimestamp.maximumFractionDigitCount else { return nil }
            // Beyond 15 digits a `Double` gains nothing.
            if position - start < 15 {
                value = value * 10 + Double(digit)
                unit *= 10
            }
            position += 1
        }
        return position > start ? value / unit : nil
    }

    /// The seconds that local time is ahead of UTC, from the text's end.
    private static func offset(_ text: Span<UInt8>, _ position: Int) -> Int? {
        guard position < text.count else { return nil }
        if text[position] | 0x20 == UInt8(ascii: "z") {
            return position + 1 == text.count ? 0 : nil
        }
        guard text.count == position + 6, text[position + 3] == UInt8(ascii: ":"),
            let hours = twoDigits(text, at: position + 1), let minutes = twoDigits(text, at: position + 4),
            hours < 24, minutes < 60
        else { return nil }
        switch text[position] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }

    private static func twoDigits(_ text: Span<UInt8>, at position: Int) -> Int? {
        guard let tens = digit(text[position]), let ones = digit(text[position + 1]) else { return nil }
        return tens * 10 + ones
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    private static func dayCount(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// A number that grows by one each day of the Gregorian calendar, from the year 0 on.
    private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // A year that begins with March ends with the leap day. With 400 added, no division is of a negative number.
        let shifted = year + 400 - (month <= 2 ? 1 : 0)
        let monthFromMarch = (month + 9) % 12
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + (monthFromMarch * 153 + 2) / 5 + day
    }
}
