#if Server
import NIOConcurrencyHelpers
import Testing

@testable import leadshark

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Standard output that fails")
struct ConsoleTests {
    private func run(failing code: Int32) async throws -> (status: Int32, errors: String) {
        let errors = NIOLockedValueBox<[UInt8]>([])
        let console = Console(
            output: { _ in code },
            error: { bytes in
                errors.withLockedValue { $0 += bytes }
                return 0
            })
        let directory = try TemporaryDirectory()
        let context = Context(
            environment: [:], directory: directory.path, console: console, input: .process)
        let status = await Program.run(["--help"], in: context)
        return (status, String(decoding: errors.withLockedValue { $0 }, as: UTF8.self))
    }

    @Test("A full disk is told and is an error")
    func full() async throws {
        let run = try await run(failing: ENOSPC)
        #expect(run.status == 74)
        #expect(run.errors.contains("No space left"))
    }

    @Test("A reader that went away is an error that nobody is told of")
    func gone() async throws {
        let run = try await run(failing: EPIPE)
        #expect(run.status == 74)
        #expect(run.errors.isEmpty)
    }
}
#endif
