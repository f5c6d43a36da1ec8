import Testing

@testable import LeadSharkWebhooks

@Suite("Places in a JSON document")
struct JSONElementTests {
    private func root(_ text: String) throws -> JSONElement { try JSONDocument(parsing: Array(text.utf8)).root }

    @Test("A lookup tells no member, one, and several apart")
    func lookUp() throws {
        let root = try root(#"{"a":{"x":[1,2]},"b":2,"b":3,"\u0063":4}"#)
        guard case .absent = root.lookUp("x") else {
            Issue.record("a name further in is not found from outside")
            return
        }
        guard case .sole(let element) = root.lookUp("a") else {
            Issue.record("one member is expected")
            return
        }
        #expect(element.kind == .object)
        guard case .repeated(let last) = root.lookUp("b") else {
            Issue.record("two members are expected")
            return
        }
        #expect(last.numberText == "3")
        #expect(root.lookUp("c").element?.numberText == "4")
        guard case .absent = element.lookUp("x").element?.lookUp("y") else {
            Issue.record("an array has no members")
            return
        }
    }

    @Test("A value is read as what it is, and as nothing else")
    func kinds() throws {
        let root = try root(#"{"s":"t","n":1,"t":true,"f":false,"z":null}"#)
        #expect(root.lookUp("s").element?.text == "t")
        #expect(root.lookUp("s").element?.numberText == nil)
        #expect(root.lookUp("n").element?.numberText == "1")
        #expect(root.lookUp("n").element?.text == nil)
        #expect(root.lookUp("t").element?.boolean == true)
        #expect(root.lookUp("f").element?.boolean == false)
        #expect(root.lookUp("z").element?.boolean == nil)
        #expect(root.lookUp("z").element?.kind == .null)
    }

    @Test("A byte order mark is passed over in a payload, and only one, and only there")
    func byteOrderMark() throws {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        #expect(try JSONDocument(payload: mark + Array("{}".utf8)).root.kind == .object)
        #expect(throws: JSONError.self) { try JSONDocument(payload: mark + mark + Array("{}".utf8)) }
        #expect(throws: JSONError.self) { try JSONDocument(payload: Array("{}".utf8) + mark) }
        #expect(throws: JSONError.self) { try JSONDocument(payload: mark) }
    }

    @Test("A part of a document becomes a tree of its own")
    func partialTree() throws {
        let root = try root(#"{"a":{"x":[1,{"y":"z"}]},"b":2}"#)
        let part = try #require(root.lookUp("a").element)
        #expect(part.value == (try JSONValue(parsing: Array(#"{"x":[1,{"y":"z"}]}"#.utf8))))
    }
}
