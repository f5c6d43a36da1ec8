import Testing

@testable import LeadSharkWebhooks

@Suite("The members of an object that LeadShark documents")
struct EventMembersTests {
    private func document(_ text: String) throws -> JSONDocument { try JSONDocument(parsing: Array(text.utf8)) }

    /// The text of a number under a field, and whether there are several.
    private func number(_ field: EventField, in text: String) throws -> (String?, isRepeated: Bool) {
        let document = try document(text)
        let place = EventMembers(of: 0, in: document)[field]
        guard place != .absent else { return (nil, false) }
        return (document.numberText(of: document.nodes[place.node]), place.isRepeated)
    }

    @Test("A lookup tells no member, one, and several apart")
    func lookUp() throws {
        let text = #"{"data":{"id":[1,2]},"lead":2,"lead":3,"lead":4,"\u0070ost":5,"other":6}"#
        #expect(try number(.id, in: text) == (nil, false))
        #expect(try number(.lead, in: text) == ("4", true))
        #expect(try number(.post, in: text) == ("5", false))
        let document = try document(text)
        let data = EventMembers(of: 0, in: document)[.data]
        #expect(!data.isRepeated)
        #expect(document.nodes[data.node].kind == .object)
        #expect(EventMembers(of: data.node, in: document)[.id] != .absent)
    }

    @Test("What is no object has no members", arguments: [#"["id",1]"#, #""id""#, "1", "null", "{}"])
    func noObject(_ text: String) throws {
        let document = try document(text)
        let members = EventMembers(of: 0, in: document)
        for field in EventField.allCases { #expect(members[field] == .absent) }
    }

    @Test("Every field is found by its name alone", arguments: EventField.allCases)
    func names(_ field: EventField) throws {
        let name = "\(field.name)"
        #expect(EventField(name.utf8.span) == field)
        #expect(try number(field, in: #"{"\#(name)":1}"#) == ("1", false))
        for other in EventField.allCases where other != field {
            #expect(try number(other, in: #"{"\#(name)":1}"#) == (nil, false))
        }
    }

    @Test("A name that differs in one byte is another one", arguments: EventField.allCases)
    func otherNames(_ field: EventField) {
        let name = Array("\(field.name)".utf8)
        for index in name.indices {
            for bit in 0..<8 {
                var other = name
                other[index] ^= 1 << bit
                let found = EventField(other.span)
                #expect(found != field)
                if let found { #expect(Array("\(found.name)".utf8) == other) }
            }
        }
        for other in [name + [0x20], name.dropLast() as Array, [UInt8](name.reversed())] {
            let found = EventField(other.span)
            #expect(found != field)
        }
    }
}
