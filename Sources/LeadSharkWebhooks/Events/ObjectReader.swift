/// Reads the members of one object that LeadShark documents, and notes what is not as expected.
///
/// `null` counts as absent. Of several members of one name the last counts, as in JavaScript, and that is an anomaly.
struct ObjectReader {
    let element: JSONElement
    /// Where the object stands. All paths of the contract are known, so none is put together while decoding.
    let path: StaticString

    /// A string.
    func string(_ name: StaticString, _ anomalies: inout AnomalyLog) -> String? {
        guard let member = member(name, &anomalies) else { return nil }
        if let text = member.text { return text }
        anomalies.note(path, name, expected: "a string", found: member.kind.phrase)
        return nil
    }

    /// An id: a string, or an integer in plain digits, whose digits are then the id.
    func id(_ name: StaticString, _ anomalies: inout AnomalyLog) -> String? {
        guard let member = member(name, &anomalies) else { return nil }
        if let text = member.text { return text }
        guard let number = member.numberText else {
            anomalies.note(path, name, expected: "a string or an integer", found: member.kind.phrase)
            return nil
        }
        if PlainInteger.matches(number) { return number }
        anomalies.note(path, name, expected: "a string or an integer", found: "another number")
        return nil
    }

    /// An integer.
    func integer(_ name: StaticString, _ anomalies: inout AnomalyLog) -> Int? {
        guard let member = member(name, &anomalies) else { return nil }
        guard let number = member.numberText else {
            anomalies.note(path, name, expected: "an integer", found: member.kind.phrase)
            return nil
        }
        if PlainInteger.matches(number), let value = Int(number) { return value }
        anomalies.note(path, name, expected: "an integer", found: "another number")
        return nil
    }

    /// A boolean.
    func boolean(_ name: StaticString, _ anomalies: inout AnomalyLog) -> Bool? {
        guard let member = member(name, &anomalies) else { return nil }
        if let value = member.boolean { return value }
        anomalies.note(path, name, expected: "a boolean", found: member.kind.phrase)
        return nil
    }

    /// An object, which stands at `place`.
    func object(_ name: StaticString, at place: StaticString, _ anomalies: inout AnomalyLog) -> ObjectReader? {
        guard let member = member(name, &anomalies) else { return nil }
        if member.kind == .object { return ObjectReader(element: member, path: place) }
        anomalies.note(path, name, expected: "an object", found: member.kind.phrase)
        return nil
    }

    private func member(_ name: StaticString, _ anomalies: inout AnomalyLog) -> JSONElement? {
        let member: JSONElement
        switch element.lookUp(name) {
        case .absent:
            return nil
        case .sole(let element):
            member = element
        case .repeated(let last):
            anomalies.note(path, name, expected: "one member of this name", found: "several")
            member = last
        }
        return member.kind == .null ? nil : member
    }
}

/// What was not as expected so far. At most a few entries for each field of the contract, whatever the payload.
struct AnomalyLog {
    private(set) var anomalies: [Anomaly] = []

    mutating func note(_ path: StaticString, _ name: StaticString, expected: String, found: String) {
        anomalies.append(Anomaly(path: "\(path).\(name)", expected: expected, found: found))
    }
}

/// An integer in plain digits: `-`, if negative, and digits; no point, no exponent.
enum PlainInteger {
    /// Whether a JSON number is one. JSON itself rules out leading zeros and a plus sign.
    static func matches(_ number: String) -> Bool {
        number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-") }
    }
}
