/// Which of LeadShark's two payload forms a fixture has.
public enum PayloadForm: String, Sendable, Hashable, Codable, CaseIterable {
    /// The form before May 2026, without `payload_version`; a profile visit has a `visitor` and no `lead`.
    case classic
    /// The form with `payload_version` 2: ids for persons and happenings, and copies of the classic fields.
    case v2
}
