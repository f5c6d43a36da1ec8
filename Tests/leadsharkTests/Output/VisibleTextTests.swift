#if Server
import Testing

@testable import leadshark

@Suite("Text for a terminal")
struct VisibleTextTests {
    @Test(
        "Whatever could steer a terminal is shown and does nothing",
        arguments: [
            ("\u{1b}[2J", "\\u{1B}[2J"), ("\u{1b}]0;owned\u{7}", "\\u{1B}]0;owned\\u{07}"),
            ("\u{1b}]8;;http://x\u{1b}\\x", "\\u{1B}]8;;http://x\\u{1B}\\x"), ("\u{9b}31m", "\\u{9B}31m"),
            ("a\u{85}b", "a\\u{85}b"), ("a\rb", "a\\u{0D}b"), ("a\nb", "a\\u{0A}b"), ("a\tb", "a\\u{09}b"),
            ("\u{0}", "\\u{00}"), ("\u{7f}", "\\u{7F}"), ("\u{8}", "\\u{08}"), ("\u{202e}gpj", "\\u{202E}gpj"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"), ("\u{200f}", "\\u{200F}"), ("\u{2028}", "\\u{2028}"),
            ("\u{feff}", "\\u{FEFF}"), ("\u{e0041}", "\\u{E0041}"), ("\r\n", "\\u{0D}\\u{0A}"),
        ])
    func hostile(text: String, shown: String) { #expect(VisibleText.line(text) == shown) }

    @Test(
        "In JSON, what could steer a terminal becomes an escape of JSON",
        arguments: [
            ("[\"\u{9b}31m\u{7f}\"]\n", "[\"\\u009b31m\\u007f\"]\n"), ("{\"\u{202e}\":1}", "{\"\\u202e\":1}"),
            ("\"\u{e0041}\"", "\"\\udb40\\udc41\""), ("\"Zoë 👩‍💻\"", "\"Zoë 👩‍💻\""),
        ])
    func json(text: String, shown: String) { #expect(VisibleText.json(text) == shown) }

    @Test("Plain text of every script stays", arguments: ["Zoë", "李小龍", "عربي", "👩‍💻", "a\u{301}", "C:\\new"])
    func plain(text: String) { #expect(Array(VisibleText.line(text).utf8) == Array(text.utf8)) }

    @Test("No control character of C0 or C1 comes through, whatever stands around it")
    func allControls() throws {
        for value in Array(UInt32(0)...0x1f) + Array(UInt32(0x7f)...0x9f) {
            let scalar = try #require(Unicode.Scalar(value))
            let shown = VisibleText.line("a\(scalar)\u{301}b")
            #expect(!shown.unicodeScalars.contains(scalar))
        }
    }

    @Test("Bytes that are not UTF-8 are shown one by one")
    func bytes() {
        #expect(
            VisibleText.lines(of: [0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x62])
                == "a\\x{FF}\\x{C3}(\\x{ED}\\x{A0}\\x{80}b")
        #expect(VisibleText.lines(of: Array("é\u{1b}\n🔑".utf8)) == "é\\u{1B}\n🔑")
        #expect(VisibleText.lines(of: [0xf0, 0x9f]) == "\\x{F0}\\x{9F}")
        #expect(VisibleText.lines(of: []) == "")
    }
}
#endif
