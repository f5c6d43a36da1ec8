/// Something in a payload that was not as expected, without any value of the payload.
public struct Anomaly: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Where: e.g. `$.data.lead.name`. Keys that LeadShark does not document are not repeated here.
    public let path: String
    /// What was expected there, e.g. `a string`.
    public let expected: String
    /// What was found, by its kind: e.g. `a number`.
    public let found: String

    /// Where, what was expected, and what was found.
    public var description: String { "\(path): expected \(expected), found \(found)" }
}
