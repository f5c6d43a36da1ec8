/// A text in the making that follows another for long stretches.
///
/// What it has in common with the original is noted as a range and copied in one go when it ends. If it never ends, both
/// texts are the same and nothing is copied at all. The original is passed to each call, and must be the same in all.
struct RewrittenText {
    private var written: [UInt8] = []
    /// The bytes of the original that come next.
    private var run = 0..<0

    /// How many bytes the text has so far.
    var count: Int { written.count + run.count }

    /// Appends a part of the original.
    mutating func copy(_ range: Range<Int>, of original: Span<UInt8>) {
        if range.lowerBound != run.upperBound {
            flush(original)
            run = range
        } else {
            run = run.lowerBound..<range.upperBound
        }
    }

    /// Appends one byte.
    mutating func put(_ byte: UInt8, _ original: Span<UInt8>) {
        if run.upperBound < original.count, original[run.upperBound] == byte {
            run = run.lowerBound..<run.upperBound + 1
        } else {
            flush(original)
            written.append(byte)
        }
    }

    /// Appends bytes.
    mutating func put(_ bytes: Span<UInt8>, _ original: Span<UInt8>) {
        let end = run.upperBound + bytes.count
        var isCommon = end <= original.count
        var index = 0
        while isCommon && index < bytes.count {
            isCommon = original[run.upperBound + index] == bytes[index]
            index += 1
        }
        if isCommon {
            run = run.lowerBound..<end
        } else {
            flush(original)
            unsafe bytes.withUnsafeBufferPointer { unsafe written.append(contentsOf: $0) }
        }
    }

    /// Ends the text: `nil` when it is the same as the original.
    mutating func finish(_ original: Span<UInt8>) -> [UInt8]? {
        if written.isEmpty && run == 0..<original.count { return nil }
        flush(original)
        return written
    }

    private mutating func flush(_ original: Span<UInt8>) {
        if written.isEmpty { written.reserveCapacity(original.count) }
        guard !run.isEmpty else { return }
        unsafe original.extracting(run).withUnsafeBufferPointer { unsafe written.append(contentsOf: $0) }
        run = run.upperBound..<run.upperBound
    }
}
