/// SHA-256 over a sequence of fields, each preceded by its length: eight bytes, big-endian.
///
/// The lengths make it unambiguous: no two sequences, whatever is in their fields, give the same bytes to hash.
struct FieldHash {
    private var state = SHA256()

    mutating func append(_ field: borrowing Span<UInt8>) {
        // Most fields are short, and then go with their length in one piece.
        var piece = SHA256.Block(repeating: 0)
        piece[0] = UInt64(field.count).bigEndian
        unsafe withUnsafeMutableBytes(of: &piece) { piece in
            let isShort = field.count <= piece.count - 8
            unsafe field.withUnsafeBytes { field in
                if isShort { unsafe UnsafeMutableRawBufferPointer(rebasing: piece[8...]).copyMemory(from: field) }
            }
            unsafe state.update(UnsafeRawBufferPointer(rebasing: piece[..<(isShort ? 8 + field.count : 8)]))
            if !isShort { state.update(field) }
        }
    }

    mutating func append(_ field: String) { append(field.utf8.span) }

    /// Ends the computation. The value must not be used afterwards.
    mutating func finalize() -> Digest { state.finalize() }
}
