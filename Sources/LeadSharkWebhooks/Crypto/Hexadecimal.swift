/// Lower-case hexadecimal text, over bytes and by our own table: `UInt8("+f", radix: 16)` is 15.
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
    static func digest(_ text: borrowing Span<UInt8>) -> Digest? {
        guard text.count == Digest.byteCount * 2 else { return nil }
        var digest = Digest()
        for index in 0..<Digest.byteCount {
            guard let high = value(text[index * 2]), let low = value(text[index * 2 + 1]) else { return nil }
            digest.bytes[index] = high << 4 | low
        }
        return digest
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
