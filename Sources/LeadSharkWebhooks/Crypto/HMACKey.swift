import CLibcrypto

/// An HMAC-SHA-256 key (RFC 2104, FIPS 198-1) with its inner and outer hash states prepared.
///
/// Preparing them once leaves two copies of a plain value and the message itself to each computation. It is three
/// times faster than a one-shot HMAC of libcrypto at the size of a webhook, allocates nothing and shares nothing
/// between threads. The low-level calls it needs bypass libcrypto's providers: see ``HMACImplementation``.
///
/// The states are as good as the key to a thief, so they live in one place and are overwritten before they go.
///
/// `@unchecked Sendable`: `init` and `deinit` alone write the states; in between they are only copied from.
final class HMACKey: @unchecked Sendable {
    private static let blockSize = 64

    let secret: SecretBytes
    private var inner: SHA256
    private var outer: SHA256

    init(_ secret: SecretBytes) {
        self.secret = secret
        var block = InlineArray<64, UInt8>(repeating: 0)
        if secret.count > Self.blockSize {
            var digest = secret.withSpan { SHA256.digest(of: $0) }
            for index in 0..<Digest.byteCount { block[index] = digest.bytes[index] }
            digest.wipe()
        } else {
            for index in 0..<secret.count { block[index] = secret[index] }
        }
        inner = Self.state(of: block, pad: 0x36)
        outer = Self.state(of: block, pad: 0x5c)
        unsafe withUnsafeMutableBytes(of: &block) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    deinit {
        inner.wipe()
        outer.wipe()
    }

    /// The HMAC of `message`.
    func authenticate(_ message: borrowing Span<UInt8>) -> Digest {
        var hash = inner
        hash.update(message)
        var digest = hash.finalize()
        hash = outer
        hash.update(digest.bytes.span)
        digest = hash.finalize()
        hash.wipe()
        return digest
    }

    private static func state(of block: InlineArray<64, UInt8>, pad: UInt8) -> SHA256 {
        var padded = block
        for index in padded.indices { padded[index] ^= pad }
        var state = SHA256()
        state.update(padded.span)
        unsafe withUnsafeMutableBytes(of: &padded) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
        return state
    }
}
