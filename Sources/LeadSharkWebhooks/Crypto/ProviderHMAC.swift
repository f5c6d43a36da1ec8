import CLibcrypto

/// HMAC-SHA-256 through libcrypto's `EVP_MAC`, which honours the configured providers (FIPS among them).
enum ProviderHMAC {
    /// The HMAC of `message`, or `nil` when no loaded provider offers HMAC-SHA-256.
    static func authenticate(_ message: borrowing Span<UInt8>, key: borrowing Span<UInt8>) -> Digest? {
        var digest = Digest()
        var length = 0
        let succeeded = unsafe key.withUnsafeBufferPointer { key in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe withUnsafeMutableBytes(of: &digest.words) { output in
                    unsafe EVP_Q_mac(
                        nil, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count, message.baseAddress,
                        message.count, output.baseAddress?.assumingMemoryBound(to: UInt8.self), output.count,
                        &length) != nil
                }
            }
        }
        return succeeded && length == Digest.byteCount ? digest : nil
    }
}
