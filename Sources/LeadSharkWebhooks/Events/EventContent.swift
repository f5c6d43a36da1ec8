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
    init(of type: EventType, lead: Lead?, _ data: ObjectReader, _ anomalies: inout AnomalyLog) {
        switch type {
        case .dmSent:
            self = .dmSent(
                DirectMessageSent(
                    lead: lead, message: data.string("message", &anomalies),
                    commentID: Self.commentID(data, &anomalies)))
        case .leadSent:
            self = .leadSent(
                LeadSent(
                    lead: lead, message: data.string("message", &anomalies),
                    commentID: Self.commentID(data, &anomalies), reactionID: Self.reactionID(data, &anomalies)))
        case .emailCaptured:
            self = .emailCaptured(
                EmailCaptured(lead: lead, email: lead?.email, commentID: Self.commentID(data, &anomalies)))
        case .newProfileVisit:
            self = .newProfileVisit(
                ProfileVisit(
                    lead: lead,
                    visitID: data.object("visit", at: "$.data.visit", &anomalies)?.id("id", &anomalies),
                    visitedAt: data.string("visit_timestamp", &anomalies).map(EventTimestamp.init),
                    profileOwner: ProfileOwner(data, &anomalies)))
        case .newLike:
            self = .newLike(NewLike(lead: lead, reactionID: Self.reactionID(data, &anomalies)))
        case .newComment:
            self = .newComment(NewComment(lead: lead, commentID: Self.commentID(data, &anomalies)))
        default:
            self = .other(UnknownEvent(type: type, data: data.element.value))
        }
    }

    private static func commentID(_ data: ObjectReader, _ anomalies: inout AnomalyLog) -> String? {
        data.object("comment", at: "$.data.comment", &anomalies)?.id("id", &anomalies)
    }

    private static func reactionID(_ data: ObjectReader, _ anomalies: inout AnomalyLog) -> String? {
        data.object("reaction", at: "$.data.reaction", &anomalies)?.id("id", &anomalies)
    }
}
