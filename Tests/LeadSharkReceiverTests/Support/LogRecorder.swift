#if Server
import Logging
import NIOConcurrencyHelpers

/// Keeps what is logged.
final class LogRecorder: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]

        var text: String { "\(level) \(message) \(metadata)" }
    }

    private struct State {
        var lines: [Line] = []
        var watchers: [(isWanted: @Sendable (Line) -> Bool, continuation: CheckedContinuation<Line, Never>)] = []
    }

    private let kept = NIOLockedValueBox(State())

    var lines: [Line] { kept.withLockedValue { $0.lines } }

    /// The first line that is wanted, as soon as it is there.
    func line(where isWanted: @escaping @Sendable (Line) -> Bool) async -> Line {
        await withCheckedContinuation { continuation in
            let line = kept.withLockedValue { state in
                let line = state.lines.first(where: isWanted)
                if line == nil { state.watchers.append((isWanted, continuation)) }
                return line
            }
            if let line { continuation.resume(returning: line) }
        }
    }

    private func add(_ line: Line) {
        let watchers = kept.withLockedValue { state in
            state.lines.append(line)
            defer { state.watchers.removeAll { $0.isWanted(line) } }
            return state.watchers.filter { $0.isWanted(line) }
        }
        for watcher in watchers { watcher.continuation.resume(returning: line) }
    }

    /// The causes of the refusals, in order.
    var causes: [String] { lines.compactMap { $0.metadata["cause"] } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(recorder: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = Line(
                level: event.level, message: "\(event.message)",
                metadata: (event.metadata ?? [:]).mapValues { "\($0)" })
            recorder.add(line)
        }
    }
}
#endif
