#if Server
import Testing

@testable import leadshark

@Suite("A .env file")
struct DotEnvFileTests {
    private func parse(_ text: String) throws -> [String: String] {
        try DotEnvFile(parsing: Array(text.utf8)).entries.mapValues(\.value)
    }

    @Test(
        "Lines that programs read differently are refused, with the line and without the value",
        arguments: [
            ("A=1\nB=hunter2 # c", 2, "a blank in or after"), ("B=hunter2 ", 1, "a blank in or after"),
            ("B=hunter2#x", 1, "take for a comment"), ("B=#hunter2", 1, "take for a comment"),
            ("B= hunter2", 1, "a blank after the ="), ("B =hunter2", 1, "a blank before the ="),
            ("B = hunter2", 1, "a blank before the ="), ("B='hunter2", 1, "not closed"),
            ("B=\"hunter2", 1, "not closed"), ("B=\"hunter2\\\"", 1, "not closed"),
            ("B='hunter\n2'", 1, "not closed"), ("B='hunter2'x", 1, "goes on after the closing quote"),
            ("B='hunter2' x", 1, "goes on after the closing quote"),
            ("B='hunter2'#x", 1, "goes on after the closing quote"), ("B=$hunter2", 1, "has a $"),
            ("B=hunter${2}", 1, "has a $"), ("B=\"$hunter2\"", 1, "shell would replace"),
            ("B=\"`hunter2`\"", 1, "shell would replace"), ("B=hunter'2'", 1, "has a '"),
            ("B=hunter\\2", 1, "has a \\"), ("B=\"hunter\\2\"", 1, "has a backslash"),
            ("1B=hunter2", 1, "no valid name"), ("=hunter2", 1, "no valid name"),
            ("B-C=hunter2", 1, "does not begin with a name"), ("B.C=hunter2", 1, "does not begin with a name"),
            ("hunter2", 1, "does not begin with a name"), ("export B", 1, "does not begin with a name"),
            ("hunter 2", 1, "neither NAME=value nor a comment"), ("B: hunter2", 1, "does not begin with a name"),
            ("B=1\n\nexport B='hunter2'", 3, "sets B again, after line 1"), ("B=hunter\u{0}2", 1, "NUL"),
            ("B=hunter\r2", 1, "carriage return"), ("\u{feff}B=hunter2", 1, "byte order mark"),
            ("B=\u{a0}hunter2", 1, "a blank after the ="), ("B\u{fe0f}=hunter2", 1, "does not begin with a name"),
            ("B\u{301}=hunter2", 1, "does not begin with a name"), ("export export B=hunter2", 1, "neither NAME"),
        ])
    func refusal(text: String, line: Int, reason: String) throws {
        let error = try #require(throws: DotEnvError.self) { try parse(text) }
        #expect(error.line == line)
        #expect(error.reason.contains(reason), "\(error.reason)")
        #expect(!error.reason.contains("hunter"))
    }

    @Test("Bytes that are not UTF-8 are refused")
    func notUTF8() throws {
        let error = try #require(throws: DotEnvError.self) {
            try DotEnvFile(parsing: Array("A=1\nB=".utf8) + [0xff, 0xfe])
        }
        #expect(error == DotEnvError(line: 2, reason: "is not UTF-8"))
    }

    @Test(
        "What people write means what they expect",
        arguments: [
            ("NAME=value", "value"), ("NAME=\"value\"", "value"), ("NAME='value'", "value"),
            ("export NAME=value", "value"), ("export \t NAME='value'", "value"), ("  NAME=value", "value"),
            ("NAME=value\r\n", "value"), ("# c\n\nNAME=value", "value"), ("NAME='a # b' # c", "a # b"),
            ("NAME=\"a # b\"\t", "a # b"), ("NAME='$HOME \\n `x` \"'", "$HOME \\n `x` \""),
            ("NAME=\"\\$a \\` \\\" \\\\ \\n\\r\\t '\"", "$a ` \" \\ \n\r\t '"), ("NAME=", ""), ("NAME=''", ""),
            ("NAME=https://x.example/?a=1&b=2", "https://x.example/?a=1&b=2"), ("NAME=ключ=🔑", "ключ=🔑"),
            ("#NAME=1\n\t# NAME=2\nNAME=3", "3"), ("NAME='e\u{301}'", "e\u{301}"),
        ])
    func acceptance(text: String, value: String) throws {
        let entries = try parse(text)
        #expect(entries.count == 1)
        let read = try #require(entries["NAME"])
        #expect(Array(read.utf8) == Array(value.utf8))
    }

    @Test("A name export is a name like any other")
    func exportAsName() throws {
        #expect(try parse("export=1\nexport export=2\n".replacing("export export", with: "exports")).count == 2)
        #expect(try parse("export export=2") == ["export": "2"])
    }

    @Test("Whatever the secret, what init writes is read back byte for byte", arguments: 0..<20)
    func quotingRoundTrip(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let spice: [Unicode.Scalar] = [
            "'", "\"", "\\", "$", "`", "#", " ", "\t", "\n", "\r", "=", "n", "a", "\u{301}", "🔑", "\u{85}",
            "\u{2028}", "\u{1b}", "\u{feff}",
        ]
        for _ in 0..<200 {
            var secret = ""
            for _ in 0..<Int.random(in: 1...24, using: &generator) {
                if let scalar = spice.randomElement(using: &generator) { secret.unicodeScalars.append(scalar) }
            }
            let text = try #require(EnvironmentTemplate.text(secret: secret, trial: false))
            let read = try #require(try parse(text)["LEADSHARK_WEBHOOK_SECRET"])
            #expect(Array(read.utf8) == Array(secret.utf8), "seed \(seed): \(Array(secret.utf8))")
        }
    }

    @Test("Every scalar of the first planes survives quoting")
    func everyScalar() throws {
        for value in UInt32(1)...0x2100 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for secret in ["\(scalar)", "a\(scalar)'", "\(scalar)\n"] {
                let quoted = try #require(DotEnvLine.quote(secret))
                let read = try parse("A=\(quoted)")["A"] ?? ""
                #expect(Array(read.utf8) == Array(secret.utf8), "U+\(String(value, radix: 16))")
            }
        }
    }

    @Test("A secret with a NUL cannot be written") func nul() { #expect(DotEnvLine.quote("a\0b") == nil) }
}

/// Random numbers that a failing test can have again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
#endif
