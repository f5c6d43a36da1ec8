/// A decimal number taken apart: its value is `0.d₁d₂d₃… × 10^exponent`, with no zero at either end of the digits.
struct DecimalNumber {
    private(set) var isNegative = false
    /// How many significant digits there are; none of zero.
    private(set) var digitCount = 0
    private(set) var exponent = 0
    /// The first nineteen of the significant digits, and the zeros that follow them, as one integer.
    private var leading: UInt64 = 0
    /// How many digits ``leading`` has.
    private var leadingCount = 0

    /// Larger than any exponent that the digits of a text could make up for.
    private static let maximumExponent = 1 << 40

    /// Takes apart what JSON's grammar, or Swift's description of a finite `Double`, calls a number.
    init(_ text: Span<UInt8>) {
        var position = 0
        if text[0] == UInt8(ascii: "-") {
            isNegative = true
            position = 1
        }
        var count = 0
        var isFraction = false
        scan: while position < text.count {
            let byte = text[position]
            switch byte {
            case UInt8(ascii: "."):
                isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if byte == UInt8(ascii: "0") && count == 0 {
                    if isFraction { exponent -= 1 }
                    break
                }
                count += 1
                if !isFraction { exponent += 1 }
                if byte != UInt8(ascii: "0") { digitCount = count }
                if count <= 19 {
                    leading = leading * 10 + UInt64(byte - UInt8(ascii: "0"))
                    leadingCount = count
                }
            default:
                break scan
            }
            position += 1
        }
        if position < text.count { exponent += Self.explicitExponent(text, after: position) }
    }

    /// The number behind an `e`, which stands at `position`.
    private static func explicitExponent(_ text: Span<UInt8>, after position: Int) -> Int {
        var position = position + 1
        let isNegative = text[position] == UInt8(ascii: "-")
        if isNegative || text[position] == UInt8(ascii: "+") { position += 1 }
        var value = 0
        while position < text.count {
            value = min(value * 10 + Int(text[position] - UInt8(ascii: "0")), maximumExponent)
            position += 1
        }
        return isNegative ? -value : value
    }

    /// The digits as one integer. There must be nineteen at most.
    private var significand: UInt64 {
        var significand = leading
        for _ in digitCount..<leadingCount { significand /= 10 }
        return significand
    }

    /// The nearest double, when one multiplication or division gives it: of an integer and a power of ten that are doubles
    /// both, IEEE 754 has the result rounded right (Clinger 1990).
    var exactDouble: Double? {
        let scale = exponent - digitCount
        guard digitCount <= 19, abs(scale) < Self.powersOfTen.count, significand <= 1 << 53 else { return nil }
        let magnitude =
            scale < 0
            ? Double(significand) / Self.powersOfTen[-scale] : Double(significand) * Self.powersOfTen[scale]
        return isNegative ? -magnitude : magnitude
    }

    /// Those that doubles hold exactly.
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]

    /// The digits as characters. There must be nineteen at most.
    var digits: InlineArray<20, UInt8> {
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var rest = significand
        var index = digitCount
        while index > 0 {
            index -= 1
            digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return digits
    }
}
