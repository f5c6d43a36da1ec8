import CLibcrypto

/// Bytes that a header's value may stand for, and what would then be wrong with the value.
struct TagCandidate {
    let algorithm: TagAlgorithm
    /// The tag, or its beginning.
    let bytes: [UInt8]
    /// What is not as it should be; nothing for 64 hexadecimal digits.
    let shapes: [SignatureDiagnosis.Code]

    /// A shorter beginning of a tag proves nothing, and to confirm it would tell somebody the digits one by one.
    static let minimumByteCount = 8

    /// Whether the tag is this one, or begins like this, in a time that does not depend on where they differ.
    func fits(_ tag: Span<UInt8>) -> Bool {
        guard (Self.minimumByteCount...tag.count).contains(bytes.count) else { return false }
        return unsafe tag.withUnsafeBytes { tag in
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe CRYPTO_memcmp(tag.baseAddress, bytes.baseAddress, bytes.count) == 0
            }
        }
    }
}
