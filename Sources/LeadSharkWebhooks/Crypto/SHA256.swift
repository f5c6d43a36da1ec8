import CLibcrypto

/// A SHA-256 computation (FIPS 180-4) in progress: a plain value of 112 bytes, so that a copy is a snapshot.
struct SHA256: Sendable {
    private var context: SHA256_CTX

    init() {
        context = SHA256_CTX()
        unsafe SHA256_Init(&context)
    }

    mutating func update(_ bytes: borrowing Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// Unsafe: `bytes` must not be freed meanwhile.
    @unsafe mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    /// Ends the computation. The value must not be used afterwards; copy it first to go on from here.
    mutating func finalize() -> Digest {
        var digest = Digest()
        unsafe withUnsafeMutableBytes(of: &digest.words) { buffer in
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

// What an HMAC is made of: the state is at the end of a block, and only whole blocks are taken. So nothing is ever kept
// for later in `context`, whose hash value is all that there is, and none of the calls below has to look.
extension SHA256 {
    /// The 64 bytes that are hashed at a time.
    typealias Block = InlineArray<8, UInt64>
    static let blockByteCount = 64

    /// The hash value: the digest, once the last block has been taken.
    @inline(__always)
    var value: Digest {
        let (a, b, c, d, e, f, g, h) = context.h
        return Digest(words: [Self.word(a, b), Self.word(c, d), Self.word(e, f), Self.word(g, h)])
    }

    /// Takes a block. It is only read; `inout` keeps it where it is.
    mutating func take(_ block: inout Block) {
        unsafe withUnsafeBytes(of: &block) { buffer in
            unsafe SHA256_Transform(&context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// Takes the rest of a message, of which `count` bytes went before, with the padding that FIPS 180-4 asks for: one
    /// bit, zeros, and the length of the whole in bits at the end of a block.
    ///
    /// - Parameter block: Room for the last block.
    @inline(__always)
    mutating func takeRest(_ message: borrowing Span<UInt8>, after count: Int, _ block: inout Block) {
        let wholeCount = message.count & ~(Self.blockByteCount - 1)
        let restCount = message.count - wholeCount
        block = Block(repeating: 0)
        unsafe message.withUnsafeBufferPointer { message in
            if wholeCount > 0 { unsafe SHA256_Update(&context, message.baseAddress, wholeCount) }
            unsafe withUnsafeMutableBytes(of: &block) { block in
                unsafe block.copyBytes(from: message[wholeCount...])
                unsafe block[restCount] = 0x80
            }
        }
        if restCount >= Self.blockByteCount - 8 {
            take(&block)
            block = Block(repeating: 0)
        }
        block[7] = (UInt64(count + message.count) * 8).bigEndian
        take(&block)
    }

    /// Overwrites the hash value.
    mutating func wipeValue() {
        unsafe withUnsafeMutableBytes(of: &context.h) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    private static func word(_ high: UInt32, _ low: UInt32) -> UInt64 {
        (UInt64(high) << 32 | UInt64(low)).bigEndian
    }
}
