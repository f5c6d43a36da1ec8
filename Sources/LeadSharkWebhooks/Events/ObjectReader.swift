/// Reads the members of one object that LeadShark documents, and notes what is not as expected.
///
/// `null` counts as absent. Of several members of one name the last counts, as in JavaScript, and that is an anomaly.
struct ObjectReader {
    /// The number of the object's node.
    let node: Int
    /// Where the object stands. All paths of the contract are known, so none is put together while decoding.
    let path: StaticString
    let members: EventMembers

    init(_ node: Int, path: StaticString, in payload: borrowing PayloadReader) {
        self.node = node
        self.path = path
        members = EventMembers(of: node, in: payload.document)
    }

    /// A string.
    @inline(__always)
    func string(_ field: EventField, _ payload: inout PayloadReader) -> String? {
        let place = members[field]
        return place == .absent ? nil : string(at: place, field, expected: "a string", &payload)
    }

    /// An id: a string, or an integer in plain digits, whose digits are then the id.
    @inline(__always)
    func id(_ field: EventField, _ payload: inout PayloadReader) -> String? {
        let place = members[field]
        return place == .absent ? nil : id(at: place, field, &payload)
    }

    /// The id of an object that stands at `path`.
    @inline(__always)
    func id(of field: EventField, at path: StaticString, _ payload: inout PayloadReader) -> String? {
        guard let object = object(field, &payload) else { return nil }
        return ObjectReader(object, path: path, in: payload).id(.id, &payload)
    }

    /// An integer.
    @inline(__always)
    func integer(_ field: EventField, _ payload: inout PayloadReader) -> Int? {
        let place = members[field]
        return place == .absent ? nil : integer(at: place, field, &payload)
    }

    /// A boolean.
    @inline(__always)
    func boolean(_ field: EventField, _ payload: inout PayloadReader) -> Bool? {
        let place = members[field]
        return place == .absent ? nil : boolean(at: place, field, &payload)
    }

    /// The node of an object.
    @inline(__always)
    func object(_ field: EventField, _ payload: inout PayloadReader) -> Int? {
        let place = members[field]
        return place == .absent ? nil : object(at: place, field, &payload)
    }

    // MARK: Members that are there

    private func string(
        at place: EventMembers.Place, _ field: EventField, expected: StaticString, _ payload: inout PayloadReader
    ) -> String? {
        guard let member = member(at: place, field, &payload) else { return nil }
        if let text = payload.document.text(of: member) { return text }
        payload.note(path, field, expected: expected, found: member.kind.phrase)
        return nil
    }

    private func id(
        at place: EventMembers.Place, _ field: EventField, _ payload: inout PayloadReader
    ) -> String? {
        let expected: StaticString = "a string or an integer"
        guard payload.document.nodes[place.node].kind == .number else {
            return string(at: place, field, expected: expected, &payload)
        }
        return digits(at: place, field, expected: expected, &payload)
    }

    private func integer(
        at place: EventMembers.Place, _ field: EventField, _ payload: inout PayloadReader
    ) -> Int? {
        guard let digits = digits(at: place, field, expected: "an integer", &payload) else { return nil }
        if let value = Int(digits) { return value }
        payload.note(path, field, expected: "an integer", found: "another number")
        return nil
    }

    private func digits(
        at place: EventMembers.Place, _ field: EventField, expected: StaticString, _ payload: inout PayloadReader
    ) -> String? {
        guard let member = member(at: place, field, &payload) else { return nil }
        let number = payload.document.numberText(of: member)
        if let number, PlainInteger.matches(number) { return number }
        payload.note(
            path, field, expected: expected, found: number == nil ? member.kind.phrase : "another number")
        return nil
    }

    private func boolean(
        at place: EventMembers.Place, _ field: EventField, _ payload: inout PayloadReader
    ) -> Bool? {
        guard let member = member(at: place, field, &payload) else { return nil }
        if let value = member.boolean { return value }
        payload.note(path, field, expected: "a boolean", found: member.kind.phrase)
        return nil
    }

    private func object(
        at place: EventMembers.Place, _ field: EventField, _ payload: inout PayloadReader
    ) -> Int? {
        guard let member = member(at: place, field, &payload) else { return nil }
        if member.kind == .object { return place.node }
        payload.note(path, field, expected: "an object", found: member.kind.phrase)
        return nil
    }

    /// A member that is there, unless it is `null`.
    @inline(__always)
    private func member(
        at place: EventMembers.Place, _ field: EventField, _ payload: inout PayloadReader
    ) -> JSONNode? {
        if place.isRepeated { payload.note(path, field, expected: "one member of this name", found: "several") }
        let node = payload.document.nodes[place.node]
        return node.kind == .null ? nil : node
    }
}

/// An integer in plain digits: `-`, if negative, and digits; no point, no exponent.
enum PlainInteger {
    /// Whether a JSON number is one. JSON itself rules out leading zeros and a plus sign.
    static func matches(_ number: String) -> Bool {
        number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-") }
    }
}
