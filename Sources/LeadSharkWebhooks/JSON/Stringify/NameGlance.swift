/// A glance at an object's names that tells, for nearly every object there is, that JavaScript lists its members as they
/// stand: few names, all different, none of which could be an array index.
struct NameGlance {
    /// What is compared of each name: its length, and its first, middle and last byte. Equal names have equal marks.
    private var marks = InlineArray<32, UInt64>(repeating: 0)
    private var count = 0

    /// Forgets the names.
    mutating func begin() { count = 0 }

    /// Takes the next member's name: `false` when one has to look closer (``MemberOrder``).
    mutating func append(_ name: Span<UInt8>) -> Bool {
        guard count < 32, !name.isEmpty, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(name[0]) else {
            return false
        }
        let mark =
            UInt64(name.count) << 24 | UInt64(name[0]) << 16 | UInt64(name[name.count / 2]) << 8
            | UInt64(name[name.count - 1])
        for index in 0..<count where marks[index] == mark { return false }
        marks[count] = mark
        count += 1
        return true
    }
}
