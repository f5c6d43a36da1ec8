#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkHandlers

@Suite("An event as a line")
struct LeadLineTests {
    private static let keys = [
        "identity", "event", "timestamp", "webhook", "received_at", "payload_version",
        "name", "first_name", "title", "linkedin_url", "linkedin_username", "connection_status", "commenter_id",
        "reactor_id", "actor_id", "email", "is_anonymous", "visitor_id",
        "message", "post_id", "post_url", "automation_id", "automation_name", "comment_id", "reaction_id",
        "visit_id",
        "visit_timestamp", "profile_owner_id", "profile_owner_name", "payload",
    ]

    private func members(of payload: [UInt8]) throws -> [(name: String, value: JSONValue)] {
        let bytes = LeadLine.bytes(of: try delivery(of: payload))
        #expect(bytes.starts(with: LeadLine.opening.utf8))
        #expect(bytes.firstIndex(of: UInt8(ascii: "\n")) == bytes.count - 1)
        guard case .object(let object) = try JSONValue(parsing: bytes.dropLast()) else { return [] }
        return object.members.map { ($0.name.text, $0.value) }
    }

    private func fields(of payload: [UInt8]) throws -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: try members(of: payload).map { ($0.name, $0.value) })
    }

    private func string(_ text: String) -> JSONValue { .string(JSONString(text)) }

    @Test("An unknown type and an anomaly bring the whole payload along")
    func payloadIsKept() throws {
        let unknown = #"{"event":"lead.merged","data":{"into":{"deep":[1,2]}}}"#
        let odd = #"{"event":"dm.sent","data":{"lead":{"name":5,"title":"CTO"}}}"#
        for text in [unknown, odd] {
            #expect(try fields(of: Array(text.utf8))["payload"] == string(text))
        }
        #expect(try fields(of: Array(odd.utf8))["title"] == string("CTO"))
        #expect(try fields(of: Array(odd.utf8))["name"] == .null)
    }

    @Test("An event without anything still makes a whole line")
    func emptyEvent() throws {
        let members = try members(of: Array(#"{"event":"","data":{}}"#.utf8))
        #expect(members.map(\.name) == Self.keys)
    }

    @Test(
        "Every type and form has the same keys in the same order",
        arguments: EventType.documented, PayloadForm.allCases)
    func sameKeys(type: EventType, form: PayloadForm) throws {
        let payload = Fixture.payload(for: type, form: form)
        #expect(try members(of: payload).map(\.name) == Self.keys)
        let fields = try fields(of: payload)
        #expect(fields["event"] == string(type.rawValue))
        #expect(fields["webhook"] == string("leadshark"))
        #expect(fields["received_at"] == string("2026-03-20T09:46:40.125Z"))
        #expect(fields["payload"] == .null)
        let event = try WebhookEvent(payload: payload)
        #expect(fields["identity"] == string(try delivery(of: payload).identity.hexadecimal))
        #expect(fields["timestamp"]?.text == event.timestamp?.text)
        #expect(fields["name"]?.text == event.lead?.name)
        #expect(fields["title"]?.text == event.lead?.title)
        #expect(fields["linkedin_url"]?.text == event.lead?.linkedInURL)
        #expect(fields["commenter_id"]?.text == event.lead?.commenterID)
        #expect(fields["automation_id"]?.text == event.automation?.id)
        #expect(fields["post_url"]?.text == event.post?.url)
    }

    @Test("The classic guide's example comes out field by field")
    func classicExample() throws {
        let text = """
            {"event":"dm.sent","timestamp":"2024-03-21T15:30:00Z","data":{"lead":{"name":"John Doe","first_name":"John",\
            "title":"Software Engineer","linkedin_url":"https://linkedin.com/in/johndoe","linkedin_username":"johndoe",\
            "connection_status":"Connected","commenter_id":"abc123"},"message":"Hello John, thanks for your comment...",\
            "automation":{"id":"automation_123","name":"Product Launch Campaign"},"post_id":"post_123"}}
            """
        let fields = try fields(of: Array(text.utf8)).compactMapValues(\.text)
        let expected = [
            "event": "dm.sent", "timestamp": "2024-03-21T15:30:00Z", "name": "John Doe", "first_name": "John",
            "title": "Software Engineer", "linkedin_url": "https://linkedin.com/in/johndoe",
            "linkedin_username": "johndoe", "connection_status": "Connected", "commenter_id": "abc123",
            "message": "Hello John, thanks for your comment...", "automation_id": "automation_123",
            "automation_name": "Product Launch Campaign", "post_id": "post_123",
        ]
        #expect(fields.filter { expected.keys.contains($0.key) } == expected)
    }

    @Test("What only some types have is under its own key")
    func details() throws {
        func field(_ name: String, _ type: EventType) throws -> JSONValue? {
            try fields(of: Fixture.payload(for: type, number: 3, happeningID: "h-3"))[name]
        }
        #expect(try field("visit_id", .newProfileVisit) == string("h-3"))
        #expect(try field("is_anonymous", .newProfileVisit) == .bool(false))
        #expect(try field("profile_owner_name", .newProfileVisit)?.text != nil)
        #expect(try field("visit_timestamp", .newProfileVisit)?.text != nil)
        #expect(try field("reaction_id", .newLike) == string("h-3"))
        #expect(try field("comment_id", .newComment) == string("h-3"))
        #expect(try field("comment_id", .dmSent) == string("h-3"))
        #expect(try field("email", .emailCaptured)?.text?.hasSuffix("@example.com") == true)
        #expect(try field("visit_id", .newLike) == .null)
    }

    @Test(
        "The comment or the reaction that led to an event is told whatever its type",
        arguments: ["comment", "reaction"])
    func happening(_ kind: String) throws {
        for type: EventType in [.dmSent, .leadSent, .emailCaptured, kind == "comment" ? .newComment : .newLike] {
            let text = #"{"event":"\#(type.rawValue)","data":{"lead":{"name":"A"},"\#(kind)":{"id":"h-4"}}}"#
            #expect(try fields(of: Array(text.utf8))["\(kind)_id"] == string("h-4"), "\(type)")
        }
    }

    @Test("An address that stands beside the lead is the lead's too")
    func emailBesideTheLead() throws {
        let text = #"{"event":"email.captured","data":{"lead":{"name":"A"},"email":"a@example.com"}}"#
        let fields = try fields(of: Array(text.utf8))
        let event = try WebhookEvent(payload: Array(text.utf8))
        guard case .emailCaptured(let captured) = event.content else { return }
        #expect(fields["email"]?.text == captured.email)
    }
}
#endif
