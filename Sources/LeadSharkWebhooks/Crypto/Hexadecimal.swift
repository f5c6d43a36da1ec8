/// Lower-case hexadecimal text, over bytes and by our own rule: `UInt8("+f", radix: 16)` is 15.
///
/// Digits are read eight at a time, one in each byte of a word, without a table or a branch on what they are.
enum Hexadecimal {
    static func text(of bytes: borrowing Span<UInt8>) -> String {
        unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            for index in bytes.indices {
                unsafe buffer[index * 2] = digit(bytes[index] >> 4)
                unsafe buffer[index * 2 + 1] = digit(bytes[index] & 0x0f)
            }
            return bytes.count * 2
        }
    }

    /// Decodes exactly 64 hex digits of either case; `nil` for anything else.
    @inline(__always)
    static func digest(_ text: borrowing Span<UInt8>) -> Digest? {
        guard text.count == Digest.byteCount * 2 else { return nil }
        var check = Check()
        var digest = Digest()
        for index in 0..<4 { digest.words[index] = word(text, at: index * 16, &check) }
        return check.holds ? digest : nil
    }

    /// What was found out so far, in the highest bit of each byte.
    private struct Check {
        /// Set unless some byte at this place is beyond ASCII.
        var isASCII = UInt64.max
        /// Set unless some byte at this place is no digit.
        var isDigit = UInt64.max

        var holds: Bool { isASCII & isDigit & repeated(0x80) == repeated(0x80) }
    }

    /// The eight bytes that the sixteen digits at `offset` stand for, in memory's order.
    @inline(__always)
    private static func word(_ text: borrowing Span<UInt8>, at offset: Int, _ check: inout Check) -> UInt64 {
        // All offsets asked for are within the 64 bytes.
        let first = unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
        let second = unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset + 8, as: UInt64.self)
        let low = bytes(of: UInt64(littleEndian: first), &check)
        let high = bytes(of: UInt64(littleEndian: second), &check)
        return (low | high << 32).littleEndian
    }

    /// The four bytes that eight digits stand for; the first digit and the first byte are the lowest.
    @inline(__always)
    private static func bytes(of digits: UInt64, _ check: inout Check) -> UInt64 {
        // A sum beyond 0x7f shows in the highest bit of its byte. (Beyond 0xff it would carry over into the next one, but
        // only from a byte beyond ASCII, and then nothing here counts.)
        check.isASCII &= ~digits
        let isNumeral = (digits &+ repeated(0x80 - 0x30)) & ~(digits &+ repeated(0x80 - 0x3a))
        let folded = digits | repeated(0x20)
        let isLetter = (folded &+ repeated(0x80 - 0x61)) & ~(folded &+ repeated(0x80 - 0x67)) & repeated(0x80)
        check.isDigit &= isNumeral | isLetter
        // A letter's lower four bits are nine less than its value: 1 and 8 out of its highest bit.
        let nibbles = (digits & repeated(0x0f)) &+ (isLetter >> 7 | isLetter >> 4)
        // Two nibbles make a byte, in every other byte; then those bytes side by side.
        var bytes = (nibbles << 4 | nibbles >> 8) & 0x00ff_00ff_00ff_00ff
        bytes = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff
        return (bytes | bytes >> 16) & 0xffff_ffff
    }

    /// A word with the same number in each byte.
    @inline(__always)
    private static func repeated(_ byte: UInt64) -> UInt64 { byte &* 0x0101_0101_0101_0101 }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
