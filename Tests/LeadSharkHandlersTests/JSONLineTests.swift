#if Server
import LeadSharkWebhooks
import Testing

@testable import LeadSharkHandlers

@Suite("A line of JSON")
struct JSONLineTests {
    private func line(_ text: String) -> [UInt8] {
        var line = JSONLine()
        line.add("key", text)
        return line.finished()
    }

    @Test("No character ends the line, and every one comes back")
    func everyCharacter() throws {
        for scalar in (UInt32(0)...0x2fff).compactMap(Unicode.Scalar.init) {
            let text = "a\(Character(scalar))b"
            var bytes = line(text)
            #expect(bytes.removeLast() == UInt8(ascii: "\n"))
            #expect(!bytes.contains { $0 < 0x20 })
            let value = try JSONValue(parsing: bytes)
            #expect(value["key"]?.text?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
        }
    }

    @Test(
        "Only what JSON demands is escaped",
        arguments: [
            ("quote \" and \\", #"quote \" and \\"#), ("\n\r\t", #"\n\r\t"#),
            ("\u{0}\u{1b}\u{1f}", #"\u0000\u001b\u001f"#),
            ("é \u{202e} \u{2028} 🦈 \u{7f} </script>", "é \u{202e} \u{2028} 🦈 \u{7f} </script>"),
        ])
    func escapes(text: String, written: String) {
        #expect(String(decoding: line(text), as: UTF8.self) == "{\"key\":\"\(written)\"}\n")
    }

    @Test("What is absent is null, and other kinds of values are no strings")
    func otherValues() {
        var line = JSONLine()
        line.add("a", nil as String?)
        line.add("b", true)
        line.add("c", false)
        line.add("d", nil as Bool?)
        line.add("e", -2)
        line.add("f", nil as Int?)
        #expect(
            String(decoding: line.finished(), as: UTF8.self)
                == #"{"a":null,"b":true,"c":false,"d":null,"e":-2,"f":null}"# + "\n")
    }
}
#endif
