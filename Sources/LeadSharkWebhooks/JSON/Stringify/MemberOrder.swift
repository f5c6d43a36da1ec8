/// The order in which JavaScript lists an object's members: first those whose names are array indexes (`0` to
/// `4294967294`), ascending, then the others in the order in which their names first appeared. Of several members of one
/// name it is the last that counts, in the place of the first.
///
/// The time grows with the length of the names, whatever they are: they are told apart by a hash whose seed nobody else
/// knows.
struct MemberOrder {
    /// The names of the object in hand, one after another, as WTF-8.
    private var bytes: [UInt8] = []
    /// Where each name ends in ``bytes``.
    private var ends: [Int] = []

    private struct Slot {
        /// A part of the hash, to tell most names apart without comparing them.
        var tag: UInt32 = 0
        /// The number in the list of names plus one; zero when the slot is empty.
        var entry: UInt32 = 0
    }

    /// Swift's own seed can be switched off by an environment variable; this one cannot.
    private static let seed = UInt64.random(in: .min ... .max)

    /// Forgets the names.
    mutating func begin() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Takes the next member's name, in WTF-8.
    mutating func append(_ name: Span<UInt8>) {
        unsafe name.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
    }

    /// Takes the next member's name, as it stands between its quotation marks in a checked text.
    mutating func append(escaped text: Span<UInt8>) {
        var position = 0
        while position < text.count {
            guard text[position] == UInt8(ascii: "\\") else {
                bytes.append(text[position])
                position += 1
                continue
            }
            let scalar = ScalarBytes(JavaScriptEscape.decode(text, at: &position))
            for index in 0..<scalar.count { bytes.append(scalar.bytes[index]) }
        }
        ends.append(bytes.count)
    }

    /// The members to list, by their number.
    func members() -> [Int] {
        var indexes: [(index: UInt32, member: Int)] = []
        var others: [Int] = []
        others.reserveCapacity(ends.count)
        // A table with open addressing, at most half full.
        let mask = (2 << (Int.bitWidth - ends.count.leadingZeroBitCount)) - 1
        var slots = [Slot](repeating: Slot(), count: mask + 1)
        for member in ends.indices {
            let name = bytes.span.extracting(range(member))
            if let index = Self.arrayIndex(name) {
                indexes.append((index, member))
                continue
            }
            let hash = hash(name)
            let tag = UInt32(truncatingIfNeeded: hash >> 32)
            var place = hash & mask
            while slots[place].entry > 0,
                slots[place].tag != tag || !isEqual(others[Int(slots[place].entry) - 1], member)
            {
                place = (place + 1) & mask
            }
            if slots[place].entry > 0 {
                others[Int(slots[place].entry) - 1] = member
            } else {
                others.append(member)
                slots[place] = Slot(tag: tag, entry: UInt32(truncatingIfNeeded: others.count))
            }
        }
        return indexes.isEmpty ? others : Self.sorted(indexes) + others
    }

    /// The last member of each index, by index.
    private static func sorted(_ indexes: [(index: UInt32, member: Int)]) -> [Int] {
        let sorted = indexes.sorted { ($0.index, $0.member) < ($1.index, $1.member) }
        return sorted.indices.filter { $0 + 1 == sorted.count || sorted[$0 + 1].index != sorted[$0].index }
            .map { sorted[$0].member }
    }

    private func isEqual(_ left: Int, _ right: Int) -> Bool {
        bytes[range(left)].elementsEqual(bytes[range(right)])
    }

    private func range(_ member: Int) -> Range<Int> { (member == 0 ? 0 : ends[member - 1])..<ends[member] }

    private func hash(_ name: Span<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(Self.seed)
        unsafe name.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// The number that a name is the canonical text of, if JavaScript takes it for an index.
    static func arrayIndex(_ name: Span<UInt8>) -> UInt32? {
        guard (1...10).contains(name.count), name[0] != UInt8(ascii: "0") || name.count == 1 else { return nil }
        var value: UInt64 = 0
        for index in name.indices {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(name[index]) else { return nil }
            value = value * 10 + UInt64(name[index] - UInt8(ascii: "0"))
        }
        return value < UInt64(UInt32.max) ? UInt32(value) : nil
    }
}
