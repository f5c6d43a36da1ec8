/// Bytes in memory of their own that grows: what an array is, without asking at each append who else holds it.
@safe struct GrowingBytes: ~Copyable {
    private var buffer = unsafe UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
    private(set) var count = 0

    deinit { unsafe buffer.deallocate() }

    /// Makes room for at least so many more bytes.
    @inline(__always)
    mutating func reserve(_ byteCount: Int) {
        if unsafe byteCount > buffer.count - count { grow(byteCount) }
    }

    @inline(never)
    private mutating func grow(_ byteCount: Int) {
        let larger = unsafe UnsafeMutableBufferPointer<UInt8>.allocate(
            capacity: max(count + byteCount, buffer.count * 2))
        _ = unsafe larger.update(fromContentsOf: buffer.prefix(count))
        unsafe buffer.deallocate()
        unsafe buffer = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe buffer[count] = byte
        count += 1
    }

    mutating func append(_ bytes: Span<UInt8>) {
        reserve(bytes.count)
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress, let start = unsafe buffer.baseAddress else { return }
            unsafe (start + count).update(from: source, count: bytes.count)
        }
        count += bytes.count
    }

    /// A copy of the bytes.
    var array: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initializedCount in
            _ = unsafe target.update(fromContentsOf: buffer.prefix(count))
            initializedCount = count
        }
    }
}
