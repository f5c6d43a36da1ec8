import Testing

@testable import LeadSharkWebhooks

@Suite("The JSON scanner, on text that is not JSON")
struct JSONScannerRefusalTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let code: JSONError.Code
        let offset: Int
        init(_ text: String, _ code: JSONError.Code, at offset: Int) {
            self.text = text
            self.code = code
            self.offset = offset
        }
        var testDescription: String { text }
    }

    @Test(
        "Text that is not JSON is refused where it goes wrong",
        arguments: [
            Refusal("", .unexpectedEnd, at: 0),
            Refusal("  ", .unexpectedEnd, at: 2),
            Refusal("[", .unexpectedEnd, at: 1),
            Refusal("[1", .unexpectedEnd, at: 2),
            Refusal("[1,", .unexpectedEnd, at: 3),
            Refusal("[1,]", .unexpectedCharacter, at: 3),
            Refusal("[,1]", .unexpectedCharacter, at: 1),
            Refusal("[1 2]", .unexpectedCharacter, at: 3),
            Refusal("[1}", .unexpectedCharacter, at: 2),
            Refusal("]", .unexpectedCharacter, at: 0),
            Refusal("{", .unexpectedEnd, at: 1),
            Refusal("{1:2}", .unexpectedCharacter, at: 1),
            Refusal(#"{"a""#, .unexpectedEnd, at: 4),
            Refusal(#"{"a"}"#, .unexpectedCharacter, at: 4),
            Refusal(#"{"a":}"#, .unexpectedCharacter, at: 5),
            Refusal(#"{"a":1,}"#, .unexpectedCharacter, at: 7),
            Refusal(#"{"a":1]"#, .unexpectedCharacter, at: 6),
            Refusal(#"{,"a":1}"#, .unexpectedCharacter, at: 1),
            Refusal(#"{"a" 1}"#, .unexpectedCharacter, at: 5),
            Refusal("{'a':1}", .unexpectedCharacter, at: 1),
            Refusal("{a:1}", .unexpectedCharacter, at: 1),
            Refusal("1 1", .trailingContent, at: 2),
            Refusal("{}x", .trailingContent, at: 2),
            Refusal("null,", .trailingContent, at: 4),
            Refusal("nul", .unexpectedEnd, at: 3),
            Refusal("nulL", .unexpectedCharacter, at: 3),
            Refusal("True", .unexpectedCharacter, at: 0),
            Refusal("NaN", .unexpectedCharacter, at: 0),
            Refusal("Infinity", .unexpectedCharacter, at: 0),
            Refusal("-Infinity", .invalidNumber, at: 1),
            Refusal("undefined", .unexpectedCharacter, at: 0),
            Refusal("-", .invalidNumber, at: 1),
            Refusal("+1", .unexpectedCharacter, at: 0),
            Refusal("01", .invalidNumber, at: 1),
            Refusal("-01", .invalidNumber, at: 2),
            Refusal("1.", .invalidNumber, at: 2),
            Refusal(".5", .unexpectedCharacter, at: 0),
            Refusal("1.2.3", .invalidNumber, at: 3),
            Refusal("1e", .invalidNumber, at: 2),
            Refusal("1e+", .invalidNumber, at: 3),
            Refusal("0x10", .trailingContent, at: 1),
            Refusal("1_000", .trailingContent, at: 1),
            Refusal("\u{ff11}", .unexpectedCharacter, at: 0),
            Refusal(#"""#, .unexpectedEnd, at: 1),
            Refusal(#""a"#, .unexpectedEnd, at: 2),
            Refusal(#""\"#, .unexpectedEnd, at: 2),
            Refusal(#""\x""#, .invalidEscape, at: 2),
            Refusal(#""\u12"#, .unexpectedEnd, at: 5),
            Refusal(#""\u12g4""#, .invalidEscape, at: 5),
            Refusal(#""\u+123""#, .invalidEscape, at: 3),
            Refusal(#""\U0041""#, .invalidEscape, at: 2),
            Refusal("\"a\nb\"", .controlCharacter, at: 2),
            Refusal("\"\u{0}\"", .controlCharacter, at: 1),
            Refusal("\"\u{1f}\"", .controlCharacter, at: 1),
            Refusal("[1]//", .trailingContent, at: 3),
            Refusal("/**/1", .unexpectedCharacter, at: 0),
            Refusal("\u{feff}{}", .unexpectedCharacter, at: 0),
            Refusal("\u{a0}1", .unexpectedCharacter, at: 0),
            Refusal("\u{b}1", .unexpectedCharacter, at: 0),
        ])
    func refusal(_ refusal: Refusal) {
        let error = #expect(throws: JSONError.self) { _ = try JSONDocument(parsing: Array(refusal.text.utf8)) }
        #expect(error?.code == refusal.code)
        #expect(error?.offset == refusal.offset)
    }

    @Test(
        "Bytes that are not UTF-8 are refused inside a string, and outside of one",
        arguments: [
            [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc2, 0x20], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
            [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
            [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe], [0xff],
            [0xf0, 0x9f, 0x98],
        ] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let inside = #expect(throws: JSONError.self) { _ = try JSONDocument(parsing: [quote] + bytes + [quote]) }
        #expect(inside?.code == .invalidUTF8)
        #expect(inside?.offset == 1)
        let outside = #expect(throws: JSONError.self) { _ = try JSONDocument(parsing: bytes) }
        #expect(outside?.code == .unexpectedCharacter)
    }

    @Test("Every truncation of a payload is refused, and never traps")
    func truncation() throws {
        let text = Array(
            #"{"event":"dm.sent","data":{"lead":{"name":"Zoë \u00e9\ud83d\ude00","n":[-1.5e+3,true,null]}}}"#.utf8)
        _ = try JSONDocument(parsing: text)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { _ = try JSONDocument(parsing: Array(text[..<length])) }
        }
    }

    @Test("No byte in any place of a payload makes the scanner trap, and what it accepts it can turn into a tree")
    func everyByteEverywhere() throws {
        let text = Array(#"{"a":[1,"\u00e9",{"b":null}],"c":-0.5e1}"#.utf8)
        var accepted = 0
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[index] = byte
                guard let document = try? JSONDocument(parsing: changed) else { continue }
                _ = document.value()
                accepted += 1
            }
        }
        #expect(accepted > text.count)
        #expect(accepted < text.count * 256)
    }

    @Test("Nesting is taken up to the limit and refused beyond, however deep")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        let deepest = try JSONValue(parsing: nested(512))
        guard case .array = deepest else {
            Issue.record("an array is expected")
            return
        }
        for depth in [513, 100_000, 5_000_000] {
            let error = #expect(throws: JSONError.self) { _ = try JSONDocument(parsing: nested(depth)) }
            #expect(error?.code == .tooDeep)
        }
        let objects = Array(String(repeating: #"{"a":"#, count: 513).utf8)
        let error = #expect(throws: JSONError.self) { _ = try JSONDocument(parsing: objects) }
        #expect(error?.code == .tooDeep)
    }

    @Test("A text above the size limit is refused before it is looked at")
    func size() throws {
        _ = try JSONDocument(parsing: Array("[1]".utf8), limits: JSONLimits(maximumByteCount: 3))
        let error = #expect(throws: JSONError.self) {
            _ = try JSONDocument(parsing: Array("[1] ".utf8), limits: JSONLimits(maximumByteCount: 3))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test(
        "An error says where, what was expected and what was found",
        arguments: [
            (
                #"{"data":{"lead":{"name":x}}}"#,
                "byte 24, in $.data.lead.name: expected a value, found another character"
            ),
            (#"{"data":{"tags":["a" "b"]}}"#, "byte 21, in $.data.tags[*]: expected ',' or ']', found '\"'"),
            (#"{"data":[{"x":1},{"y":2"#, "byte 23, in $.data[*].y: expected ',' or '}', found the end"),
            (#"{"event" 1}"#, "byte 9, in $.event: expected ':', found a digit"),
            ("[", "byte 1, in $: expected a value, found the end"),
        ])
    func message(_ text: String, _ message: String) {
        let error = #expect(throws: JSONError.self) { _ = try JSONDocument(parsing: Array(text.utf8)) }
        #expect(error?.description == message)
    }

    @Test("An error shows neither values nor names that a stranger chose")
    func privacy() throws {
        let text = #"{"jane@example.com":{"Jane Doe":"secret words","x":?"#
        let error = try #require(throws: JSONError.self) { _ = try JSONDocument(parsing: Array(text.utf8)) }
        #expect(error.path == "$.*.x")
        for word in ["jane", "Jane", "secret", "?"] { #expect(!error.description.contains(word)) }
    }
}

@Suite("The JSON scanner, on JSON")
struct JSONScannerTests {
    @Test(
        "Every kind of value is taken, with blanks around",
        arguments: [
            "null", "true", "false", "0", "-0", "1", "-1.5", "1e3", "1E+3", "1e-3", "0.0",
            "123456789012345678901234567890",
            "1e400", #""""#, #""a""#, "[]", "{}", "[ ]", "{ }", "[[],[]]", #"{"":{}}"#, #"{"a":1,"a":2}"#,
        ])
    func values(_ text: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(try JSONValue(parsing: Array(" \t\r\n\(text)\n ".utf8)) == value)
        #expect(try JSONValue(parsing: Array("[\(text)]".utf8)) == .array([value]))
        #expect(
            try JSONValue(parsing: Array("{\"k\" : \(text) }".utf8))
                == .object(JSONObject(members: [.init(name: JSONString("k"), value: value)])))
    }

    @Test("A node counts what it contains")
    func nodes() throws {
        let document = try JSONDocument(parsing: Array(#"{"a":[1,[2]],"b":{}}"#.utf8))
        let nodes = document.nodes.indices.map { document.nodes[$0] }
        #expect(nodes.map(\.kind) == [.object, .string, .array, .number, .array, .number, .string, .object])
        #expect(nodes.map { Int($0.next) } == [8, 2, 6, 4, 6, 6, 7, 8])
    }
}
