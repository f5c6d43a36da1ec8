/// A number as JavaScript prints it: `Number::toString` of ECMA-262 with radix 10, after the text was rounded to the
/// nearest double, ties to even.
struct JavaScriptNumber {
    /// The text; ``count`` bytes of it.
    private(set) var bytes = InlineArray<32, UInt8>(repeating: 0)
    private(set) var count = 0

    /// Any decimal of fifteen significant digits is the shortest one that means its double, so up to here the digits of
    /// a text are those that JavaScript prints.
    private static let exactDigitCount = 15

    /// Whether a number is an integer in so few plain digits that JavaScript prints it as it stands: a quick answer for
    /// most. `false` means that one has to look closer.
    static func isPlain(_ text: Span<UInt8>) -> Bool {
        guard text.count <= exactDigitCount else { return false }
        let isNegative = text[0] == UInt8(ascii: "-")
        for index in (isNegative ? 1 : 0)..<text.count
        where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) { return false }
        return !isNegative || text[1] != UInt8(ascii: "0")
    }

    /// Prints what `JSON.stringify` makes of a number of a JSON text: `null` for one beyond the largest double.
    init(parsing text: Span<UInt8>) {
        let number = DecimalNumber(text)
        let isExact = number.digitCount <= Self.exactDigitCount && abs(number.exponent) < 290
        if isExact || number.digitCount == 0 { print(number) } else { print(Self.double(number, text)) }
    }

    /// Prints a double: `null` for one that is not finite.
    init(_ value: Double) {
        print(value)
    }

    // MARK: Printing

    private mutating func print(_ value: Double) {
        guard value.isFinite else {
            for byte in "null".utf8 { append(byte) }
            return
        }
        // Swift's description has the same digits (the fewest that mean this double, of these the nearest) in another form.
        let description = value.description
        print(DecimalNumber(description.utf8.span))
    }

    private mutating func print(_ number: DecimalNumber) {
        guard number.digitCount > 0 else { return append(UInt8(ascii: "0")) }
        if number.isNegative { append(UInt8(ascii: "-")) }
        let digits = number.digits
        let count = number.digitCount
        switch number.exponent {
        case count...21:
            for index in 0..<count { append(digits[index]) }
            for _ in count..<number.exponent { append(UInt8(ascii: "0")) }
        case 1...21:
            for index in 0..<count {
                if index == number.exponent { append(UInt8(ascii: ".")) }
                append(digits[index])
            }
        case -5...0:
            append(UInt8(ascii: "0"))
            append(UInt8(ascii: "."))
            for _ in number.exponent..<0 { append(UInt8(ascii: "0")) }
            for index in 0..<count { append(digits[index]) }
        default:
            append(digits[0])
            if count > 1 { append(UInt8(ascii: ".")) }
            for index in 1..<count { append(digits[index]) }
            printExponent(number.exponent - 1)
        }
    }

    private mutating func printExponent(_ exponent: Int) {
        append(UInt8(ascii: "e"))
        append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        let value = abs(exponent)
        if value >= 100 { append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 100)) }
        if value >= 10 { append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10 % 10)) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }

    private mutating func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    // MARK: Reading

    /// So many digits tell on which side of the middle between two doubles a number lies, if one more says whether
    /// anything but zeros follows: no such middle has more than 767.
    private static let decisiveDigitCount = 800

    /// The nearest double. The time it takes grows no faster than the text.
    private static func double(_ number: DecimalNumber, _ text: Span<UInt8>) -> Double {
        if number.exponent > 310 { return .infinity }
        if number.exponent < -330 { return 0 }
        if let value = number.exactDouble { return value }
        // Digits and an exponent, no point and no more digits than needed: short, and the same in every locale.
        var short: [UInt8] = []
        short.reserveCapacity(min(number.digitCount, decisiveDigitCount) + 8)
        if number.isNegative { short.append(UInt8(ascii: "-")) }
        let signCount = short.count
        var position = 0
        while short.count - signCount < min(number.digitCount, decisiveDigitCount) {
            let byte = text[position]
            position += 1
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { continue }
            if short.count == signCount && byte == UInt8(ascii: "0") { continue }
            short.append(byte)
        }
        if number.digitCount > decisiveDigitCount { short.append(UInt8(ascii: "1")) }
        let exponent = number.exponent - (short.count - signCount)
        short.append(UInt8(ascii: "e"))
        short.append(contentsOf: "\(exponent)".utf8)
        // The text is a number by its grammar, so there is always one.
        return Double(String(decoding: short, as: UTF8.self)) ?? .nan
    }
}
