#if Server
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkWebhooks

/// One event as a line of the leads file; ``NDJSONFileHandler`` documents the keys.
enum LeadLine {
    /// How every line begins, by which an unfinished one is known as ours.
    static let opening = #"{"identity":""#

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    static func bytes(of delivery: Delivery) -> [UInt8] {
        let event = delivery.event
        let details = Details(event.content)
        var line = JSONLine()
        line.add("identity", delivery.identity.hexadecimal)
        line.add("event", event.type.rawValue)
        line.add("timestamp", event.timestamp?.text)
        line.add("webhook", delivery.webhook.text)
        line.add("received_at", timeStyle.format(delivery.receivedAt))
        line.add("payload_version", event.payloadVersion)
        add(event.lead ?? Lead(), email: details.email, to: &line)
        line.add("message", details.message)
        line.add("post_id", event.post?.id)
        line.add("post_url", event.post?.url)
        line.add("automation_id", event.automation?.id)
        line.add("automation_name", event.automation?.name)
        line.add("comment_id", details.commentID)
        line.add("reaction_id", details.reactionID)
        line.add("visit_id", details.visitID)
        line.add("visit_timestamp", details.visitedAt)
        line.add("profile_owner_id", details.profileOwner?.id)
        line.add("profile_owner_name", details.profileOwner?.name)
        let isWhollyKnown = details.isKnown && event.anomalies.isEmpty
        line.add("payload", isWhollyKnown ? nil : String(decoding: delivery.payload, as: UTF8.self))
        return line.finished()
    }

    private static func add(_ lead: Lead, email: String?, to line: inout JSONLine) {
        line.add("name", lead.name)
        line.add("first_name", lead.firstName)
        line.add("title", lead.title)
        line.add("linkedin_url", lead.linkedInURL)
        line.add("linkedin_username", lead.linkedInUsername)
        line.add("connection_status", lead.connectionStatus?.rawValue)
        line.add("commenter_id", lead.commenterID)
        line.add("reactor_id", lead.reactorID)
        line.add("actor_id", lead.actorID)
        line.add("email", lead.email ?? email)
        line.add("is_anonymous", lead.isAnonymous)
        line.add("visitor_id", lead.visitorID)
    }

    /// What is particular to a type of event, laid side by side.
    private struct Details {
        var isKnown = true
        var message: String?
        var email: String?
        var commentID: String?
        var reactionID: String?
        var visitID: String?
        var visitedAt: String?
        var profileOwner: ProfileOwner?

        init(_ content: WebhookEvent.Content) {
            switch content {
            case .dmSent(let sent):
                message = sent.message
                commentID = sent.commentID
                reactionID = sent.reactionID
            case .leadSent(let sent):
                message = sent.message
                commentID = sent.commentID
                reactionID = sent.reactionID
            case .emailCaptured(let captured):
                email = captured.email
                commentID = captured.commentID
                reactionID = captured.reactionID
            case .newProfileVisit(let visit):
                visitID = visit.visitID
                visitedAt = visit.visitedAt?.text
                profileOwner = visit.profileOwner
            case .newLike(let like): reactionID = like.reactionID
            case .newComment(let comment): commentID = comment.commentID
            case .other: isKnown = false
            @unknown default: isKnown = false
            }
        }
    }
}
#endif
