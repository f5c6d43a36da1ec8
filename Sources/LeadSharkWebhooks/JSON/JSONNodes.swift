/// The nodes of a text, in memory of their own that grows as they are found.
///
/// An array would do, if it were not asked at each node whether it has room and is nobody else's: that takes as long as to
/// find the node. This has one owner by its type.
@safe struct JSONNodes: ~Copyable, @unchecked Sendable {
    private var memory: UnsafeMutablePointer<JSONNode>
    private var capacity: Int
    private(set) var count = 0

    /// Enough for nearly every event, and little enough (1 KiB) for the allocator's quickest way.
    private static let initialCapacity = 64

    init() {
        capacity = Self.initialCapacity
        unsafe memory = .allocate(capacity: Self.initialCapacity)
    }

    deinit { unsafe memory.deallocate() }

    var indices: Range<Int> { 0..<count }

    /// A node that is there.
    @inline(__always)
    subscript(index: Int) -> JSONNode {
        get {
            precondition(index >= 0 && index < count, "a document's nodes refer to each other")
            return unsafe memory[index]
        }
        set {
            precondition(index >= 0 && index < count, "a document's nodes refer to each other")
            unsafe memory[index] = newValue
        }
    }

    @inline(__always)
    mutating func append(_ node: JSONNode) {
        if count == capacity { grow() }
        // A node is plain memory, so it needs no initialization beyond this.
        unsafe memory[count] = node
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<JSONNode>.allocate(capacity: capacity * 2)
        unsafe larger.update(from: memory, count: count)
        unsafe memory.deallocate()
        unsafe memory = larger
        capacity *= 2
    }
}
