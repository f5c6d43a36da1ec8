#if Server
import Dispatch
import NIOConcurrencyHelpers
import Testing

@testable import leadshark

@Suite("The log's writer")
struct BackgroundWriterTests {
    /// A reader that takes something only when told.
    private final class Reader: Sendable {
        let written = NIOLockedValueBox("")
        let began = DispatchSemaphore(value: 0)
        let turn = DispatchSemaphore(value: 0)

        func write(_ bytes: [UInt8]) -> Int32 {
            began.signal()
            turn.wait()
            written.withLockedValue { $0 += String(decoding: bytes, as: UTF8.self) }
            turn.signal()
            return 0
        }
    }

    @Test("While nobody reads, who logs does not wait, what waits is bounded, and what is dropped is counted")
    func standstill() {
        let reader = Reader()
        let writer = BackgroundWriter(write: reader.write)
        writer.put(Array("first\n".utf8))
        reader.began.wait()
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1023) + [UInt8(ascii: "\n")]
        let bound = BackgroundWriter.maximumWaitingByteCount / line.count
        for _ in 0..<bound + 3 { writer.put(line) }
        #expect(!writer.finish(within: .seconds(0)))

        reader.turn.signal()
        while !writer.finish() {}
        let written = reader.written.withLockedValue { $0 }.split(separator: "\n")
        #expect(written.first == "first")
        #expect(written.count { $0.hasPrefix("x") } == bound)
        #expect(written.last == "warning: 3 log lines were dropped: standard error was not read")
    }

    @Test("Lines come out in order, and after the end there is nothing to wait for")
    func order() {
        let reader = Reader()
        reader.turn.signal()
        let writer = BackgroundWriter(write: reader.write)
        for number in 0..<1000 { writer.put(Array("\(number)\n".utf8)) }
        while !writer.finish() {}
        #expect(reader.written.withLockedValue { $0 } == (0..<1000).map { "\($0)\n" }.joined())
        #expect(writer.finish(within: .seconds(0)))
    }
}
#endif
