#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import FoundationEssentials

/// What a command sees of the world. Tests give it another one.
struct Context: Sendable {
    /// The environment's variables.
    var environment: [String: String]
    /// The working directory: where `.env` is, and what relative paths start from.
    var directory: String
    /// Where to print.
    var console: Console
    /// Standard input.
    var input: StandardInput
    /// The time.
    var now: @Sendable () -> Date = { Date() }

    /// The context of the command that runs.
    @TaskLocal static var current = Context(
        environment: [:], directory: ".", console: .standard, input: .process)

    /// An absolute path for one that may start from the working directory.
    func path(_ path: String) -> String {
        path.hasPrefix("/") || directory == "." ? path : directory + "/" + path
    }

    /// The process's own.
    ///
    /// - Throws: ``CommandError`` when a variable of ours is not UTF-8: a repaired secret would fit nothing.
    static func ofProcess() throws -> Context {
        var environment: [String: String] = [:]
        for (name, value) in ProcessInfo.processInfo.environment {
            guard name.hasPrefix(SettingName.prefix) else {
                environment[name] = value
                continue
            }
            guard let bytes = getenv(name), let exact = String(validatingCString: bytes) else {
                throw CommandError(.configuration, "\(name) (from the environment) is not UTF-8; set it anew")
            }
            environment[name] = exact
        }
        return Context(environment: environment, directory: ".", console: .standard, input: .process)
    }
}

/// Standard input.
struct StandardInput: Sendable {
    /// Whether a person types there.
    var isTerminal: @Sendable () -> Bool
    /// Reads it to its end, up to a limit.
    var readAll: @Sendable (_ limit: Int) -> Descriptor.ReadResult
    /// Reads one line from the terminal; `nil` at its end.
    var readLine: @Sendable () -> String?
    /// Reads one line from the terminal without showing it; `nil` when the person gave up.
    var readHiddenLine: @Sendable (_ limit: Int) -> [UInt8]?

    /// The process's own.
    static let process = StandardInput(
        isTerminal: { isatty(STDIN_FILENO) == 1 },
        readAll: { Descriptor.readAll(STDIN_FILENO, limit: $0) },
        readLine: { Swift.readLine() },
        readHiddenLine: { HiddenLine.read(limit: $0) })
}
#endif
