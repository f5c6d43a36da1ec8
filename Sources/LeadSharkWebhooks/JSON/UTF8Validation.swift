/// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
enum UTF8Validation {
    /// The length of the well-formed sequence of two to four bytes at `position`; zero when there is none.
    static func sequenceLength(in text: Span<UInt8>, at position: Int) -> Int {
        let lead = text[position]
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0xc2...0xdf: (second, length) = (0x80...0xbf, 2)
        case 0xe0: (second, length) = (0xa0...0xbf, 3)
        case 0xe1...0xec, 0xee...0xef: (second, length) = (0x80...0xbf, 3)
        case 0xed: (second, length) = (0x80...0x9f, 3)
        case 0xf0: (second, length) = (0x90...0xbf, 4)
        case 0xf1...0xf3: (second, length) = (0x80...0xbf, 4)
        case 0xf4: (second, length) = (0x80...0x8f, 4)
        default: return 0
        }
        guard position + length <= text.count, second.contains(text[position + 1]) else { return 0 }
        for index in (position + 2)..<(position + length) where text[index] & 0xc0 != 0x80 { return 0 }
        return length
    }
}
