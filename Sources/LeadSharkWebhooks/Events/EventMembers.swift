/// Which of the members that LeadShark documents an object has. One pass over the object finds them all, however many
/// others it has.
struct EventMembers {
    /// What an object holds under a name.
    struct Place: Equatable {
        private var bits: UInt32

        private static let isRepeated: UInt32 = 1 << 31

        /// No member. Node 0 is the outermost value and never a member's.
        static let absent = Place(bits: 0)

        private init(bits: UInt32) { self.bits = bits }

        /// The place of a value, after what was found under the name before.
        init(node: Int, after others: Place) {
            bits = UInt32(truncatingIfNeeded: node) | (others == .absent ? 0 : Self.isRepeated)
        }

        /// The number of the value's node. Of several members of one name it is the last one's, which is what a JavaScript
        /// engine would see.
        var node: Int { Int(bits & ~Self.isRepeated) }

        /// Whether there are several members of this name.
        var isRepeated: Bool { bits & Self.isRepeated != 0 }
    }

    private var places = InlineArray<32, Place>(repeating: .absent)

    /// Looks at the object at a node. What is no object has no members.
    init(of object: Int, in document: borrowing JSONDocument) {
        guard document.nodes[object].kind == .object else { return }
        var index = object + 1
        let end = Int(document.nodes[object].next)
        while index < end {
            let name = document.nodes[index]
            let value = index &+ 1
            if let field = name.isEscaped ? Self.field(escaped: name, document) : document.lend(name, EventField.init) {
                places[field.rawValue] = Place(node: value, after: places[field.rawValue])
            }
            index = Int(document.nodes[value].next)
        }
    }

    /// Ask for a field that is known when this is compiled: to find any other one, the whole array is copied first.
    @inline(__always)
    subscript(field: EventField) -> Place { places[field.rawValue] }

    @inline(never)
    private static func field(escaped name: JSONNode, _ document: borrowing JSONDocument) -> EventField? {
        EventField(JSONUnescaping.bytes(of: document.bytes[name.range]).span)
    }
}
