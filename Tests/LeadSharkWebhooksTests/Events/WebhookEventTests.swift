import Foundation
import LeadSharkTesting
import LeadSharkWebhooks
import TestVectors
import Testing

@Suite("What is no event")
struct WebhookEventRefusalTests {
    @Test(
        "A payload that is not JSON is refused with the place",
        arguments: [
            "", " ", "event=dm.sent", #"{"event":"dm.sent","data":{}"#, #"{"event":"dm.sent","data":{}}}"#,
            #"{'event':'dm.sent'}"#, "\u{feff}\u{feff}{}", #"{"event":"dm.sent","data":{"lead":{"name":"GEHEIM}}}"#,
            #"{"event":"dm.sent","data":{"lead":{"GEHEIM":tru}}}"#,
            #"{"event":"dm.sent","data":"# + String(repeating: "[", count: 100_000),
            #"{"event":"dm.sent","data":{"a":"# + String(repeating: "[", count: 600)
                + String(repeating: "]", count: 600) + "}}",
        ])
    func notJSON(_ payload: String) {
        let error = failure(Array(payload.utf8))
        #expect(error?.code == .notJSON)
        #expect(error?.description.contains("GEHEIM") == false)
        #expect(error?.message.contains("byte ") == true)
    }

    @Test("A payload that is not UTF-8 is refused, not repaired")
    func notUTF8() {
        let payload = Array(#"{"event":"dm.sent","data":{"message":""#.utf8) + [0xff] + Array(#""}}"#.utf8)
        #expect(failure(payload)?.code == .notJSON)
    }

    @Test(
        "JSON that lacks what every event has is refused with the place, what was expected and what was found",
        arguments: [
            ("null", "$: expected an object, found null"), ("[]", "$: expected an object, found an array"),
            (#""GEHEIM""#, "$: expected an object, found a string"), ("7", "$: expected an object, found a number"),
            ("true", "$: expected an object, found a boolean"),
            ("{}", "$.event: expected a string, found nothing"),
            (#"{"data":{}}"#, "$.event: expected a string, found nothing"),
            (#"{"event":null,"data":{}}"#, "$.event: expected a string, found null"),
            (#"{"event":4711,"data":{}}"#, "$.event: expected a string, found a number"),
            (#"{"event":{"GEHEIM":1},"data":{}}"#, "$.event: expected a string, found an object"),
            (#"{"event":"dm.sent"}"#, "$.data: expected an object, found nothing"),
            (#"{"event":"dm.sent","data":null}"#, "$.data: expected an object, found null"),
            (#"{"event":"dm.sent","data":["GEHEIM"]}"#, "$.data: expected an object, found an array"),
            (#"{"event":"dm.sent","data":"GEHEIM"}"#, "$.data: expected an object, found a string"),
            (#"{"event":"dm.sent","data":{},"data":false}"#, "$.data: expected an object, found a boolean"),
            (#"{"Event":"dm.sent","data":{}}"#, "$.event: expected a string, found nothing"),
        ])
    func wrongShape(_ payload: String, _ message: String) {
        let error = failure(Array(payload.utf8))
        #expect(error?.code == .wrongShape)
        #expect(error?.message == message)
    }

    @Test("A payload cut off anywhere is an error")
    func truncated() throws {
        let payload = try PackageFiles.sample("dm.sent.v2")
        for count in payload.indices {
            let cut = Array(payload.prefix(count))
            #expect(failure(cut)?.code == .notJSON)
        }
    }

    @Test("Names and texts of a megabyte, and a hundred thousand members, are taken as they are")
    func huge() throws {
        let long = String(repeating: "x", count: 1 << 20)
        let many = (0..<100_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        let event = try WebhookEvent(
            payload: Array(#"{"event":"dm.sent","\#(long)":1,"data":{"message":"\#(long)",\#(many)}}"#.utf8))
        guard case .dmSent(let message) = event.content else {
            Issue.record("not a dm.sent: \(event)")
            return
        }
        #expect(message.message?.utf8.count == 1 << 20)
        #expect(event.anomalies.isEmpty)
    }

    @Test("A payload beyond the parser's limit is refused")
    func tooLarge() {
        let payload = [UInt8](repeating: 0x20, count: JSONLimits().maximumByteCount + 1)
        #expect(failure(payload)?.code == .notJSON)
    }

    private func failure(_ payload: [UInt8]) -> EventDecodingError? {
        #expect(throws: EventDecodingError.self) { try WebhookEvent(payload: payload) }
    }
}

@Suite("Decoding events")
struct WebhookEventTests {
    private func event(_ data: String, type: String = "dm.sent") throws -> WebhookEvent {
        try WebhookEvent(payload: Array(#"{"event":"\#(type)","data":\#(data)}"#.utf8))
    }

    @Test("The vendor's own dm.sent gives every field")
    func directMessage() throws {
        let event = try WebhookEvent(payload: PackageFiles.sample("dm.sent.classic"))
        #expect(event.type == .dmSent)
        #expect(event.timestamp?.text == "2024-03-21T15:30:00Z")
        #expect(event.timestamp?.date == Date(timeIntervalSince1970: 1_711_035_000))
        #expect(event.payloadVersion == nil)
        #expect(event.post == Post(id: "post_123"))
        #expect(event.automation == Automation(id: "automation_123", name: "Product Launch Campaign"))
        #expect(event.anomalies.isEmpty)
        var lead = Lead()
        lead.name = "John Doe"
        lead.firstName = "John"
        lead.title = "Software Engineer"
        lead.linkedInURL = "https://linkedin.com/in/johndoe"
        lead.linkedInUsername = "johndoe"
        lead.connectionStatus = .connected
        lead.commenterID = "abc123"
        #expect(event.lead == lead)
        guard case .dmSent(let message) = event.content else {
            Issue.record("not a dm.sent: \(event)")
            return
        }
        #expect(message.lead == lead)
        #expect(message.message == "Hello John, thanks for your comment...")
        #expect(message.commentID == nil)
    }

    @Test("A profile visit of the old form has its visitor as the lead")
    func classicVisit() throws {
        let event = try WebhookEvent(payload: PackageFiles.sample("new.profile.visit.classic"))
        var lead = Lead()
        lead.name = "Jane Smith"
        lead.title = "Product Manager at Innovation Labs"
        lead.linkedInURL = "https://linkedin.com/in/jane-smith"
        lead.visitorID = "ACoAAEXAMPLE987654321"
        #expect(event.lead == lead)
        #expect(event.automation == nil)
        #expect(event.post == nil)
        #expect(event.anomalies.isEmpty)
        guard case .newProfileVisit(let visit) = event.content else {
            Issue.record("not a visit: \(event)")
            return
        }
        #expect(visit.lead == lead)
        #expect(visit.visitID == nil)
        #expect(visit.visitedAt == nil)
        #expect(visit.profileOwner == ProfileOwner(id: "ACoAAEXAMPLE123456789", name: "Your Name"))
    }

    @Test("A profile visit of version 2 has the lead, the visit and its time")
    func visit() throws {
        let event = try WebhookEvent(payload: PackageFiles.sample("new.profile.visit.v2"))
        #expect(event.payloadVersion == 2)
        #expect(event.lead?.actorID == "ACoAAEXAMPLE555555555")
        #expect(event.lead?.visitorID == "ACoAAEXAMPLE555555555")
        #expect(event.lead?.isAnonymous == false)
        #expect(event.lead?.linkedInUsername == "zoe-mueller")
        #expect(event.anomalies.isEmpty)
        guard case .newProfileVisit(let visit) = event.content else {
            Issue.record("not a visit: \(event)")
            return
        }
        #expect(visit.visitID == "visit_01HX0000000000000000000001")
        #expect(visit.visitedAt?.text == "2026-05-04T09:10:00.000Z")
    }

    @Test("An anonymous visitor is a lead of which little is known")
    func anonymousVisitor() throws {
        let event = try WebhookEvent(payload: PackageFiles.sample("new.profile.visit.anonymous"))
        #expect(event.lead?.isAnonymous == true)
        #expect(event.lead?.name == nil)
        #expect(event.lead?.firstName == nil)
        #expect(event.lead?.linkedInURL == nil)
        #expect(event.lead?.connectionStatus == .notConnected)
        #expect(event.anomalies.isEmpty)
    }

    @Test("An e-mail address comes with the lead and with the event, in both forms", arguments: ["classic", "v2"])
    func email(_ form: String) throws {
        let event = try WebhookEvent(payload: PackageFiles.sample("email.captured.\(form)"))
        guard case .emailCaptured(let captured) = event.content else {
            Issue.record("not an address: \(event)")
            return
        }
        #expect(captured.email == (form == "v2" ? "zoe@example.com" : "john.doe@example.com"))
        #expect(captured.email == event.lead?.email)
        #expect(event.automation?.name == "Q4 Marketing Guide")
        #expect(event.lead?.linkedInURL == nil)
        #expect(event.anomalies.isEmpty)
    }

    @Test("Likes and comments name the happening, and the post wherever it stands", arguments: ["classic", "v2"])
    func likesAndComments(_ form: String) throws {
        let like = try WebhookEvent(payload: PackageFiles.sample("new.like.\(form)"))
        let comment = try WebhookEvent(payload: PackageFiles.sample("new.comment.\(form)"))
        let sent = try WebhookEvent(payload: PackageFiles.sample("lead.sent.\(form)"))
        for event in [like, comment, sent] {
            #expect(event.post?.id == "urn:li:activity:7212345678901234567")
            #expect(event.post?.url?.hasPrefix("https://www.linkedin.com/feed/update/") == true)
            #expect(event.anomalies.isEmpty)
        }
        #expect(like.lead?.reactorID == "ACoAAEXAMPLE555555555")
        #expect(like.lead?.commenterID == nil)
        #expect(comment.lead?.commenterID == "ACoAAEXAMPLE555555555")
        guard case .newLike(let liked) = like.content, case .newComment(let commented) = comment.content,
            case .leadSent(let lead) = sent.content
        else {
            Issue.record("other contents: \(like), \(comment), \(sent)")
            return
        }
        let commentID = "urn:li:comment:(activity:7212345678901234567,7212345699999999999)"
        #expect(liked.reactionID == (form == "v2" ? "reaction_4711" : nil))
        #expect(commented.commentID == (form == "v2" ? commentID : nil))
        #expect(lead.commentID == (form == "v2" ? commentID : nil))
        #expect(lead.reactionID == nil)
    }

    @Test("Fields of other types are absent, listed with their place, and kept in the raw value")
    func anomalies() throws {
        let event = try WebhookEvent(payload: PackageFiles.sample("odd.anomalies"))
        #expect(
            event.anomalies.map(\.description) == [
                "$.timestamp: expected a string, found a number",
                "$.payload_version: expected an integer, found a string",
                "$.data.lead.name: expected a string, found an array",
                "$.data.lead.title: expected a string, found a number",
                "$.data.lead.linkedin_username: expected one member of this name, found several",
                "$.data.lead.is_anonymous: expected a boolean, found a string",
                "$.data.post: expected an object, found a string",
                "$.data.automation: expected an object, found an array",
                "$.data.message: expected a string, found an object",
            ])
        #expect(event.timestamp == nil)
        #expect(event.payloadVersion == nil)
        #expect(event.lead?.name == nil)
        #expect(event.lead?.linkedInUsername == "zoe-mueller-2")
        #expect(event.lead?.commenterID == "12345")
        #expect(event.post == Post(id: "7212345678901234567"))
        #expect(event.automation == nil)
        guard case .dmSent(let message) = event.content else {
            Issue.record("not a dm.sent: \(event)")
            return
        }
        #expect(message.message == nil)
        #expect(message.commentID == "7212345699999999999")
        #expect(event.raw["data"]?["message"]?["text"]?.text == "Hello")
        #expect(event.raw["timestamp"] == (try JSONValue(parsing: Array("1714813200".utf8))))
    }

    /// Every field of the contract that may be odd: its place, what is expected there, and a type of event that has it.
    static let fields: [(path: String, expected: String, type: EventType)] = {
        let string = "a string"
        let id = "a string or an integer"
        var fields = [
            ("$.timestamp", string, EventType.dmSent), ("$.payload_version", "an integer", .dmSent),
            ("$.data.message", string, .dmSent), ("$.data.message", string, .leadSent),
            ("$.data.visit_timestamp", string, .newProfileVisit), ("$.data.visit", "an object", .newProfileVisit),
            ("$.data.visit.id", id, .newProfileVisit), ("$.data.reaction", "an object", .newLike),
            ("$.data.reaction.id", id, .newLike), ("$.data.reaction.id", id, .leadSent),
            ("$.data.comment", "an object", .newComment), ("$.data.comment.id", id, .newComment),
            ("$.data.comment.id", id, .dmSent), ("$.data.comment.id", id, .leadSent),
            ("$.data.comment.id", id, .emailCaptured), ("$.data.profile_owner", "an object", .newProfileVisit),
            ("$.data.profile_owner.id", id, .newProfileVisit), ("$.data.profile_owner.name", string, .newProfileVisit),
        ]
        for type in EventType.documented + [EventType(rawValue: "new.thing")] {
            fields += ["lead", "visitor", "post", "automation"].map { ("$.data.\($0)", "an object", type) }
            fields += [
                "name", "first_name", "title", "linkedin_url", "linkedin_username", "connection_status", "email",
            ]
            .map { ("$.data.lead.\($0)", string, type) }
            fields += ["commenter_id", "reactor_id", "actor_id"].map { ("$.data.lead.\($0)", id, type) }
            fields += [
                ("$.data.lead.is_anonymous", "a boolean", type), ("$.data.visitor.id", id, type),
                ("$.data.visitor.name", string, type), ("$.data.visitor.title", string, type),
                ("$.data.visitor.linkedin_url", string, type), ("$.data.commenter_id", id, type),
                ("$.data.reactor_id", id, type), ("$.data.post_id", id, type), ("$.data.post_url", string, type),
                ("$.data.post.id", id, type), ("$.data.post.url", string, type), ("$.data.automation.id", id, type),
                ("$.data.automation.name", string, type),
            ]
        }
        return fields
    }()

    @Test(
        "Each field takes null for absent, and anything of another type for an anomaly without its value",
        arguments: fields)
    func oddField(path: String, expected: String, type: EventType) throws {
        let values: [(text: String, found: String, fits: [String])] = [
            ("null", "null", ["a string", "a string or an integer", "an integer", "a boolean", "an object"]),
            (#""4711""#, "a string", ["a string", "a string or an integer"]),
            ("4711", "a number", ["a string or an integer", "an integer"]),
            ("-4711", "a number", ["a string or an integer", "an integer"]),
            ("true", "a boolean", ["a boolean"]), ("[4711]", "an array", []),
            (#"{"4711":4711}"#, "an object", ["an object"]),
        ]
        for value in values {
            let event = try WebhookEvent(payload: payload(path, value.text, type))
            if value.fits.contains(expected) {
                #expect(event.anomalies.isEmpty)
            } else {
                #expect(event.anomalies == [try anomaly(path, expected, value.found)])
            }
            #expect(!event.anomalies.description.contains("4711"))
        }
        for number in ["47.11", "4711e0", "1E400"] where expected.hasSuffix("an integer") {
            let event = try WebhookEvent(payload: payload(path, number, type))
            #expect(event.anomalies == [try anomaly(path, expected, "another number")])
        }
    }

    private func payload(_ path: String, _ value: String, _ type: EventType) -> [UInt8] {
        let names = path.split(separator: ".").dropFirst()
        let nested = names.reversed().reduce(value) { "{\"\($1)\":\($0)}" }
        let members = nested.dropFirst().dropLast()
        let data = names.first == "data" ? "" : #","data":{}"#
        return Array(#"{"event":"\#(type)",\#(members)\#(data)}"#.utf8)
    }

    private func anomaly(_ path: String, _ expected: String, _ found: String) throws -> Anomaly {
        let json = try JSONEncoder().encode(["path": path, "expected": expected, "found": found])
        return try JSONDecoder().decode(Anomaly.self, from: json)
    }

    @Test("An integer that is too large for a version is an anomaly")
    func hugeVersion() throws {
        let event = try WebhookEvent(
            payload: Array(#"{"event":"dm.sent","payload_version":99999999999999999999,"data":{}}"#.utf8))
        #expect(event.payloadVersion == nil)
        #expect(event.anomalies.map(\.found) == ["another number"])
    }

    @Test("What is in the place of version 2 goes before the older copy, which fills in for what is missing")
    func precedence() throws {
        let both = try event(
            #"""
            {"lead":{"name":"new","commenter_id":"c2","reactor_id":"r2"},"commenter_id":"c1","reactor_id":"r1",
             "visitor":{"id":"v","name":"old","title":"t","linkedin_url":"u"},
             "post":{"id":"p2","url":"u2"},"post_id":"p1","post_url":"u1"}
            """#)
        #expect(both.lead?.name == "new")
        #expect(both.lead?.commenterID == "c2")
        #expect(both.lead?.reactorID == "r2")
        #expect(both.lead?.title == "t")
        #expect(both.lead?.linkedInURL == "u")
        #expect(both.lead?.visitorID == "v")
        #expect(both.post == Post(id: "p2", url: "u2"))
        let old = try event(
            #"""
            {"lead":{"name":7,"commenter_id":null},"commenter_id":"c1","reactor_id":5,"visitor":{"name":"old"},
             "post":{"url":[]},"post_id":"p1","post_url":"u1"}
            """#)
        #expect(old.lead?.name == "old")
        #expect(old.lead?.commenterID == "c1")
        #expect(old.lead?.reactorID == "5")
        #expect(old.post == Post(id: "p1", url: "u1"))
        #expect(old.anomalies.map(\.path) == ["$.data.lead.name", "$.data.post.url"])
    }

    @Test("An event without anything to make a lead, post or automation of has none")
    func bare() throws {
        for type in EventType.documented {
            let event = try event("{}", type: type.rawValue)
            #expect(event.lead == nil)
            #expect(event.post == nil)
            #expect(event.automation == nil)
            #expect(event.anomalies.isEmpty)
        }
        #expect(try event(#"{"lead":{}}"#).lead == Lead())
        #expect(try event(#"{"commenter_id":"c"}"#).lead?.commenterID == "c")
    }

    @Test("An event of an unknown type keeps its data, and its lead is read as ever")
    func unknownType() throws {
        let event = try WebhookEvent(payload: PackageFiles.sample("unknown.type"))
        #expect(event.type.rawValue == "new.follower")
        #expect(event.payloadVersion == 3)
        #expect(event.lead?.linkedInUsername == "zoe-mueller")
        guard case .other(let unknown) = event.content else {
            Issue.record("known: \(event)")
            return
        }
        #expect(unknown.type == event.type)
        #expect(unknown.data == event.raw["data"])
        guard case .number(let followers) = unknown.data["lead"]?["followers"] else {
            Issue.record("no number")
            return
        }
        #expect(followers.text == "1.50e3")
    }

    @Test("The statuses of a connection are compared without case, and keep it")
    func connectionStatus() throws {
        let event = try event(#"{"lead":{"connection_status":"CONNECTED"}}"#)
        #expect(event.lead?.connectionStatus == .connected)
        #expect(event.lead?.connectionStatus?.rawValue == "CONNECTED")
        #expect(ConnectionStatus(rawValue: "2ND connection") == .secondDegree)
        #expect(Set([ConnectionStatus.pending, ConnectionStatus(rawValue: "pending")]).count == 1)
        #expect(ConnectionStatus(rawValue: "Connected ") != .connected)
    }

    @Test("Text comes out as it was meant: escapes, emoji, decomposed letters, NUL, half a surrogate pair")
    func text() throws {
        let event = try event(#"{"message":"\u00e9\ud83d\ude80\u0000\n\"\\\/ Zoe\#u{308} 🚀 \ud800"}"#)
        guard case .dmSent(let message) = event.content else {
            Issue.record("not a dm.sent: \(event)")
            return
        }
        let expected = Array("é🚀\0\n\"\\/ Zoe\u{308} 🚀 ".unicodeScalars)
        let scalars = try Array(#require(message.message).unicodeScalars)
        #expect(Array(scalars.prefix(expected.count)) == expected)
        #expect(Set(scalars.dropFirst(expected.count)) == ["\u{fffd}"])
    }

    @Test("A byte order mark, blanks and line breaks around the payload change nothing")
    func byteOrderMark() throws {
        let payload = try PackageFiles.sample("dm.sent.v2")
        let event = try WebhookEvent(payload: [0xef, 0xbb, 0xbf] + payload)
        let plain = try WebhookEvent(payload: payload)
        #expect(event.content == plain.content)
        #expect(event.raw == plain.raw)
        #expect(event.payload == [0xef, 0xbb, 0xbf] + payload)
        let spaced = try WebhookEvent(payload: PackageFiles.sample("odd.spaced"))
        #expect(spaced.lead?.name == "Zeé")
    }

    @Test("Names that are escaped, repeated or alike are told apart")
    func names() throws {
        let event = try WebhookEvent(
            payload: Array(
                #"{"\u0065vent":"new.like","event":"dm.sent","Data":{},"data":{},"data":{"lead":{"Name":"x"}}}"#.utf8))
        #expect(event.type == .dmSent)
        #expect(event.lead == Lead())
        #expect(event.anomalies.map(\.path) == ["$.event", "$.data"])
        #expect(event.anomalies.allSatisfy { $0.found == "several" })
    }

    @Test("A lead is stored under the vendor's names and read back")
    func codableLead() throws {
        let lead = try #require(WebhookEvent(payload: Fixture.payload(for: .newProfileVisit)).lead)
        let data = try JSONEncoder().encode(lead)
        #expect(try JSONDecoder().decode(Lead.self, from: data) == lead)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["linkedin_username"] as? String == lead.linkedInUsername)
        #expect(object["actor_id"] as? String == lead.actorID)
        #expect(object["visitor_id"] as? String == lead.visitorID)
    }

    @Test("The contents of each type are stored and read back", arguments: EventType.documented)
    func codableContents(_ type: EventType) throws {
        func check<Value: Codable & Equatable>(_ value: Value) throws {
            let data = try JSONEncoder().encode(value)
            #expect(try JSONDecoder().decode(Value.self, from: data) == value)
            let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(object["lead"] != nil)
            #expect(object.keys.allSatisfy { $0.lowercased() == $0 })
        }
        switch try WebhookEvent(payload: Fixture.payload(for: type)).content {
        case .dmSent(let content): try check(content)
        case .leadSent(let content): try check(content)
        case .emailCaptured(let content): try check(content)
        case .newProfileVisit(let content): try check(content)
        case .newLike(let content): try check(content)
        case .newComment(let content): try check(content)
        default: Issue.record("\(type) has no content of its own")
        }
    }
}
