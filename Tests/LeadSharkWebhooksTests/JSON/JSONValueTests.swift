import Testing

@testable import LeadSharkWebhooks

@Suite("JSON values")
struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test("Order, repeated names and the text of numbers are kept")
    func keepsTheText() throws {
        let value = try parse(#"{"b":1.0,"a":1e3,"b":9007199254740993,"2":-0,"1":null}"#)
        guard case .object(let object) = value else {
            Issue.record("an object is expected")
            return
        }
        #expect(object.members.map(\.name.text) == ["b", "a", "b", "2", "1"])
        #expect(
            object.members.map(\.value) == [
                .number(JSONNumber(unchecked: "1.0")), .number(JSONNumber(unchecked: "1e3")),
                .number(JSONNumber(unchecked: "9007199254740993")), .number(JSONNumber(unchecked: "-0")), .null,
            ])
    }

    @Test("Of several members of one name the last is found, as in JavaScript")
    func lastMemberCounts() throws {
        let value = try parse(#"{"a":"first","a":"last"}"#)
        #expect(value["a"]?.text == "last")
        #expect(value["b"] == nil)
        #expect(try parse("[]")["a"] == nil)
    }

    @Test("Names that Unicode calls equivalent stay two names")
    func namesAreBytes() throws {
        let value = try parse("{\"e\u{301}\":1,\"\u{e9}\":2}")
        #expect(value["e\u{301}"] == .number(JSONNumber(unchecked: "1")))
        #expect(value["\u{e9}"] == .number(JSONNumber(unchecked: "2")))
    }

    @Test("A name that is written with escapes is the same name")
    func escapedName() throws {
        #expect(try parse(#"{"\u0061\/":true}"#)["a/"] == .bool(true))
    }

    @Test(
        "Escapes mean what RFC 8259 says",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#""\u0041\u00e9\u20ac""#, "Aé€"),
            (#""\uD83D\uDE00 \ud83d\ude00""#, "😀 😀"),
            (#""\u0000""#, "\u{0}"),
            (#""\uDBFF\uDFFF""#, "\u{10ffff}"),
            ("\"\u{2028}\u{7f}\u{10ffff}\"", "\u{2028}\u{7f}\u{10ffff}"),
            (#""a\u0062c""#, "abc"),
        ])
    func escapes(_ text: String, _ meaning: String) throws {
        #expect(try parse(text).text == meaning)
    }

    @Test(
        "Lone surrogates are kept apart from each other and from U+FFFD, and each shows as one U+FFFD",
        arguments: [
            (#""\ud800""#, "\u{fffd}"), (#""\udc00""#, "\u{fffd}"), (#""\ud800\ud800""#, "\u{fffd}\u{fffd}"),
            (#""\udc00\ud800""#, "\u{fffd}\u{fffd}"), (#""\ud800\u0041""#, "\u{fffd}A"),
            (#""\ud800\n""#, "\u{fffd}\n"), (#""\ud800\\udc00""#, "\u{fffd}\\udc00"),
            (#""\ud800\ud83d\ude00한""#, "\u{fffd}😀한"),
        ])
    func loneSurrogates(_ text: String, _ shown: String) throws {
        let value = try parse(text)
        #expect(value != .string(JSONString(shown)))
        #expect(value.text?.unicodeScalars.elementsEqual(shown.unicodeScalars) == true)
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(document.text(of: document.root)?.unicodeScalars.elementsEqual(shown.unicodeScalars) == true)
    }

    @Test("A surrogate pair that is split over two escapes in two strings is not joined")
    func surrogatesDoNotJoinAcrossStrings() throws {
        let value = try parse(#"["\ud83d","\ude00"]"#)
        guard case .array(let elements) = value else {
            Issue.record("an array is expected")
            return
        }
        #expect(elements.count == 2)
        #expect(elements[0] != elements[1])
    }

    @Test("An integer is read only from plain digits that fit")
    func integers() throws {
        func integer(_ text: String) throws -> Int64? {
            guard case .number(let number) = try parse(text) else { return nil }
            return number.integer
        }
        #expect(try integer("-42") == -42)
        #expect(try integer("9223372036854775807") == .max)
        #expect(try integer("9223372036854775808") == nil)
        #expect(try integer("1.0") == nil)
        #expect(try integer("1e3") == nil)
        #expect(JSONNumber(unchecked: "1e400").double == .infinity)
        #expect(JSONNumber(unchecked: "0.1").double == 0.1)
    }

    @Test("Random trees survive being written and parsed again", arguments: 0..<64 as Range<UInt64>)
    func randomTrees(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let tree = RandomJSON.value(depth: 6, using: &generator)
        let text = RandomJSON.text(of: tree, using: &generator)
        #expect(try JSONValue(parsing: text) == tree, "seed \(seed)")
    }
}

/// A small generator whose whole state is its seed (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// Random values, and a writer that chooses at random among the ways to write them.
enum RandomJSON {
    static func value(depth: Int, using generator: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2:
            let texts = ["0", "-0", "12", "-3.25", "1e9", "1E-7", "9007199254740993"]
            return .number(JSONNumber(unchecked: texts.randomElement(using: &generator) ?? "0"))
        case 3, 4: return .string(string(using: &generator))
        case 5, 6:
            return .array(
                (0..<Int.random(in: 0..<5, using: &generator)).map { _ in value(depth: depth - 1, using: &generator) })
        default:
            return .object(
                JSONObject(
                    members: (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
                        JSONObject.Member(
                            name: string(using: &generator), value: value(depth: depth - 1, using: &generator))
                    }))
        }
    }

    private static func string(using generator: inout SplitMix64) -> JSONString {
        let scalars: [Unicode.Scalar] = [
            "a", "\"", "\\", "/", "\n", "\u{0}", "é", "€", "😀", "\u{2028}", " ", "\u{10ffff}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0..<8, using: &generator) {
            text.unicodeScalars.append(scalars.randomElement(using: &generator) ?? "a")
        }
        return JSONString(text)
    }

    static func text(of value: JSONValue, using generator: inout SplitMix64) -> [UInt8] {
        Array(written(value, using: &generator).utf8)
    }

    private static func written(_ value: JSONValue, using generator: inout SplitMix64) -> String {
        let blank = { (generator: inout SplitMix64) in ["", "", " ", "\n\t"].randomElement(using: &generator) ?? "" }
        let body: String
        switch value {
        case .null: body = "null"
        case .bool(let bool): body = "\(bool)"
        case .number(let number): body = number.text
        case .string(let string): body = quoted(string, using: &generator)
        case .array(let elements):
            body =
                "[" + elements.map { written($0, using: &generator) }.joined(separator: ",") + blank(&generator) + "]"
        case .object(let object):
            body =
                "{"
                + object.members.map { member in
                    blank(&generator) + quoted(member.name, using: &generator) + blank(&generator) + ":"
                        + written(member.value, using: &generator)
                }.joined(separator: ",") + blank(&generator) + "}"
        }
        return blank(&generator) + body + blank(&generator)
    }

    private static func quoted(_ string: JSONString, using generator: inout SplitMix64) -> String {
        var text = "\""
        for scalar in string.text.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || Int.random(in: 0..<4, using: &generator) == 0
            {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: .random(using: &generator))
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
