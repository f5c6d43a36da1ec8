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

    /// Whether both are equal, in a time that does not depend on where they differ (libcrypto's `CRYPTO_memcmp`).
    ///
    /// Two halves, both always compared: for sixteen bytes `CRYPTO_memcmp` has a way without a loop.
    @inline(__always)
    func matches(_ other: Digest) -> Bool {
        let half = Digest.byteCount / 2
        return unsafe words.span.withUnsafeBytes { left in
            unsafe other.words.span.withUnsafeBytes { right in
                let first = unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, half)
                let second = unsafe CRYPTO_memcmp(
                    left.baseAddress?.advanced(by: half), right.baseAddress?.advanced(by: half), half)
                return first | second == 0
            }
        }
    }

    mutating func wipe() {
        unsafe withUnsafeMutableBytes(of: &words) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
