import Foundation
import LeadSharkWebhooks
import TestVectors
import Testing

@Suite("Events, by the vectors")
struct EventVectorTests {
    @Test("The file of vectors can be read and holds events and errors")
    func file() throws {
        let vectors = try EventVector.load()
        let events = vectors.filter { if case .event = $0.result { true } else { false } }
        #expect(events.count > 500)
        #expect(vectors.count - events.count > 30)
        #expect(Set(vectors.map(\.description)).count == vectors.count)
    }

    @Test("What is read out of a payload is what the vectors say", arguments: EventVector.all)
    func vector(_ vector: EventVector) throws {
        switch vector.result {
        case .error(let code, let message):
            let error = #expect(throws: EventDecodingError.self) { try WebhookEvent(payload: vector.payload) }
            #expect(error?.code.description == code)
            if let message { #expect(error?.message == message) }
        case .event(let expected):
            let event = try WebhookEvent(payload: vector.payload)
            #expect(try Self.fields(of: event) == Self.sorted(expected))
        }
    }

    /// All that the event says, written by the names that LeadShark gives the fields.
    private static func fields(of event: WebhookEvent) throws -> String {
        let report = Report(
            type: event.type, timestamp: event.timestamp, payload_version: event.payloadVersion, lead: event.lead,
            post: event.post, automation: event.automation, particular: particular(event.content),
            anomalies: event.anomalies.map { [$0.path, $0.expected, $0.found] }
                .sorted { $0.lexicographicallyPrecedes($1) })
        return try sorted(JSONValue(parsing: Array(JSONEncoder().encode(report))))
    }

    /// What is particular to the type, without the lead, which all types have.
    private static func particular(_ content: WebhookEvent.Content) -> Report.Particular? {
        switch content {
        case .dmSent(let sent):
            .init(message: sent.message, comment_id: sent.commentID, reaction_id: sent.reactionID)
        case .leadSent(let sent):
            .init(message: sent.message, comment_id: sent.commentID, reaction_id: sent.reactionID)
        case .emailCaptured(let captured):
            .init(email: captured.email, comment_id: captured.commentID, reaction_id: captured.reactionID)
        case .newProfileVisit(let visit):
            .init(visit_id: visit.visitID, visit_timestamp: visit.visitedAt, profile_owner: visit.profileOwner)
        case .newLike(let like): .init(reaction_id: like.reactionID)
        case .newComment(let comment): .init(comment_id: comment.commentID)
        default: nil
        }
    }

    // The names are those of the payload.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Report: Encodable {
        var type: EventType
        var timestamp: EventTimestamp?
        var payload_version: Int?
        var lead: Lead?
        var post: Post?
        var automation: Automation?
        var particular: Particular?
        var anomalies: [[String]]

        struct Particular: Encodable {
            var message: String?
            var email: String?
            var comment_id: String?
            var reaction_id: String?
            var visit_id: String?
            var visit_timestamp: EventTimestamp?
            var profile_owner: ProfileOwner?
        }
    }

    /// A value as text with its members in the order of their names, to be compared.
    private static func sorted(_ value: JSONValue) throws -> String {
        switch value {
        case .object(let object):
            let members = try object.members.map { "\(String(reflecting: $0.name.text)): \(try sorted($0.value))" }
            return "{\(members.sorted().joined(separator: ", "))}"
        case .array(let values): return "[\(try values.map(sorted).joined(separator: ", "))]"
        default: return try value.stringified
        }
    }
}
