/// A text in the making that follows another for long stretches.
///
/// What it has in common with the original is noted as a range and copied in one go when it ends. If it never ends, both
/// texts are the same and nothing is copied at all. The original is passed to each call, and must be the same in all.
struct RewrittenText: ~Copyable {
    private var written = GrowingBytes()
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
            written.append(bytes)
        }
    }

    /// Ends the text: `nil` when it is the same as the original.
    mutating func finish(_ original: Span<UInt8>) -> [UInt8]? {
        if written.count == 0 && run == 0..<original.count { return nil }
        flush(original)
        return written.array
    }

    private mutating func flush(_ original: Span<UInt8>) {
        guard !run.isEmpty else { return }
        // Enough for most, from the beginning.
        if written.count == 0 { written.reserve(original.count) }
        written.append(original.extracting(run))
        run = run.upperBound..<run.upperBound
    }
}
