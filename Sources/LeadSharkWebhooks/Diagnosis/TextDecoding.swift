/// Encodings in which bodies, tags and secrets arrive when something took them for what they are not. Each gives `nil` for
/// what is not encoded so.
enum TextDecoding {
    static func hexadecimal(_ text: [UInt8]) -> [UInt8]? {
        guard !text.isEmpty, text.count.isMultiple(of: 2), text.allSatisfy(\.isHexadecimalDigit) else { return nil }
        return stride(from: 0, to: text.count, by: 2).map { text[$0].hexValue << 4 | text[$0 + 1].hexValue }
    }

    /// Base64 of either alphabet, with or without padding, in lines or not.
    static func base64(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var bitCount = 0
        var isPadded = false
        for byte in text {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
            case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
            case UInt8(ascii: "="):
                isPadded = true
                continue
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): continue
            default: return nil
            }
            guard !isPadded else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        return result.isEmpty || bitCount == 6 ? nil : result
    }

    /// What HTML forms and query strings do: `%7B` for `{`.
    ///
    /// - Parameter plusIsBlank: Whether `+` is a blank, as in forms.
    static func percent(_ text: ArraySlice<UInt8>, plusIsBlank: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%"), index + 2 < text.endIndex, text[index + 1].isHexadecimalDigit,
                text[index + 2].isHexadecimalDigit
            {
                result.append(text[index + 1].hexValue << 4 | text[index + 2].hexValue)
                index += 3
            } else {
                result.append(byte == UInt8(ascii: "+") && plusIsBlank ? 0x20 : byte)
                index += 1
            }
        }
        return result
    }

    /// The five characters that HTML escapes, in the forms in which it is done.
    static func html(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while let ampersand = text[index...].firstIndex(of: UInt8(ascii: "&")) {
            result.append(contentsOf: text[index..<ampersand])
            let entity = entities.first { text[ampersand...].starts(with: $0.key.utf8) }
            result.append(entity?.value ?? UInt8(ascii: "&"))
            index = ampersand + (entity?.key.utf8.count ?? 1)
        }
        guard index > 0 else { return nil }
        result.append(contentsOf: text[index...])
        return result
    }

    private static let entities: KeyValuePairs<String, UInt8> = [
        "&quot;": 0x22, "&#34;": 0x22, "&#x22;": 0x22, "&apos;": 0x27, "&#39;": 0x27, "&#039;": 0x27, "&#x27;": 0x27,
        "&amp;": 0x26, "&#38;": 0x26, "&lt;": 0x3c, "&#60;": 0x3c, "&gt;": 0x3e, "&#62;": 0x3e, "&#47;": 0x2f,
        "&#x2F;": 0x2f,
    ]

    /// UTF-8 whose characters are the bytes of Latin-1, back to those bytes.
    static func latin1(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(where: { $0 >= 0x80 }), let text = String(validating: text, as: UTF8.self) else {
            return nil
        }
        var result: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            result.append(byte)
        }
        return result
    }
}

extension UInt8 {
    var isBlank: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
    var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "`") }
    var asciiLowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
    var isHexadecimalDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }

    fileprivate var hexValue: UInt8 {
        self <= UInt8(ascii: "9") ? self - UInt8(ascii: "0") : (self | 0x20) - UInt8(ascii: "a") + 10
    }
}

extension ArraySlice<UInt8> {
    func trimmed(_ isUnwanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        guard let first = firstIndex(where: { !isUnwanted($0) }), let last = lastIndex(where: { !isUnwanted($0) })
        else { return [] }
        return self[first...last]
    }
}
