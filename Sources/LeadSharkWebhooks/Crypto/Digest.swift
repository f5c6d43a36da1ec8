import CLibcrypto

/// The 32 bytes that SHA-256, or HMAC over it, gives.
///
/// Not `Equatable` on purpose: a tag is compared by ``matches(_:)`` only, in constant time.
struct Digest: Sendable {
    static let byteCount = 32

    /// The bytes eight at a time, as they lie in memory. As bytes they would be carried about one by one.
    var words: InlineArray<4, UInt64>

    init() { words = InlineArray(repeating: 0) }

    init(words: InlineArray<4, UInt64>) { self.words = words }

    /// The bytes. Both forms are 32 bytes, without padding or reference.
    var bytes: InlineArray<32, UInt8> {
        get { unsafe unsafeBitCast(words, to: InlineArray<32, UInt8>.self) }
        set { unsafe words = unsafeBitCast(newValue, to: InlineArray<4, UInt64>.self) }
    }

    /// Whether both are equal, in a time that does not depend on where they differ.
    ///
    /// What differs in the one half is laid over what differs in the other, and libcrypto's `CRYPTO_memcmp` says whether that
    /// is anything at all: one call, which for sixteen bytes has a way without a loop. Its answer is the one thing that leaves
    /// the secret's realm. `make constant-time` relies on that, and shows it.
    @inline(__always)
    func matches(_ other: Digest) -> Bool {
        let difference: InlineArray<2, UInt64> = [
            (words[0] ^ other.words[0]) | (words[2] ^ other.words[2]),
            (words[1] ^ other.words[1]) | (words[3] ^ other.words[3]),
        ]
        let nothing = InlineArray<2, UInt64>(repeating: 0)
        return unsafe difference.span.withUnsafeBytes { difference in
            unsafe nothing.span.withUnsafeBytes { nothing in
                unsafe CRYPTO_memcmp(difference.baseAddress, nothing.baseAddress, difference.count) == 0
            }
        }
    }

    mutating func wipe() {
        unsafe withUnsafeMutableBytes(of: &words) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
