import CLibcrypto

/// The one copy of a secret's bytes: a buffer of its own that is overwritten before it is freed.
///
/// `@unchecked Sendable`: the buffer is written by `init` alone and freed by `deinit` alone; in between it is only read.
@safe final class SecretBytes: @unchecked Sendable {
    private let buffer: UnsafeMutableRawBufferPointer

    init(copying bytes: borrowing Span<UInt8>) {
        unsafe buffer = .allocate(byteCount: bytes.count, alignment: 1)
        for index in bytes.indices {
            unsafe buffer[index] = bytes[index]
        }
    }

    deinit {
        unsafe OPENSSL_cleanse(buffer.baseAddress, buffer.count)
        unsafe buffer.deallocate()
    }

    var count: Int { unsafe buffer.count }

    subscript(index: Int) -> UInt8 { unsafe buffer[index] }

    /// Lends the bytes for the time of one call.
    func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(unsafe Span(_unsafeBytes: UnsafeRawBufferPointer(buffer)))
    }
}
