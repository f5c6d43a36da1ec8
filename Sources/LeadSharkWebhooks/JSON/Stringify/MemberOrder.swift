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
        bytes.reserveCapacity(64)
        ends.reserveCapacity(8)
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
        var listed: [Int] = []
        listed.reserveCapacity(ends.count)
        appendIndexes(to: &listed)
        appendOthers(to: &listed)
        return listed
    }

    /// The last member of each index, by index.
    private func appendIndexes(to listed: inout [Int]) {
        var indexes: [(index: UInt32, member: Int)] = []
        for member in ends.indices {
            if let index = Self.arrayIndex(bytes.span.extracting(range(member))) { indexes.append((index, member)) }
        }
        indexes.sort { ($0.index, $0.member) < ($1.index, $1.member) }
        for place in indexes.indices
        where place + 1 == indexes.count || indexes[place + 1].index != indexes[place].index {
            listed.append(indexes[place].member)
        }
    }

    /// The members that are no index, each name once.
    private func appendOthers(to listed: inout [Int]) {
        let start = listed.count
        // A table with open addressing, at most half full. A few names are told apart without.
        let isFew = ends.count <= Self.fewCount
        let mask = (2 << (Int.bitWidth - ends.count.leadingZeroBitCount)) - 1
        var slots = [Slot](repeating: Slot(), count: isFew ? 0 : mask + 1)
        for member in ends.indices {
            let name = bytes.span.extracting(range(member))
            guard Self.arrayIndex(name) == nil else { continue }
            if isFew {
                var place = start
                while place < listed.count, !isEqual(listed[place], member) { place += 1 }
                if place < listed.count { listed[place] = member } else { listed.append(member) }
                continue
            }
            let hash = hash(name)
            let tag = UInt32(truncatingIfNeeded: hash >> 32)
            var place = hash & mask
            while slots[place].entry > 0,
                slots[place].tag != tag || !isEqual(listed[start + Int(slots[place].entry) - 1], member)
            {
                place = (place + 1) & mask
            }
            if slots[place].entry > 0 {
                listed[start + Int(slots[place].entry) - 1] = member
            } else {
                listed.append(member)
                slots[place] = Slot(tag: tag, entry: UInt32(truncatingIfNeeded: listed.count - start))
            }
        }
    }

    /// Up to so many names it takes less time to compare each with each.
    private static let fewCount = 12

    private func isEqual(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (range(left), range(right))
        guard left.count == right.count else { return false }
        let bytes = bytes.span
        for offset in 0..<left.count
        where bytes[left.lowerBound + offset] != bytes[right.lowerBound + offset] { return false }
        return true
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
