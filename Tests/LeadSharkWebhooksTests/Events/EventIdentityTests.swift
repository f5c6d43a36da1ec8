import Foundation
import TestVectors
import Testing

@testable import LeadSharkWebhooks

@Suite("The identity of an event")
struct EventIdentityTests {
    @Test("The file of vectors can be read")
    func file() throws {
        #expect(try IdentityVector.load().count > 50)
    }

    @Test("Type and identity are those that openssl gives", arguments: IdentityVector.all)
    func vectors(_ vector: IdentityVector) {
        let envelope = EventEnvelope(payload: vector.payload, webhookName: vector.webhook)
        #expect(envelope.identity.hexadecimal == vector.identity)
        #expect(envelope.type?.rawValue == vector.type)
    }

    @Test("Different events have different identities, and equal ones the same")
    func distinct() {
        // Those of one happening, however it is written.
        let same = ["a comment", "fields that repeat elsewhere", "re-formatted", "a byte order mark"]
        let others = IdentityVector.all.filter {
            !same.dropFirst().contains($0.description) && !$0.description.hasPrefix("an automation w")
                && !$0.description.hasPrefix("other happenings")
        }
        #expect(Set(others.map(\.identity)).count == others.count)
        #expect(Set(IdentityVector.all.filter { same.contains($0.description) }.map(\.identity)).count == 1)
    }

    @Test("No way to divide the same characters among fields gives the same identity")
    func lengthPrefixes() {
        let text = Array("comment")
        var identities: Set<EventIdentity> = []
        var count = 0
        for first in 0...text.count {
            for second in first...text.count {
                var hash = FieldHash()
                hash.append(String(text[..<first]))
                hash.append(String(text[first..<second]))
                hash.append(String(text[second...]))
                identities.insert(EventIdentity(hash.finalize()))
                count += 1
            }
        }
        #expect(identities.count == count)
    }

    @Test(
        "JSON that is not the 64 digits of an identity is refused",
        arguments: ["\"\"", "7", "null", "[]", "\"\(String(repeating: "g", count: 64))\"", "\"0\""])
    func refusedJSON(_ text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(EventIdentity.self, from: Data(text.utf8)) }
    }

    @Test("An identity is its digits in JSON too")
    func json() throws {
        let identity = EventEnvelope(payload: Array("{}".utf8), webhookName: "leadshark").identity
        let text = try JSONEncoder().encode(identity)
        #expect(String(decoding: text, as: UTF8.self) == "\"\(identity.hexadecimal)\"")
        #expect(try JSONDecoder().decode(EventIdentity.self, from: text) == identity)
    }

    @Test("An identity is read back from its bytes and its digits, and from nothing else")
    func readBack() throws {
        let identity = EventEnvelope(payload: Array("{}".utf8), webhookName: "leadshark").identity
        #expect(identity.bytes.count == EventIdentity.byteCount)
        #expect(EventIdentity(bytes: identity.bytes) == identity)
        #expect(EventIdentity(hexadecimal: identity.hexadecimal) == identity)
        #expect(EventIdentity(hexadecimal: identity.hexadecimal.uppercased()) == identity)
        #expect(identity.description == identity.hexadecimal)
        #expect(EventIdentity(bytes: []) == nil)
        #expect(EventIdentity(bytes: Array(identity.bytes.dropLast())) == nil)
        #expect(EventIdentity(bytes: identity.bytes + [0]) == nil)
        #expect(EventIdentity(hexadecimal: "") == nil)
        #expect(EventIdentity(hexadecimal: String(identity.hexadecimal.dropLast())) == nil)
        #expect(EventIdentity(hexadecimal: identity.hexadecimal + "0") == nil)
        #expect(EventIdentity(hexadecimal: String(repeating: "g", count: 64)) == nil)
    }
}
