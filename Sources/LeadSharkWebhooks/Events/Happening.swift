/// What happened, by an id that LeadShark keeps when it sends an event again.
struct Happening: Equatable {
    enum Kind: String { case visit, reaction, comment }

    /// The longest id that counts, in bytes.
    static let maximumIDByteCount = 256

    let kind: Kind
    let id: String
    let automationID: String?

    /// Reads the happening of an event's `data`; `nil` when there is none, or when anything about it is doubtful.
    init?(in data: EventMembers, of document: borrowing JSONDocument) {
        let visit = SoleID(in: SoleMember(.visit, of: data, in: document), of: document)
        let reaction = SoleID(in: SoleMember(.reaction, of: data, in: document), of: document)
        let comment = SoleID(in: SoleMember(.comment, of: data, in: document), of: document)
        switch (visit, reaction, comment) {
        case (.id(let id), .absent, .absent): (kind, self.id) = (.visit, id)
        case (.absent, .id(let id), .absent): (kind, self.id) = (.reaction, id)
        case (.absent, .absent, .id(let id)): (kind, self.id) = (.comment, id)
        default: return nil
        }
        switch SoleID(in: SoleMember(.automation, of: data, in: document), of: document) {
        case .absent: automationID = nil
        case .id(let id): automationID = id
        case .doubtful: return nil
        }
    }
}

/// A member of which there is one, or none. `null` is none.
enum SoleMember {
    case absent
    case doubtful
    /// The number of its value's node.
    case node(Int)

    @inline(__always)
    init(_ field: EventField, of object: EventMembers, in document: borrowing JSONDocument) {
        let place = object[field]
        if place == .absent {
            self = .absent
        } else if place.isRepeated {
            self = .doubtful
        } else {
            self = document.nodes[place.node].kind == .null ? .absent : .node(place.node)
        }
    }
}

/// An id that can be relied on, or none.
enum SoleID: Equatable {
    case absent
    case doubtful
    case id(String)

    /// The member `id` of an object.
    init(in object: SoleMember, of document: borrowing JSONDocument) {
        switch object {
        case .absent: self = .absent
        case .doubtful: self = .doubtful
        case .node(let node):
            guard document.nodes[node].kind == .object else {
                self = .doubtful
                return
            }
            self.init(.id, of: EventMembers(of: node, in: document), in: document)
        }
    }

    @inline(__always)
    init(_ field: EventField, of object: EventMembers, in document: borrowing JSONDocument) {
        switch SoleMember(field, of: object, in: document) {
        case .absent: self = .absent
        case .doubtful: self = .doubtful
        case .node(let node): self = Self.text(of: document.nodes[node], in: document).map(SoleID.id) ?? .doubtful
        }
    }

    private static func text(of node: JSONNode, in document: borrowing JSONDocument) -> String? {
        let text: String
        if let number = document.numberText(of: node) {
            guard PlainInteger.matches(number) else { return nil }
            text = number
        } else if let string = document.text(of: node) {
            text = string
        } else {
            return nil
        }
        guard (1...Happening.maximumIDByteCount).contains(text.utf8.count), text.isUnmistakable else { return nil }
        return text
    }
}

extension String {
    /// Whether no character was replaced by U+FFFD: two texts that differ in half a surrogate pair would otherwise look the
    /// same.
    var isUnmistakable: Bool {
        let bytes = utf8.span
        // Only U+F000 and what is beyond begin like this; U+FFFD is EF BF BD.
        for index in bytes.indices where bytes[index] == 0xef {
            if bytes[index + 1] == 0xbf && bytes[index + 2] == 0xbd { return false }
        }
        return true
    }
}
