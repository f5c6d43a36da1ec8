/// What happened, by an id that LeadShark keeps when it sends an event again.
struct Happening: Equatable {
    enum Kind: String { case visit, reaction, comment }

    /// The longest id that counts, in bytes.
    static let maximumIDByteCount = 256

    let kind: Kind
    let id: String
    let automationID: String?

    /// Reads the happening of an event's `data`; `nil` when there is none, or when anything about it is doubtful.
    init?(in data: JSONElement) {
        let visit = SoleID(in: SoleMember("visit", of: data))
        let reaction = SoleID(in: SoleMember("reaction", of: data))
        let comment = SoleID(in: SoleMember("comment", of: data))
        switch (visit, reaction, comment) {
        case (.id(let id), .absent, .absent): (kind, self.id) = (.visit, id)
        case (.absent, .id(let id), .absent): (kind, self.id) = (.reaction, id)
        case (.absent, .absent, .id(let id)): (kind, self.id) = (.comment, id)
        default: return nil
        }
        switch SoleID(in: SoleMember("automation", of: data)) {
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
    case element(JSONElement)

    init(_ name: StaticString, of object: JSONElement) {
        switch object.lookUp(name) {
        case .absent: self = .absent
        case .sole(let element): self = element.kind == .null ? .absent : .element(element)
        case .repeated: self = .doubtful
        }
    }
}

/// An id that can be relied on, or none.
enum SoleID: Equatable {
    case absent
    case doubtful
    case id(String)

    /// The member `id` of an object.
    init(in object: SoleMember) {
        switch object {
        case .absent: self = .absent
        case .doubtful: self = .doubtful
        case .element(let element): self = element.kind == .object ? SoleID("id", of: element) : .doubtful
        }
    }

    init(_ name: StaticString, of object: JSONElement) {
        switch SoleMember(name, of: object) {
        case .absent: self = .absent
        case .doubtful: self = .doubtful
        case .element(let element): self = Self.text(of: element).map(SoleID.id) ?? .doubtful
        }
    }

    private static func text(of element: JSONElement) -> String? {
        let text: String
        if let number = element.numberText {
            guard PlainInteger.matches(number) else { return nil }
            text = number
        } else if let string = element.text {
            text = string
        } else {
            return nil
        }
        guard (1...Happening.maximumIDByteCount).contains(text.utf8.count), text.isUnmistakable else { return nil }
        return text
    }
}

extension String {
    /// Whether no character was replaced: two texts that differ in half a surrogate pair would otherwise look the same.
    var isUnmistakable: Bool { !unicodeScalars.contains("\u{fffd}") }
}
