#if Server
import FoundationEssentials
import Logging

/// Writes log lines to standard error, made harmless by ``VisibleText``: a line is always one line.
struct ConsoleLogHandler: Logging.LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let console: Console
    private let now: @Sendable () -> Date

    init(level: Logger.Level, console: Console, now: @escaping @Sendable () -> Date = { Date() }) {
        logLevel = level
        self.console = console
        self.now = now
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }
        let time = now().formatted(.iso8601)
        console.note(
            "\(time) \(event.level.rawValue) \(VisibleText.line("\(event.message)"))"
                + VisibleText.line(pairs.joined()))
    }

    /// A value with blanks in it gets quotes, so that it ends where it ends.
    private static func quoted(_ value: String) -> String {
        guard value.isEmpty || value.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return value }
        return "\"" + value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
            + "\""
    }
}

extension Console {
    /// A logger that writes here.
    func logger(level: Logger.Level) -> Logger {
        Logger(label: "leadshark") { _ in ConsoleLogHandler(level: level, console: self) }
    }
}

extension SettingsSource {
    /// From which level on log lines are written.
    func logLevel(flag: String?) throws -> Logger.Level {
        guard let setting = try text(.logLevel, flag: flag) else { return .info }
        guard let level = Logger.Level(rawValue: setting.value) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw setting.refusal("\(VisibleText.line(setting.value.prefix(80))) is none of \(levels)")
        }
        return level
    }
}
#endif
