/// SHA-256 over a sequence of fields, each preceded by its length: eight bytes, big-endian.
///
/// The lengths make it unambiguous: no two sequences, whatever is in their fields, give the same bytes to hash.
struct FieldHash {
    private var state = SHA256()

    mutating func append(_ field: borrowing Span<UInt8>) {
        var length = InlineArray<8, UInt8>(repeating: 0)
        var rest = UInt64(field.count)
        for index in stride(from: 7, through: 0, by: -1) {
            length[index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
        state.update(length.span)
        state.update(field)
    }

    mutating func append(_ field: String) {
        var field = field
        field.makeContiguousUTF8()
        append(field.utf8.span)
    }

    /// Ends the computation. The value must not be used afterwards.
    mutating func finalize() -> Digest { state.finalize() }
}
