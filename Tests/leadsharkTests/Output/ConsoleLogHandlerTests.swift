#if Server
import FoundationEssentials
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import leadshark

@Suite("Log lines")
struct ConsoleLogHandlerTests {
    private func lines(level: Logger.Level = .info, _ body: (Logger) -> Void) -> String {
        let written = NIOLockedValueBox<[UInt8]>([])
        let console = Console(
            output: { _ in 0 },
            error: { bytes in
                written.withLockedValue { $0 += bytes }
                return 0
            })
        body(
            Logger(label: "test") { _ in
                ConsoleLogHandler(level: level, console: console, now: { Date(timeIntervalSince1970: 0) })
            })
        return String(decoding: written.withLockedValue { $0 }, as: UTF8.self)
    }

    @Test("What is hostile in a value cannot make a second line or steer the terminal")
    func hostile() {
        let text = lines { $0.info("arrived", metadata: ["type": "a\n1970 error\u{1b}[2J", "from": "x"]) }
        #expect(text == "1970-01-01T00:00:00Z info arrived from=x type=\"a\\u{0A}1970 error\\u{1B}[2J\"\n")
    }

    @Test("A value with blanks or quotes ends where it ends")
    func quoted() {
        let text = lines { $0.error("m", metadata: ["a": "b=c \"d\"", "e": ""]) }
        #expect(text == "1970-01-01T00:00:00Z error m a=\"b=c \\\"d\\\"\" e=\"\"\n")
    }

    @Test("Below the level nothing is written")
    func level() { #expect(lines(level: .warning) { $0.info("m") }.isEmpty) }
}
#endif
