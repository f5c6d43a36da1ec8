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

    private let kept = NIOLockedValueBox<[Line]>([])

    var lines: [Line] { kept.withLockedValue { $0 } }

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
            recorder.kept.withLockedValue { $0.append(line) }
        }
    }
}
#endif
