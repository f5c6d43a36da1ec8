#if Server
import Foundation
import TestPeers

/// A program that a test starts, waits for, and ends by its own process number.
final class Program {
    private let process: ChildProcess
    private let output: URL
    private let errors: URL

    /// Starts a program. What it prints goes to files, so that it can never block on a full pipe; what it says on
    /// standard error to `errorPipe`, if there is one.
    init(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:],
        in folder: TemporaryFolder, input: URL? = nil, errorPipe: Pipe? = nil
    ) throws {
        let name = "\(URL(fileURLWithPath: executable).lastPathComponent)-\(UUID().uuidString)"
        output = folder.file("\(name).out")
        errors = folder.file("\(name).err")
        for file in [output, errors] { try Data().write(to: file) }
        var inherited = ProcessInfo.processInfo.environment
        for name in inherited.keys where name.hasPrefix("LEADSHARK_") { inherited[name] = nil }
        let input = try input.map { try FileHandle(forReadingFrom: $0) }
        let written = try FileHandle(forWritingTo: output)
        let complained = try errorPipe?.fileHandleForWriting ?? FileHandle(forWritingTo: errors)
        process = try ChildProcess(
            [executable] + arguments, environment: inherited.merging(environment) { $1 }, directory: folder.url.path,
            input: input?.fileDescriptor, output: written.fileDescriptor, errors: complained.fileDescriptor)
        withExtendedLifetime((input, written, complained)) {}
    }

    /// The command under test, from beside the test bundle.
    static var leadshark: String { besideTests("leadshark") }

    /// A program of this package.
    static func besideTests(_ name: String) -> String {
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent(name).path
    }

    /// The program that acts as a peer, from `Tests/EndToEnd/Peers`.
    static func peer(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Peers").appendingPathComponent(name).path
    }

    var standardOutput: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
    var standardError: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.status == nil }
    var identifier: Int32 { process.identifier }

    /// Waits for the end of the program.
    @discardableResult
    func status(within limit: Duration = .seconds(180)) async throws -> Int32 {
        try await condition("the program ends: \(standardError.suffix(2000))", within: limit) { !isRunning }
        return process.waitForEnd()
    }

    func send(_ signal: Int32) { process.send(signal) }

    deinit {
        process.send(SIGKILL)
        _ = process.waitForEnd()
    }
}

struct Timeout: Error, CustomStringConvertible {
    let description: String
}

/// Waits until something that another process does has come about, and throws when it does not.
func condition(
    _ what: @autoclosure () -> String, within limit: Duration = .seconds(120), _ isMet: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while try await !isMet() {
        guard clock.now < end else { throw Timeout(description: "waited \(limit) in vain until \(what())") }
        try await clock.sleep(for: .milliseconds(20))
    }
}

/// Waits until another program says that something has come about, and throws when it does not.
func until(_ what: String, within limit: Duration = .seconds(120), _ isMet: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while try await !isMet() {
        guard clock.now < end else { throw Timeout(description: "waited \(limit) in vain until \(what)") }
        try await clock.sleep(for: .milliseconds(20))
    }
}

/// A folder that goes with the test.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("leadshark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Where it is, without symbolic links.
    var realPath: String { url.resolvingSymlinksInPath().path }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    func write(_ text: String, to name: String, permissions: Int = 0o600) throws -> URL {
        let file = file(name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file.path)
        return file
    }

    /// The lines of a file that have an end.
    func lines(of name: String) throws -> [[String: Any]] {
        guard let text = try? String(contentsOf: file(name), encoding: .utf8) else { return [] }
        return try text.split(separator: "\n", omittingEmptySubsequences: true).dropLast(
            text.hasSuffix("\n") ? 0 : 1
        )
        .map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                throw Timeout(description: "a line is no object")
            }
            return object
        }
    }

    /// How many lines of a file are whole.
    func lineCount(of name: String) -> Int {
        guard let bytes = try? Data(contentsOf: file(name), options: .alwaysMapped) else { return 0 }
        return bytes.withUnsafeBytes { bytes in bytes.count { $0 == UInt8(ascii: "\n") } }
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}
#endif
