import CLibcrypto

/// The 32 bytes that SHA-256, or HMAC over it, gives.
///
/// Not `Equatable` on purpose: a tag is compared by ``matches(_:)`` only, in constant time.
struct Digest: Sendable {
    static let byteCount = 32

    var bytes = InlineArray<32, UInt8>(repeating: 0)

    /// Whether both are equal, in a time that does not depend on where they differ (libcrypto's `CRYPTO_memcmp`).
    func matches(_ other: Digest) -> Bool {
        var left = bytes
        var right = other.bytes
        return unsafe withUnsafeBytes(of: &left) { left in
            unsafe withUnsafeBytes(of: &right) { right in
                unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, Digest.byteCount) == 0
            }
        }
    }

    mutating func wipe() {
        unsafe withUnsafeMutableBytes(of: &bytes) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
