#if Postgres
import Foundation
import TestPeers

/// A script of this folder that runs a server. It takes words on its standard input, and tells in a file what came of them, a
/// line each. The server ends when that input does: with this process, however that ends, or with the last reference.
final class ServerScript: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let what: String
    private let status: URL
    private let commands: FileHandle
    private let program: ChildProcess

    /// Starts a script.
    ///
    /// - Parameters:
    ///   - what: What it runs, for the error when it does not.
    ///   - arguments: What it gets before the name of the file that it tells in.
    ///   - more: What it gets after it.
    init(_ name: String, running what: String, _ arguments: [String], _ more: [String]) throws {
        self.what = what
        status = FileManager.default.temporaryDirectory.appendingPathComponent("leadshark-\(UUID().uuidString)")
        try Data().write(to: status)
        let pipe = Pipe()
        commands = pipe.fileHandleForWriting
        // No program that a test starts may hold it open.
        _ = fcntl(commands.fileDescriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(pipe.fileHandleForReading.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name)
        program = try ChildProcess(
            ["/bin/sh", script.path] + arguments + [status.path] + more,
            input: pipe.fileHandleForReading.fileDescriptor)
        try pipe.fileHandleForReading.close()
    }

    deinit {
        try? commands.close()
        // Its number must not be anybody else's meanwhile, nor its directory be left.
        _ = program.waitForEnd()
        try? FileManager.default.removeItem(at: status)
        try? FileManager.default.removeItem(atPath: status.path + ".log")
    }

    /// Sends a word, and does not wait.
    func send(_ word: String) throws { try commands.write(contentsOf: Data("\(word)\n".utf8)) }

    /// Sends a word, and waits until it has been answered.
    func send(_ word: String, until answer: String) async throws {
        let count = count(of: answer)
        try send(word)
        try await until(answer, count: count + 1)
    }

    /// Waits until the script has told something so many times.
    func until(_ answer: String, count: Int = 1) async throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(90)
        while self.count(of: answer) < count {
            guard self.count(of: "failed") == 0, program.status == nil, clock.now < end else {
                let log = (try? String(contentsOfFile: status.path + ".log", encoding: .utf8)) ?? ""
                throw Failure(description: "\(what) does not get \(answer): \(log.suffix(2000))")
            }
            try await clock.sleep(for: .milliseconds(20))
        }
    }

    private func count(of answer: String) -> Int {
        let lines = ((try? String(contentsOf: status, encoding: .utf8)) ?? "").split(separator: "\n")
        return lines.count { $0 == answer }
    }

    /// A directory's name that nobody else has. Not where TMPDIR leads: the server's user has to get there, and a socket's
    /// path is short. In memory, where there is enough of it: a sync costs nothing there, and nobody takes the power away.
    static func freeDirectory() -> String {
        var memory = statvfs()
        let free = statvfs("/dev/shm", &memory) == 0 ? UInt64(memory.f_bavail) * UInt64(memory.f_frsize) : 0
        let place = free >= 4 << 30 ? "/dev/shm" : "/tmp"
        return "\(place)/leadshark-pg-\(UUID().uuidString.prefix(8))"
    }
}
#endif
