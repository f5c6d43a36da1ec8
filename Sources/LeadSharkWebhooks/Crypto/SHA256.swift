import CLibcrypto

/// A SHA-256 computation (FIPS 180-4) in progress: a plain value of 112 bytes, so that a copy is a snapshot.
struct SHA256: Sendable {
    private var context: SHA256_CTX

    init() {
        context = SHA256_CTX()
        unsafe SHA256_Init(&context)
    }

    mutating func update(_ bytes: borrowing Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            _ = unsafe SHA256_Update(&context, buffer.baseAddress, buffer.count)
        }
    }

    /// Ends the computation. The value must not be used afterwards; copy it first to go on from here.
    mutating func finalize() -> Digest {
        var digest = Digest()
        unsafe withUnsafeMutableBytes(of: &digest.bytes) { buffer in
            _ = unsafe SHA256_Final(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &context)
        }
        return digest
    }

    /// Overwrites the state, for computations over a key.
    mutating func wipe() {
        unsafe withUnsafeMutableBytes(of: &context) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    /// The digest of `bytes`.
    static func digest(of bytes: borrowing Span<UInt8>) -> Digest {
        var state = SHA256()
        state.update(bytes)
        return state.finalize()
    }
}
