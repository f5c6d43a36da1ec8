/// `dm.sent`: an automation sent a direct message.
public struct DirectMessageSent: Sendable, Hashable, Codable {
    /// The person who got the message.
    public var lead: Lead?
    /// The message's text.
    public var message: String?
    /// The comment that caused it, where the payload names it (`comment.id`).
    public var commentID: String?
    /// The reaction that caused it, where the payload names it (`reaction.id`).
    public var reactionID: String?

    private enum CodingKeys: String, CodingKey {
        case lead, message
        case commentID = "comment_id"
        case reactionID = "reaction_id"
    }
}

/// `lead.sent`: an automation processed a lead.
public struct LeadSent: Sendable, Hashable, Codable {
    /// The person.
    public var lead: Lead?
    /// The message's text, where there is one.
    public var message: String?
    /// The comment that caused it (`comment.id`).
    public var commentID: String?
    /// The reaction that caused it (`reaction.id`).
    public var reactionID: String?

    private enum CodingKeys: String, CodingKey {
        case lead, message
        case commentID = "comment_id"
        case reactionID = "reaction_id"
    }
}

/// `email.captured`: a lead left an e-mail address.
public struct EmailCaptured: Sendable, Hashable, Codable {
    /// The person.
    public var lead: Lead?
    /// The address, also in the lead.
    public var email: String?
    /// The comment in which it was left, where the payload names it (`comment.id`).
    public var commentID: String?
    /// The reaction that led to it, where the payload names it (`reaction.id`).
    public var reactionID: String?

    private enum CodingKeys: String, CodingKey {
        case lead, email
        case commentID = "comment_id"
        case reactionID = "reaction_id"
    }
}

/// `new.profile.visit`: somebody visited the profile.
public struct ProfileVisit: Sendable, Hashable, Codable {
    /// The visitor. Anonymous ones may lack nearly everything.
    public var lead: Lead?
    /// Stable for the visit (`visit.id`): a redelivery repeats it.
    public var visitID: String?
    /// When the visit was (`visit_timestamp`).
    public var visitedAt: EventTimestamp?
    /// Whose profile it was.
    public var profileOwner: ProfileOwner?

    private enum CodingKeys: String, CodingKey {
        case lead
        case visitID = "visit_id"
        case visitedAt = "visit_timestamp"
        case profileOwner = "profile_owner"
    }
}

/// `new.like`: somebody reacted to a post.
public struct NewLike: Sendable, Hashable, Codable {
    /// The person.
    public var lead: Lead?
    /// Stable for the reaction (`reaction.id`).
    public var reactionID: String?

    private enum CodingKeys: String, CodingKey {
        case lead
        case reactionID = "reaction_id"
    }
}

/// `new.comment`: somebody commented on a post.
public struct NewComment: Sendable, Hashable, Codable {
    /// The person.
    public var lead: Lead?
    /// Stable for the comment (`comment.id`).
    public var commentID: String?

    private enum CodingKeys: String, CodingKey {
        case lead
        case commentID = "comment_id"
    }
}

/// An event of a type that this version does not know.
public struct UnknownEvent: Sendable, Hashable {
    /// Its type.
    public var type: EventType
    /// Its `data`, as it came.
    public var data: JSONValue
}
