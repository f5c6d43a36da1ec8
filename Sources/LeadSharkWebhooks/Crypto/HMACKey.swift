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
@safe final class HMACKey: @unchecked Sendable {
    private struct States {
        var inner: SHA256
        var outer: SHA256
    }

    let secret: SecretBytes
    /// In memory of their own: to copy from a variable of a class, Swift would look at each call who else uses it.
    private let states: UnsafeMutablePointer<States>

    init(_ secret: SecretBytes) {
        self.secret = secret
        var block = InlineArray<64, UInt8>(repeating: 0)
        if secret.count > SHA256.blockByteCount {
            var digest = secret.withSpan { SHA256.digest(of: $0) }
            for index in 0..<Digest.byteCount { block[index] = digest.bytes[index] }
            digest.wipe()
        } else {
            for index in 0..<secret.count { block[index] = secret[index] }
        }
        unsafe states = .allocate(capacity: 1)
        unsafe states.initialize(
            to: States(inner: Self.state(of: block, pad: 0x36), outer: Self.state(of: block, pad: 0x5c)))
        unsafe withUnsafeMutableBytes(of: &block) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    deinit {
        unsafe states.pointee.inner.wipe()
        unsafe states.pointee.outer.wipe()
        unsafe states.deallocate()
    }

    /// The HMAC of `message`.
    func authenticate(_ message: borrowing Span<UInt8>) -> Digest {
        var block = SHA256.Block(repeating: 0)
        var hash = unsafe states.pointee.inner
        hash.takeRest(message, after: SHA256.blockByteCount, &block)
        // The outer hash takes the key's block, before this, and the inner digest: its padding is always the same.
        let digest = hash.value.words
        block = [digest[0], digest[1], digest[2], digest[3], Self.firstPadding, 0, 0, Self.bitCount]
        hash = unsafe states.pointee.outer
        hash.take(&block)
        let tag = hash.value
        hash.wipeValue()
        unsafe withUnsafeMutableBytes(of: &block) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
        return tag
    }

    private static var firstPadding: UInt64 { (UInt64(1) << 63).bigEndian }
    private static var bitCount: UInt64 { UInt64((SHA256.blockByteCount + Digest.byteCount) * 8).bigEndian }

    private static func state(of block: InlineArray<64, UInt8>, pad: UInt8) -> SHA256 {
        var padded = block
        for index in padded.indices { padded[index] ^= pad }
        var state = SHA256()
        state.update(padded.span)
        unsafe withUnsafeMutableBytes(of: &padded) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
        return state
    }
}
