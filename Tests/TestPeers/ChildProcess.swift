#if Server
import Foundation
package import Glibc
import NIOConcurrencyHelpers

/// Another program, which runs beside the test.
///
/// Foundation's `Process` looks through all descriptors that are open before it starts a program, and has been seen to crash
/// at it in the middle of tests that open and close a thousand of them.
package final class ChildProcess: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// The process's number.
    package let identifier: pid_t
    private let ending = NIOLockedValueBox<Int32?>(nil)

    /// Starts a program, with no signal blocked or ignored.
    ///
    /// - Parameters:
    ///   - arguments: The program, by its path or to be looked for on `PATH`, and its arguments.
    ///   - environment: All its variables; `nil` for those of the test.
    ///   - directory: Its working directory; `nil` for that of the test.
    ///   - input: Standard input; `nil` for none.
    ///   - output: Standard output; `nil` to throw it away.
    ///   - errors: Standard error; `nil` to throw it away.
    package init(
        _ arguments: [String], environment: [String: String]? = nil, directory: String? = nil, input: Int32? = nil,
        output: Int32? = nil, errors: Int32? = nil
    ) throws(Failure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, given) in [(0 as Int32, input), (1, output), (2, errors)] {
            if let given {
                posix_spawn_file_actions_adddup2(&actions, given, number)
            } else {
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            }
        }
        // Whatever else the tests beside this one have open: a socket that a server here inherits is closed when that server
        // ends, and until then the other side of it waits.
        guard let closeFrom = Self.closeFrom, closeFrom(&actions, 3) == 0 else {
            throw Failure(description: "posix_spawn_file_actions_addclosefrom_np is not here; it needs glibc 2.34")
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let command = (directory.map { ["env", "--chdir", $0] } ?? []) + arguments
        let words = Self.strings(command)
        let variables = Self.strings(
            (environment ?? ProcessInfo.processInfo.environment).map { "\($0)=\($1)" })
        defer {
            for word in words + variables { free(word) }
        }
        var number: pid_t = 0
        let result = posix_spawnp(&number, command[0], &actions, &attributes, words, variables)
        guard result == 0 else {
            throw Failure(description: "\(command[0]) was not started: \(String(cString: strerror(result)))")
        }
        identifier = number
    }

    /// Has a program start with no descriptor open from a number on. Swift does not see glibc's extensions.
    private static let closeFrom: CloseFrom? = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        unsafeBitCast($0, to: CloseFrom.self)
    }

    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    /// How it ended, as a shell tells it: its exit status, or 128 and the number of the signal; `nil` while it runs.
    package var status: Int32? { end(waiting: false) }

    /// Waits until it has ended.
    package func waitForEnd() -> Int32 { end(waiting: true) ?? -1 }

    private func end(waiting: Bool) -> Int32? {
        ending.withLockedValue { ending in
            if let ending { return ending }
            var raw: Int32 = 0
            var result: pid_t
            repeat { result = waitpid(identifier, &raw, waiting ? 0 : WNOHANG) } while result < 0 && errno == EINTR
            guard result == identifier else { return nil }
            let signal = raw & 0x7F
            ending = signal == 0 ? (raw >> 8) & 0xFF : 128 + signal
            return ending
        }
    }

    /// Sends it a signal, unless it has ended.
    package func send(_ signal: Int32) {
        // Its number is its own until it has been waited for.
        if status == nil { kill(identifier, signal) }
    }
}
#endif
