/// The type of an event, as its `event` field names it.
///
/// LeadShark may add types at any time, so this is an open set: a type that this version does not know is kept as it is.
public struct EventType: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
    /// The name in the payload, e.g. `dm.sent`.
    public let rawValue: String

    /// Makes a type from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// An automation sent a direct message to a lead (the classic event).
    public static let dmSent = Self(rawValue: "dm.sent")
    /// An automation processed a lead.
    public static let leadSent = Self(rawValue: "lead.sent")
    /// A lead left an e-mail address.
    public static let emailCaptured = Self(rawValue: "email.captured")
    /// Somebody visited the profile.
    public static let newProfileVisit = Self(rawValue: "new.profile.visit")
    /// Somebody reacted to a post.
    public static let newLike = Self(rawValue: "new.like")
    /// Somebody commented on a post.
    public static let newComment = Self(rawValue: "new.comment")

    /// Reserved for our own test events: stored and settled as a test, never given to handlers.
    public static let test = Self(rawValue: "leadshark-webhooks.test")

    /// The types that LeadShark documents, in the order of its documentation.
    public static let documented: [EventType] = [
        .dmSent, .leadSent, .emailCaptured, .newProfileVisit, .newLike, .newComment,
    ]

    /// The name in the payload.
    public var description: String { rawValue }

    /// Reads the name.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
