import TestVectors
import Testing

@testable import LeadSharkWebhooks

@Suite("Stringify, on hostile values")
struct StringifyTests {
    private func stringify(_ text: String, limits: JSONLimits = JSONLimits()) throws -> String {
        let rewritten = try JSONValue.stringify(parsing: Array(text.utf8), limits: limits)
        #expect(try JSONValue(parsing: Array(text.utf8)).stringified.utf8.elementsEqual(rewritten))
        return String(decoding: rewritten, as: UTF8.self)
    }

    @Test("A text that reads as JavaScript would write it comes back as it is, without being written")
    func unchanged() throws {
        for name in try PackageFiles.sampleNames() {
            let once = try JSONValue.stringify(parsing: PackageFiles.sample(name))
            #expect(try JSONStringifier.rewrite(once.span, limits: JSONLimits()) == nil, "\(name)")
        }
        #expect(try JSONStringifier.rewrite(Array("[1] ".utf8).span, limits: JSONLimits()) == Array("[1]".utf8))
        #expect(try JSONStringifier.rewrite(Array(" 1".utf8).span, limits: JSONLimits()) == Array("1".utf8))
    }

    @Test(
        "The output is bounded, to the byte",
        arguments: [#"[1e20,-1e20]"#, #"{"a":"\ud800","b":[ ]}"#, "1e20", "  [[[]]]", "\"abc\""])
    func outputLimit(_ text: String) throws {
        let text = Array(text.utf8)
        let value = try JSONValue(parsing: text)
        let count = try value.stringified.utf8.count
        #expect(
            try JSONValue.stringify(parsing: text, limits: JSONLimits(maximumOutputByteCount: count)).count == count)
        #expect(try JSONValueWriter.text(of: value, maximumByteCount: count).count == count)
        for limit in 0..<count {
            let error = #expect(throws: JSONError.self) {
                try JSONValue.stringify(parsing: text, limits: JSONLimits(maximumOutputByteCount: limit))
            }
            #expect(error?.code == .outputTooLarge)
            let treeError = #expect(throws: JSONError.self) {
                try JSONValueWriter.text(of: value, maximumByteCount: limit)
            }
            #expect(treeError?.code == .outputTooLarge)
        }
    }

    @Test("A text grows to little more than five times its length at most")
    func growth() throws {
        for text in [
            "1e20", "-1e20", #"{"":1e20}"#, "[1e20,1e20,1e20,1e20]", #""\ud800\udc00""#, #""\u0001""#, "[5e-7,1e-324]",
        ] {
            let bytes = Array(text.utf8)
            #expect(try JSONValue.stringify(parsing: bytes).count * 4 <= bytes.count * 21)
        }
    }

    @Test("A small value that stands for an enormous text is refused before that is written")
    func sharedParts() {
        // Long leaves, for the default limit is far away.
        var value = JSONValue.string(JSONString(String(repeating: "x", count: 1 << 16)))
        for _ in 0..<60 { value = .array([value, value]) }
        let error = #expect(throws: JSONError.self) {
            try JSONValueWriter.text(of: value, maximumByteCount: 1 << 16)
        }
        #expect(error?.code == .outputTooLarge)

        value = .array([])
        for _ in 0..<60 { value = .array([value, value]) }
        let limited = #expect(throws: JSONError.self) {
            try JSONValueWriter.text(of: value, maximumByteCount: 10_000)
        }
        #expect(limited?.code == .outputTooLarge)
    }

    @Test(
        "The deepest values that are parsed are written, and deeper ones are refused",
        arguments: ["[", #"{"a":"#, #"{"1":0,"0":"#])
    func depth(_ open: String) throws {
        let close = open == "[" ? "]" : "}"
        let deepest = String(repeating: open, count: 512) + " 1 " + String(repeating: close, count: 512)
        #expect(try stringify(deepest).utf8.count > 512 * 2)
        for depth in [513, 100_000, 1_000_000] {
            let error = #expect(throws: JSONError.self) {
                try JSONValue.stringify(parsing: Array(String(repeating: open, count: depth).utf8))
            }
            #expect(error?.code == .tooDeep)
        }
    }

    @Test("Ten thousand members are put in order in time that grows no faster than their number")
    func manyMembers() throws {
        let count = 10_000
        let names = (0..<count).map { "\"n\($0 % (count / 2))\":\($0)" }.joined(separator: ",")
        let expected = (0..<count / 2).map { "\"n\($0)\":\($0 + count / 2)" }.joined(separator: ",")
        #expect(try stringify("{\(names)}") == "{\(expected)}")
        let falling = (0..<count).map { "\"\(count - 1 - $0)\":\($0)" }.joined(separator: ",")
        let rising = (0..<count).map { "\"\($0)\":\(count - 1 - $0)" }.joined(separator: ",")
        #expect(try stringify("{\(falling)}") == "{\(rising)}")
    }

    @Test(
        "Names that look alike at a glance are told apart, and equal ones are found, among few and many",
        arguments: [2, 3, 6, 7, 15, 16, 17, 40])
    func similarNames(_ count: Int) throws {
        // Equal in length, first, middle and last byte.
        let names = (0..<count).map { "a\($0 / 10)\($0 % 10)mxxxz" }
        let distinct = names.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",")
        #expect(try stringify("{\(distinct)}") == "{\(distinct)}")
        let doubled = names.enumerated().map { "\"\($1)\":\($0 + 1)" }.joined(separator: ",")
        #expect(try stringify("{\(distinct),\(doubled)}") == "{\(doubled)}")
    }

    @Test("Objects within objects keep their own order")
    func nestedOrder() throws {
        #expect(
            try stringify(#"{"b":{"2":{"y":1,"0":2,"y":3},"1":[{"z":1,"0":0}]},"a":{"x":{}},"0":{"9":9,"8":8},"b2":1}"#)
                == #"{"0":{"8":8,"9":9},"b":{"1":[{"0":0,"z":1}],"2":{"0":2,"y":3}},"a":{"x":{}},"b2":1}"#)
    }

    @Test(
        "Array indexes end where V8 ends them",
        arguments: [
            ("0", 0), ("1", 1), ("9", 9), ("10", 10), ("4294967293", 4_294_967_293), ("4294967294", 4_294_967_294),
            ("4294967295", nil), ("4294967296", nil), ("9999999999", nil), ("10000000000", nil), ("", nil), ("00", nil),
            ("01", nil), ("-0", nil), ("-1", nil), ("+1", nil), ("1.0", nil), ("1e1", nil), (" 1", nil), ("1 ", nil),
            ("/", nil), (":", nil), ("a", nil), ("１", nil),
        ] as [(String, UInt32?)])
    func arrayIndexes(_ name: String, _ index: UInt32?) {
        let result = MemberOrder.arrayIndex(name.utf8.span)
        #expect(result == index)
    }

    @Test(
        "Random trees are written the same over a tree and from text to text, and stay so",
        arguments: 0..<200 as Range<UInt64>)
    func randomTrees(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let tree = RandomJSON.value(depth: 6, using: &generator)
        let text = RandomJSON.text(of: tree, using: &generator)
        let once = try JSONValue.stringify(parsing: text)
        #expect(try Array(tree.stringified.utf8) == once, "seed \(seed)")
        #expect(try JSONValue.stringify(parsing: once) == once, "seed \(seed)")
    }

    @Test(
        "A character that has to be escaped is found wherever it stands among others, by its neighbours' sides or alone"
    )
    func escapesAnywhere() throws {
        let fillers = [
            "a", "\u{7f}", "!", "[", "#", "]", "é", "\u{d7ff}", "\u{e000}", "😀", "\u{80}", "\u{a2}", "\u{ec}",
        ]
        for (written, filler) in fillers.flatMap({ filler in
            ["\\u0000", "\\u001f", "\\\"", "\\\\", "\\ud800", "\\udfff"].map { ($0, filler) }
        }) {
            for count in 0..<20 {
                let filled = String(repeating: filler, count: count)
                for text in [
                    "\"\(filled)\(written)\(filled)\"", "\"\(filled)\(written)\"", "\"\(written)\(written)\(filled)\"",
                ] {
                    #expect(try stringify(text) == text)
                }
            }
        }
    }

    @Test("Eight bytes are passed over at once only if none of them has to be escaped")
    func words() {
        for byte in UInt8.min...UInt8.max {
            let isSpecial = byte == 0xed || JavaScriptEscape.isNeeded(for: UInt32(byte))
            for other in [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xa0, 0xec, 0xee, 0xff] as [UInt8] {
                for place in 0..<8 {
                    let word = (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64($1 == place ? byte : other) }
                    let isFound = JavaScriptEscape.mayBeNeeded(in: word)
                    if isFound != isSpecial { Issue.record("\(byte) at \(place) among \(other)") }
                }
            }
        }
    }

    @Test("Values that were made and not parsed are written too")
    func madeValues() throws {
        let value = JSONValue.array([.string(JSONString("\"\u{2028}\n")), .bool(true), .null])
        #expect(try value.stringified == "[\"\\\"\u{2028}\\n\",true,null]")
    }
}
