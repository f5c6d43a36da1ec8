/// The innermost array or object that is open at a place of a text.
///
/// No stack is needed for those around it: as long as one is open, its node says which is around it.
struct JSONContainer {
    /// The number of its node.
    private(set) var index = Self.none
    /// How many arrays and objects are open.
    private(set) var depth = 0
    private(set) var isObject = false

    private static let none = UInt32.max

    var isNone: Bool { depth == 0 }

    var closingBracket: UInt8 { isObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }

    /// What has to follow a value in it.
    var whatFollows: StaticString { isObject ? "',' or '}'" : "',' or ']'" }

    /// Opens another one within it, at its bracket.
    @inline(__always)
    mutating func open(isObject: Bool, at position: Int, _ nodes: inout JSONNodes) {
        let around = index
        index = UInt32(truncatingIfNeeded: nodes.count)
        depth &+= 1
        self.isObject = isObject
        let start = UInt32(truncatingIfNeeded: position)
        nodes.append(
            JSONNode(
                kind: isObject ? .object : .array, isEscaped: false, isASCII: true, start: start, end: start,
                next: around))
    }

    /// Closes it, after its bracket: goes on with the one around it.
    @inline(__always)
    mutating func close(at position: Int, _ nodes: inout JSONNodes) {
        let closed = Int(index)
        index = nodes[closed].next
        nodes[closed].end = UInt32(truncatingIfNeeded: position)
        nodes[closed].next = UInt32(truncatingIfNeeded: nodes.count)
        depth &-= 1
        isObject = depth > 0 && nodes[Int(index)].kind == .object
    }

    /// The numbers of all that are open here, outermost first.
    func allOpen(in nodes: borrowing JSONNodes) -> [Int] {
        var open: [Int] = []
        var index = self.index
        while index != Self.none {
            open.append(Int(index))
            index = nodes[Int(index)].next
        }
        return open.reversed()
    }
}
