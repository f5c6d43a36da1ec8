/// Where a text stops being JSON, and what would have had to follow.
struct JSONMisfit: Error {
    let code: JSONError.Code
    let offset: Int
    let expected: StaticString

    init(_ code: JSONError.Code, at offset: Int, expected: StaticString) {
        self.code = code
        self.offset = offset
        self.expected = expected
    }
}

/// The words of JSON: functions that take a position in a text, and give the position after what stands there.
///
/// Each access without a check of bounds stands after a comparison with the text's length.
enum JSONLexer {
    /// Passes over blanks.
    @inline(__always)
    static func blanks(_ text: Span<UInt8>, _ start: Int) -> Int {
        // Compact text has none: one comparison.
        guard start < text.count, unsafe text[unchecked: start] <= 0x20 else { return start }
        return manyBlanks(text, start)
    }

    @inline(never)
    private static func manyBlanks(_ text: Span<UInt8>, _ start: Int) -> Int {
        var position = start
        while position < text.count {
            switch unsafe text[unchecked: position] {
            case 0x20, 0x0a, 0x0d, 0x09: position += 1
            default: return position
            }
        }
        return position
    }

    @inline(__always)
    static func isNext(_ text: Span<UInt8>, _ position: Int, _ byte: UInt8) -> Bool {
        unsafe position < text.count && text[unchecked: position] == byte
    }

    static func literal(_ text: Span<UInt8>, _ start: Int, _ literal: StaticString) throws(JSONMisfit) -> Int {
        for offset in 0..<literal.utf8CodeUnitCount {
            let position = start + offset
            guard isNext(text, position, unsafe literal.utf8Start[offset]) else {
                throw JSONMisfit(
                    position < text.count ? .unexpectedCharacter : .unexpectedEnd, at: position, expected: literal)
            }
        }
        return start + literal.utf8CodeUnitCount
    }

    // MARK: Numbers

    static func number(_ text: Span<UInt8>, _ start: Int) throws(JSONMisfit) -> Int {
        var position = start
        if isNext(text, position, UInt8(ascii: "-")) { position += 1 }
        if isNext(text, position, UInt8(ascii: "0")) {
            position += 1
        } else {
            position = try digits(text, position)
        }
        if isNext(text, position, UInt8(ascii: ".")) {
            position = try digits(text, position + 1)
        }
        if isNext(text, position, UInt8(ascii: "e")) || isNext(text, position, UInt8(ascii: "E")) {
            position += 1
            if isNext(text, position, UInt8(ascii: "+")) || isNext(text, position, UInt8(ascii: "-")) { position += 1 }
            position = try digits(text, position)
        }
        if position < text.count, text[position].isDigit || text[position] == UInt8(ascii: ".") {
            throw JSONMisfit(.invalidNumber, at: position, expected: "the end of the number")
        }
        return position
    }

    @inline(__always)
    private static func digits(_ text: Span<UInt8>, _ start: Int) throws(JSONMisfit) -> Int {
        var position = start
        while position < text.count, unsafe text[unchecked: position].isDigit { position += 1 }
        guard position > start else { throw JSONMisfit(.invalidNumber, at: position, expected: "a digit") }
        return position
    }

    // MARK: Strings

    struct ScannedString {
        /// Where the closing quotation mark stands.
        var end: Int
        var isEscaped = false
        var isASCII = true
    }

    /// Passes over the bytes of a string that stand for themselves, eight at a time.
    @inline(__always)
    static func plainBytes(_ text: Span<UInt8>, _ start: Int) -> Int {
        var position = start
        while position &+ 8 <= text.count {
            let word = unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
            let stops = stops(in: UInt64(littleEndian: word))
            if stops != 0 { return position &+ stops.trailingZeroBitCount &>> 3 }
            position &+= 8
        }
        return lastPlainBytes(text, position)
    }

    @inline(never)
    private static func lastPlainBytes(_ text: Span<UInt8>, _ start: Int) -> Int {
        var position = start
        while position < text.count, text[position].isPlain { position += 1 }
        return position
    }

    /// Takes a string on from a byte that does not stand for itself.
    @inline(never)
    static func restOfString(_ text: Span<UInt8>, from start: Int) throws(JSONMisfit) -> ScannedString {
        var string = ScannedString(end: start)
        while true {
            guard string.end < text.count else {
                throw JSONMisfit(.unexpectedEnd, at: string.end, expected: "the end of the string")
            }
            let byte = unsafe text[unchecked: string.end]
            if byte == UInt8(ascii: "\"") { return string }
            if byte == UInt8(ascii: "\\") {
                string.isEscaped = true
                string.end = try escape(text, string.end + 1)
            } else if byte >= 0x80 {
                string.isASCII = false
                string.end = try beyondASCII(text, string.end)
            } else {
                throw JSONMisfit(
                    .controlCharacter, at: string.end, expected: "an escape in place of a control character")
            }
            string.end = plainBytes(text, string.end)
        }
    }

    /// The highest bit of the first byte that is a quotation mark, a backslash, a control character or beyond ASCII; bits
    /// above that one mean nothing. No bit, if there is no such byte.
    ///
    /// To subtract reaches the highest bit where the byte was smaller than what is taken away: the wanted one minus itself
    /// is zero, and zero is smaller than one. Only from such a byte is anything borrowed of the next one.
    @inline(__always)
    private static func stops(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let isQuote = (word ^ (ones &* 0x22)) &- ones
        let isBackslash = (word ^ (ones &* 0x5c)) &- ones
        let isControl = word &- (ones &* 0x20)
        return (isQuote | isBackslash | isControl | word) & (ones &* 0x80)
    }

    /// Takes what follows a backslash.
    private static func escape(_ text: Span<UInt8>, _ start: Int) throws(JSONMisfit) -> Int {
        guard start < text.count else { throw JSONMisfit(.unexpectedEnd, at: start, expected: "an escape") }
        switch text[start] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 1
        case UInt8(ascii: "u"):
            for position in start + 1...start + 4 {
                guard position < text.count, text[position].isHexDigit else {
                    throw JSONMisfit(
                        position < text.count ? .invalidEscape : .unexpectedEnd, at: position,
                        expected: "four hexadecimal digits")
                }
            }
            return start + 5
        default:
            throw JSONMisfit(.invalidEscape, at: start, expected: "an escape")
        }
    }

    /// Takes all characters beyond ASCII that stand here.
    private static func beyondASCII(_ text: Span<UInt8>, _ start: Int) throws(JSONMisfit) -> Int {
        var position = start
        while position < text.count, text[position] >= 0x80 {
            let length = UTF8Validation.sequenceLength(in: text, at: position)
            guard length > 0 else { throw JSONMisfit(.invalidUTF8, at: position, expected: "UTF-8") }
            position += length
        }
        return position
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isHexDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }

    /// Whether it stands for itself in a string.
    fileprivate var isPlain: Bool {
        (0x20..<0x80).contains(self) && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}
