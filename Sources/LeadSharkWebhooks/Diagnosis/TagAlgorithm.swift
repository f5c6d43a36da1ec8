import CLibcrypto

/// What could have made a tag. Only to diagnose: what is accepted is HMAC-SHA-256, always.
enum TagAlgorithm: String, CaseIterable {
    case sha256 = "SHA256"
    case sha1 = "SHA1"
    case sha512 = "SHA512"

    var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha1: 20
        case .sha512: 64
        }
    }

    /// The algorithm whose tags have this many bytes.
    init?(byteCount: Int) {
        guard let algorithm = Self.allCases.first(where: { $0.byteCount == byteCount }) else { return nil }
        self = algorithm
    }

    /// Lends the HMAC of a message for the time of one call, and overwrites it. `nil` when libcrypto has none.
    func withTag<Result>(
        of message: Span<UInt8>, key: Span<UInt8>, _ body: (Span<UInt8>) -> Result
    ) -> Result? {
        unsafe withOutput(body) { output, length in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe message.withUnsafeBufferPointer { message in
                    // An empty key has to be somewhere all the same.
                    var nothing: UInt8 = 0
                    return unsafe withUnsafePointer(to: &nothing) { nothing in
                        unsafe EVP_Q_mac(
                            nil, "HMAC", nil, rawValue, nil, key.baseAddress ?? nothing, key.count,
                            message.baseAddress ?? nothing, message.count, output, Self.roomByteCount, &length) != nil
                    }
                }
            }
        }
    }

    /// Lends the plain hash of a message, made without a key.
    func withHash<Result>(of message: Span<UInt8>, _ body: (Span<UInt8>) -> Result) -> Result? {
        unsafe withOutput(body) { output, length in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_Q_digest(nil, rawValue, nil, message.baseAddress, message.count, output, &length) == 1
            }
        }
    }

    private static let roomByteCount = 64

    private func withOutput<Result>(
        _ body: (Span<UInt8>) -> Result, _ compute: (UnsafeMutablePointer<UInt8>, inout Int) -> Bool
    ) -> Result? {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.roomByteCount) { output in
            guard let start = output.baseAddress else { return nil }
            var length = 0
            defer { unsafe OPENSSL_cleanse(start, Self.roomByteCount) }
            guard unsafe compute(start, &length), length == byteCount else { return nil }
            return body(unsafe Span(_unsafeStart: start, count: length))
        }
    }
}
