#if Server
import Dispatch
import NIOConcurrencyHelpers

/// Writes lines on a thread of its own, so that who logs never waits for who reads.
///
/// What waits is bounded: while the reader of standard error stands still, lines beyond the bound are dropped, and how
/// many were is said where they would have stood.
final class BackgroundWriter: Sendable {
    /// How many bytes may wait to be written.
    static let maximumWaitingByteCount = 1 << 20
    /// How long the last lines may take when the program ends.
    static let endTimeout: DispatchTimeInterval = .seconds(5)

    private struct State {
        var waiting: [UInt8] = []
        var droppedCount = 0
        var isWriting = false
    }

    private let state = NIOLockedValueBox(State())
    private let queue = DispatchQueue(label: "leadshark.log")
    private let writing = DispatchGroup()
    private let write: @Sendable ([UInt8]) -> Int32

    /// - Parameter write: Writes all of the bytes; returns 0 or what `errno` said. May block.
    init(write: @escaping @Sendable ([UInt8]) -> Int32) { self.write = write }

    /// Has a line written. Never blocks.
    func put(_ line: [UInt8]) {
        let begins = state.withLockedValue { state in
            guard state.waiting.count + line.count <= Self.maximumWaitingByteCount else {
                state.droppedCount += 1
                return false
            }
            state.waiting += line
            guard !state.isWriting else { return false }
            state.isWriting = true
            writing.enter()
            return true
        }
        if begins { queue.async { self.drain() } }
    }

    /// Waits until everything is written, but no longer than so.
    ///
    /// - Returns: Whether it was.
    @discardableResult
    func finish(within timeout: DispatchTimeInterval = endTimeout) -> Bool {
        writing.wait(timeout: .now() + timeout) == .success
    }

    private func drain() {
        while let (bytes, droppedCount) = next() {
            _ = write(bytes)
            if droppedCount > 0 {
                _ = write(
                    Array("warning: \(droppedCount) log lines were dropped: standard error was not read\n".utf8))
            }
        }
        writing.leave()
    }

    private func next() -> ([UInt8], droppedCount: Int)? {
        state.withLockedValue { state in
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                return nil
            }
            defer {
                state.waiting = []
                state.droppedCount = 0
            }
            return (state.waiting, state.droppedCount)
        }
    }
}

extension Console {
    /// This console, with everything for standard error written in the background.
    func writingNotes(by writer: BackgroundWriter) -> Console {
        Console(
            output: output,
            error: {
                writer.put($0)
                return 0
            })
    }

    /// Makes a writer for standard error.
    func makeBackgroundWriter() -> BackgroundWriter { BackgroundWriter(write: error) }
}
#endif
