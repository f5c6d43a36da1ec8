/// A payload that is being read, and what in it was not as expected so far: at most a few anomalies for each field of the
/// contract, whatever the payload.
struct PayloadReader: ~Copyable {
    let document: JSONDocument
    private(set) var anomalies: [Anomaly] = []

    init(_ document: consuming JSONDocument) { self.document = document }

    @inline(never)
    mutating func note(_ path: StaticString, _ field: EventField, expected: StaticString, found: String) {
        anomalies.append(Anomaly(path: "\(path).\(field.name)", expected: "\(expected)", found: found))
    }
}
