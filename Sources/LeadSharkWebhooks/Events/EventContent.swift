extension WebhookEvent {
    /// What is particular to one type of event.
    @nonexhaustive
    public enum Content: Sendable, Hashable {
        /// `dm.sent`
        case dmSent(DirectMessageSent)
        /// `lead.sent`
        case leadSent(LeadSent)
        /// `email.captured`
        case emailCaptured(EmailCaptured)
        /// `new.profile.visit`
        case newProfileVisit(ProfileVisit)
        /// `new.like`
        case newLike(NewLike)
        /// `new.comment`
        case newComment(NewComment)
        /// A type that this version does not know.
        case other(UnknownEvent)
    }
}

extension WebhookEvent.Content {
    init(of type: EventType, lead: Lead?, _ data: ObjectReader, _ payload: inout PayloadReader) {
        switch type {
        case .dmSent:
            self = .dmSent(
                DirectMessageSent(
                    lead: lead, message: data.string(.message, &payload),
                    commentID: Self.commentID(data, &payload), reactionID: Self.reactionID(data, &payload)))
        case .leadSent:
            self = .leadSent(
                LeadSent(
                    lead: lead, message: data.string(.message, &payload),
                    commentID: Self.commentID(data, &payload), reactionID: Self.reactionID(data, &payload)))
        case .emailCaptured:
            self = .emailCaptured(
                EmailCaptured(
                    lead: lead, email: lead?.email, commentID: Self.commentID(data, &payload),
                    reactionID: Self.reactionID(data, &payload)))
        case .newProfileVisit:
            self = .newProfileVisit(
                ProfileVisit(
                    lead: lead,
                    visitID: data.id(of: .visit, at: "$.data.visit", &payload),
                    visitedAt: data.string(.visitTimestamp, &payload).map(EventTimestamp.init),
                    profileOwner: ProfileOwner(data, &payload)))
        case .newLike:
            self = .newLike(NewLike(lead: lead, reactionID: Self.reactionID(data, &payload)))
        case .newComment:
            self = .newComment(NewComment(lead: lead, commentID: Self.commentID(data, &payload)))
        default:
            self = .other(UnknownEvent(type: type, data: payload.document.value(at: data.node)))
        }
    }

    private static func commentID(_ data: ObjectReader, _ payload: inout PayloadReader) -> String? {
        data.id(of: .comment, at: "$.data.comment", &payload)
    }

    private static func reactionID(_ data: ObjectReader, _ payload: inout PayloadReader) -> String? {
        data.id(of: .reaction, at: "$.data.reaction", &payload)
    }
}
