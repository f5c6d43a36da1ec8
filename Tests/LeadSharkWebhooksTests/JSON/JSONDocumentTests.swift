import Testing

@testable import LeadSharkWebhooks

@Suite("Values in a JSON document")
struct JSONDocumentTests {
    private func document(_ text: String) throws -> JSONDocument { try JSONDocument(parsing: Array(text.utf8)) }

    @Test("A value is read as what it is, and as nothing else")
    func kinds() throws {
        let document = try document(#"["t",1,true,false,null]"#)
        let nodes = (1...5).map { document.nodes[$0] }
        #expect(nodes.map(\.kind) == [.string, .number, .true, .false, .null])
        #expect(nodes.map { document.text(of: $0) } == ["t", nil, nil, nil, nil])
        #expect(nodes.map { document.numberText(of: $0) } == [nil, "1", nil, nil, nil])
        #expect(nodes.map(\.boolean) == [nil, nil, true, false, nil])
    }

    @Test(
        "Text of any length and script is read as it stands",
        arguments: [
            "", "a", "fifteen bytes, a", "sixteen bytes, ab", "Zoë", "ab한", "😀", String(repeating: "x", count: 1_000),
            String(repeating: "ä", count: 333) + "x",
        ])
    func text(_ text: String) throws {
        let document = try document("\"\(text)\"")
        let read = document.text(of: document.root)
        #expect(read.map { Array($0.utf8) } == Array(text.utf8))
        #expect(document.root.isASCII == text.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("A document has room for as many values as it has", arguments: [0, 1, 62, 63, 64, 65, 1_000, 100_000])
    func manyValues(_ count: Int) throws {
        let document = try document("[" + String(repeating: "1,", count: count) + "[]]")
        #expect(document.nodes.count == count + 2)
        #expect(document.nodes[count + 1].kind == .array)
        #expect(document.root.next == UInt32(count + 2))
        let wrong = (1..<count + 1).filter { document.numberText(of: document.nodes[$0]) != "1" }
        #expect(wrong == [])
    }

    @Test("A byte order mark is passed over in a payload, and only one, and only there")
    func byteOrderMark() throws {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let document = try JSONDocument(payload: mark + Array("{}".utf8))
        #expect(document.root.kind == .object)
        #expect(throws: JSONError.self) { _ = try JSONDocument(payload: mark + mark + Array("{}".utf8)) }
        #expect(throws: JSONError.self) { _ = try JSONDocument(payload: Array("{}".utf8) + mark) }
        #expect(throws: JSONError.self) { _ = try JSONDocument(payload: mark) }
    }

    @Test("A part of a document becomes a tree of its own")
    func partialTree() throws {
        let document = try document(#"{"a":{"x":[1,{"y":"z"}]},"b":2}"#)
        #expect(try document.value(at: 2) == JSONValue(parsing: Array(#"{"x":[1,{"y":"z"}]}"#.utf8)))
    }
}
