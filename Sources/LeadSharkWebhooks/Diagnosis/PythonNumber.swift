/// Numbers as Python's `json` reads them and writes them again.
enum PythonNumber {
    /// Python refuses to read an integer of more digits.
    private static let maximumDigitCount = 4300

    /// The text, or `nil` when Python refuses to read the number.
    static func text(of number: JSONNumber) -> String? {
        let text = number.text
        if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }) {
            // An integer of any length stays as it is, but for the sign of zero.
            return text == "-0" ? "0" : text.utf8.count <= maximumDigitCount ? text : nil
        }
        return Self.text(of: number.double)
    }

    /// Python's `repr`: the shortest digits that mean this number, with an exponent below 1e-4 and from 1e16 on.
    static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        let sign = value.sign == .minus ? "-" : ""
        if value.isInfinite { return sign + "Infinity" }
        let (digits, point) = digits(of: value.magnitude)
        if digits.isEmpty { return sign + "0.0" }
        if point > 16 || point <= -4 {
            let exponent = point - 1
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let magnitude = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + magnitude
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point {
            return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// The significant digits, and how many of them stand before the point. Swift finds the same ones, and writes them
    /// otherwise.
    private static func digits(of value: Double) -> (String, point: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let all = mantissa[0] + fraction
        let significant = all.drop { $0 == "0" }
        let point =
            mantissa[0].count - (all.count - significant.count) + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        var digits = String(significant)
        while digits.last == "0" { digits.removeLast() }
        return (digits, point)
    }
}
