import Foundation
import TestVectors
import Testing

@testable import LeadSharkWebhooks

@Suite("Leads, and the texts in them")
struct LeadTests {
    private static func lead() throws -> Lead {
        let event = try WebhookEvent(payload: PackageFiles.sample("dm.sent.v2"))
        return try #require(event.lead)
    }

    @Test("A changed copy leaves the original as it was")
    func copies() throws {
        let lead = try Self.lead()
        let changes: [(inout Lead) -> Void] = [
            { $0.name = "x" }, { $0.firstName = "x" }, { $0.title = "x" }, { $0.linkedInURL = "x" },
            { $0.linkedInUsername = "x" }, { $0.connectionStatus = .pending }, { $0.commenterID = "x" },
            { $0.reactorID = "x" }, { $0.actorID = "x" }, { $0.email = "x" }, { $0.isAnonymous = true },
            { $0.visitorID = "x" },
        ]
        var all = lead
        for change in changes {
            var copy = lead
            change(&copy)
            #expect(copy != lead)
            let same = copy
            change(&copy)
            #expect(copy == same)
            change(&all)
        }
        #expect(lead == (try Self.lead()))
        #expect(Set([lead, all, try Self.lead()]).count == 2)
    }

    @Test("A lead is written by the names that LeadShark gives its fields, and read back")
    func json() throws {
        var lead = try Self.lead()
        lead.connectionStatus = .thirdDegree
        let text = try JSONEncoder().encode(lead)
        let tree = try JSONValue(parsing: Array(text))
        #expect(tree["linkedin_username"]?.text == lead.linkedInUsername)
        #expect(tree["connection_status"]?.text == "3rd Connection")
        #expect(try JSONDecoder().decode(Lead.self, from: text) == lead)
    }

    @Test("What is not text is no type, no status and no timestamp", arguments: ["7", "null", "[]", "{}", "true"])
    func notText(_ text: String) {
        let data = Data(text.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(EventType.self, from: data) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ConnectionStatus.self, from: data) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(EventTimestamp.self, from: data) }
    }

    @Test(
        "Types, statuses and timestamps are their texts, in JSON too",
        arguments: ["new.thing", "", "Zoë", "2nd Connection"])
    func texts(_ text: String) throws {
        let data = try JSONEncoder().encode(text)
        let type = EventType(rawValue: text)
        #expect(try JSONEncoder().encode(type) == data)
        #expect(try JSONDecoder().decode(EventType.self, from: data) == type)
        #expect(type.description == text)
        let status = ConnectionStatus(rawValue: text)
        #expect(try JSONEncoder().encode(status) == data)
        #expect(try JSONDecoder().decode(ConnectionStatus.self, from: data).rawValue == text)
        #expect(status.description == text)
        let timestamp = EventTimestamp(text)
        #expect(try JSONEncoder().encode(timestamp) == data)
        #expect(try JSONDecoder().decode(EventTimestamp.self, from: data) == timestamp)
        #expect(timestamp.description == text)
    }

    @Test("Two errors are equal when they say the same for programs")
    func errors() {
        func decodingError(_ payload: String) -> EventDecodingError? {
            do { _ = try WebhookEvent(payload: Array(payload.utf8)) } catch { return error }
            return nil
        }
        let shapes = Set([decodingError("[]"), decodingError("{}"), decodingError(#"{"event":7}"#)])
        #expect(shapes.count == 1)
        #expect(Set([decodingError("["), decodingError("[]")]).count == 2)

        func jsonError(_ text: String) -> JSONError? {
            do { _ = try JSONValue(parsing: Array(text.utf8)) } catch { return error }
            return nil
        }
        #expect(Set([jsonError("[x"), jsonError("[y"), jsonError("[1,y"), jsonError("[")]).count == 3)
        #expect(jsonError("[x")?.code.description == "unexpectedCharacter")
    }
}
