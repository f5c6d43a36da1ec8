#if Server
import Foundation
import NIOConcurrencyHelpers

@testable import leadshark

/// One run of the command inside the test, with a world of its own.
struct CommandRun {
    let status: Int32
    let output: String
    let errors: String

    /// Runs a command line in a directory.
    static func of(
        _ arguments: String..., environment: [String: String] = [:], in directory: TemporaryDirectory,
        input: [UInt8] = []
    ) async -> CommandRun {
        await of(arguments, environment: environment, in: directory, input: input)
    }

    /// - Parameter meanwhile: What happens while the person is asked for a line.
    static func of(
        _ arguments: [String], environment: [String: String] = [:], in directory: TemporaryDirectory,
        input: [UInt8] = [], hiddenLine: [UInt8]?? = nil, line: String?? = nil,
        meanwhile: @escaping @Sendable () -> Void = {}
    ) async -> CommandRun {
        let output = NIOLockedValueBox<[UInt8]>([])
        let errors = NIOLockedValueBox<[UInt8]>([])
        let console = Console(
            output: { bytes in
                output.withLockedValue { $0 += bytes }
                return 0
            },
            error: { bytes in
                errors.withLockedValue { $0 += bytes }
                return 0
            })
        let standardInput = StandardInput(
            isTerminal: { hiddenLine != nil || line != nil },
            readAll: { limit in input.count > limit ? .tooLong : .bytes(input) },
            readLine: {
                meanwhile()
                return line ?? nil
            },
            readHiddenLine: { _ in hiddenLine ?? nil })
        let context = Context(
            environment: environment, directory: directory.path, console: console, input: standardInput)
        let status = await Program.run(arguments, in: context)
        return CommandRun(
            status: status, output: String(decoding: output.withLockedValue { $0 }, as: UTF8.self),
            errors: String(decoding: errors.withLockedValue { $0 }, as: UTF8.self))
    }
}

/// A directory that is gone after the test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/leadshark-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file.
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path + "/" + name)
    }

    /// Reads a file.
    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
    }

    /// What is in the directory.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}
#endif
