#if Server
import Foundation
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import LeadSharkHandlers

@Suite("The leads file")
struct NDJSONFileHandlerTests {
    private let log = CapturedLog()

    private func open(_ path: String, calls: FileCalls = .system) async throws -> NDJSONFileHandler {
        try await NDJSONFileHandler(path: path, calls: calls, logger: log.logger)
    }

    private func identities(of deliveries: [Delivery]) -> [String] { deliveries.map(\.identity.hexadecimal) }

    // MARK: What cannot be opened

    @Test("A folder that is not there is an error, and nothing is made")
    func missingFolder() async throws {
        let folder = try TemporaryFolder()
        let error = await #expect(throws: LineFileError.self) { _ = try await open(folder.file("no/leads.ndjson")) }
        #expect(error?.code == .cannotOpen)
        #expect(error?.message.contains("No such file or directory") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("A folder in the file's place is an error")
    func folderInItsPlace() async throws {
        let folder = try TemporaryFolder()
        let error = await #expect(throws: LineFileError.self) { _ = try await open(folder.path) }
        #expect(error?.code == .cannotOpen)
    }

    @Test("A pipe and a device are refused without waiting")
    func notAFile() async throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.file(), 0o600) == 0)
        for path in [folder.file(), "/dev/null"] {
            let error = await #expect(throws: LineFileError.self) { _ = try await open(path) }
            #expect(error?.code == .notAFile)
        }
    }

    @Test("A second writer is refused, until the first one closes")
    func locked() async throws {
        let folder = try TemporaryFolder()
        let first = try await open(folder.file())
        let error = await #expect(throws: LineFileError.self) { _ = try await open(folder.file()) }
        #expect(error?.code == .locked)
        await first.close()
        let second = try await open(folder.file())
        #expect(try await second.handle(deliveries(1...1)) == [.done])
        let outcome = try await first.handle(deliveries(2...2))
        #expect(outcome != [.done])
        #expect(try folder.lines().count == 1)
    }

    @Test(
        "An unfinished last line of somebody else is refused and left as it is",
        arguments: [#"{"id":1}"#, "name,email", #"{"identity":5"#, "x", "[", #"{ "identity":"a"}"#])
    func foreign(tail: String) async throws {
        let folder = try TemporaryFolder()
        for content in [tail, "first\n" + tail] {
            try folder.write(content.utf8)
            let error = await #expect(throws: LineFileError.self) { _ = try await open(folder.file()) }
            #expect(error?.code == .foreign)
            #expect(try folder.content() == Array(content.utf8))
        }
    }

    @Test("A last line without an end that is longer than any of ours is refused")
    func endlessLine() async throws {
        let folder = try TemporaryFolder()
        let content =
            Array(LeadLine.opening.utf8)
            + [UInt8](repeating: UInt8(ascii: "a"), count: Int(LineFile.maximumUnfinishedLength) + 1)
        try folder.write(content)
        let error = await #expect(throws: LineFileError.self) { _ = try await open(folder.file()) }
        #expect(error?.code == .foreign)
        #expect(try folder.content().count == content.count)
    }

    // MARK: A torn end

    @Test("Wherever a crash tore the last line, the file is whole again", arguments: 0...2)
    func tornAnywhere(whole: Int) async throws {
        let folder = try TemporaryFolder()
        let before = try deliveries(1...3).prefix(whole).flatMap(LeadLine.bytes)
        let last = LeadLine.bytes(of: try delivery(number: 4))
        for length in stride(from: 1, to: last.count - 1, by: 13) {
            try folder.write(before + last.prefix(length))
            let handler = try await open(folder.file())
            #expect(try folder.content() == before)
            #expect(try await handler.handle([delivery(number: 4)]) == [.done])
            #expect(try folder.content() == before + last)
        }
        #expect(log.count(.notice) > 0)
    }

    @Test("A last line that lacks its line break alone is kept")
    func onlyTheBreakIsMissing() async throws {
        let folder = try TemporaryFolder()
        let lines = try deliveries(1...2).flatMap(LeadLine.bytes)
        try folder.write(lines.dropLast())
        _ = try await open(folder.file())
        #expect(try folder.content() == lines)
    }

    @Test("Zeros that the loss of power left at the end are cut off", arguments: [1, 4096, 70_000])
    func zeros(count: Int) async throws {
        let folder = try TemporaryFolder()
        let line = LeadLine.bytes(of: try delivery())
        let zeros = [UInt8](repeating: 0, count: count)
        for tail in [
            zeros, Array(line.prefix(50)) + zeros, zeros + Array(line.prefix(50)), Array(line.dropLast()) + zeros,
        ] {
            try folder.write(line + tail)
            _ = try await open(folder.file())
            #expect(try folder.content() == line)
        }
    }

    @Test("A torn line that is longer than a block of reading is cut off")
    func longTornLine() async throws {
        let folder = try TemporaryFolder()
        let long = LeadLine.bytes(of: try delivery(name: String(repeating: "ä", count: 100_000)))
        let line = LeadLine.bytes(of: try delivery(number: 2))
        try folder.write(line + long.dropLast(2))
        _ = try await open(folder.file())
        #expect(try folder.content() == line)
    }

    @Test("Whole lines of whatever kind before ours are left alone")
    func otherLines() async throws {
        let folder = try TemporaryFolder()
        try folder.write("# my notes\n".utf8)
        let handler = try await open(folder.file())
        #expect(try await handler.handle([delivery()]) == [.done])
        #expect(try folder.content().starts(with: "# my notes\n{\"identity\":\"".utf8))
    }

    // MARK: Writes that fail

    @Test("A disk that fills up in the middle of a batch leaves no part of it", arguments: [0, 1, 700, 1_500])
    func diskFull(afterBytes limit: Int) async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        let handler = try await open(folder.file(), calls: disk.calls)
        let first = try deliveries(1...2)
        #expect(try await handler.handle(first) == [.done, .done])
        let content = try folder.content()

        disk.spaceLeft = limit
        let second = try deliveries(3...5)
        let outcomes = try await handler.handle(second)
        #expect(outcomes.count == 3)
        for outcome in outcomes {
            guard case .retry(nil, let reason) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.contains("No space left on device"))
        }
        #expect(try folder.content() == content)

        disk.spaceLeft = nil
        #expect(try await handler.handle(second) == [.done, .done, .done])
        #expect(try folder.identities() == identities(of: first + second))
    }

    @Test("Lines that may not be on disk are taken back when syncing fails")
    func syncFails() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        let handler = try await open(folder.file(), calls: disk.calls)
        disk.syncError = EIO
        let batch = try deliveries(1...3)
        #expect(try await handler.handle(batch).allSatisfy { $0 != .done })
        #expect(try folder.content().isEmpty)
        disk.syncError = nil
        #expect(try await handler.handle(batch) == [.done, .done, .done])
        #expect(try folder.identities() == identities(of: batch))
    }

    @Test("What cannot be cut off at once is cut off before anything else is written")
    func truncationFails() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        let handler = try await open(folder.file(), calls: disk.calls)
        let batch = try deliveries(1...3)
        disk.spaceLeft = 1_500
        disk.truncationError = EIO
        #expect(try await handler.handle(batch).allSatisfy { $0 != .done })
        #expect(try folder.content().count == 1_500)
        disk.spaceLeft = nil
        #expect(try await handler.handle(batch).allSatisfy { $0 != .done })
        #expect(try folder.content().count == 1_500)
        disk.truncationError = nil
        #expect(try await handler.handle(batch) == [.done, .done, .done])
        #expect(try folder.identities() == identities(of: batch))
    }

    @Test("A half-written batch is cut off in the file that was moved away, too")
    func movedAwayHalfWritten() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        let handler = try await open(folder.file(), calls: disk.calls)
        let batch = try deliveries(1...3)
        disk.spaceLeft = 1_500
        disk.truncationError = EIO
        #expect(try await handler.handle(batch).allSatisfy { $0 != .done })
        try folder.move("leads.ndjson", to: "old.ndjson")
        disk.spaceLeft = nil
        disk.truncationError = nil
        #expect(try await handler.handle(batch) == [.done, .done, .done])
        #expect(try folder.content("old.ndjson").isEmpty)
        #expect(try folder.identities() == identities(of: batch))
    }

    @Test("A failed batch does not bring back what somebody cut off in the meantime")
    func emptiedMeanwhile() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        let handler = try await open(folder.file(), calls: disk.calls)
        #expect(try await handler.handle(deliveries(1...2)) == [.done, .done])
        disk.spaceLeft = 10
        disk.truncationError = EIO
        #expect(try await handler.handle(deliveries(3...3)) != [.done])
        #expect(truncate(folder.file(), 0) == 0)
        disk.spaceLeft = nil
        #expect(try await handler.handle(deliveries(3...3)) == [.done])
        #expect(try folder.identities() == identities(of: deliveries(3...3)))
    }

    @Test("Writes that take a few bytes at a time make whole lines")
    func shortWrites() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        disk.largestWrite = 7
        let handler = try await open(folder.file(), calls: disk.calls)
        let batch = try deliveries(1...3)
        #expect(try await handler.handle(batch) == [.done, .done, .done])
        #expect(try folder.identities() == identities(of: batch))
    }

    @Test("A write that takes nothing is an error, not a loop")
    func emptyWrites() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        disk.largestWrite = 0
        let handler = try await open(folder.file(), calls: disk.calls)
        #expect(try await handler.handle(deliveries(1...1)) != [.done])
    }

    @Test("Lasting trouble is logged once, its end too, and neither holds personal data")
    func troubleIsLogged() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        let clock = TestClock()
        let handler = try await NDJSONFileHandler(
            path: folder.file(), calls: disk.calls, complaints: ComplaintLog(now: clock.now), logger: log.logger)
        disk.spaceLeft = 0
        for _ in 0..<50 { _ = try await handler.handle([delivery(name: "Personal Name")]) }
        #expect(log.count(.error) == 1)
        clock.advance(by: 61)
        _ = try await handler.handle([delivery(name: "Personal Name")])
        #expect(log.count(.error) == 2)
        disk.spaceLeft = nil
        _ = try await handler.handle([delivery(name: "Personal Name")])
        _ = try await handler.handle([delivery(name: "Personal Name")])
        #expect(log.count(.notice) == 1)
        #expect(!log.text.contains("Personal"))
    }

    // MARK: A file that moves

    @Test("A file that was moved away keeps its lines, and a new one goes on")
    func movedAway() async throws {
        let folder = try TemporaryFolder()
        let handler = try await open(folder.file())
        let all = try deliveries(1...6)
        for part in 0..<3 {
            #expect(try await handler.handle(Array(all[(part * 2)..<(part * 2 + 2)])) == [.done, .done])
            if part < 2 { try folder.move("leads.ndjson", to: "leads.\(part)") }
        }
        #expect(try folder.identities("leads.0") == identities(of: Array(all[0..<2])))
        #expect(try folder.identities("leads.1") == identities(of: Array(all[2..<4])))
        #expect(try folder.identities() == identities(of: Array(all[4..<6])))
    }

    @Test("A file that was deleted, or replaced by another, is opened anew")
    func deletedAndReplaced() async throws {
        let folder = try TemporaryFolder()
        let handler = try await open(folder.file())
        #expect(try await handler.handle(deliveries(1...1)) == [.done])
        try FileManager.default.removeItem(atPath: folder.file())
        #expect(try await handler.handle(deliveries(2...2)) == [.done])
        #expect(try folder.identities() == identities(of: deliveries(2...2)))
        try folder.write([], to: "other")
        #expect(rename(folder.file("other"), folder.file()) == 0)
        #expect(try await handler.handle(deliveries(3...3)) == [.done])
        #expect(try folder.identities() == identities(of: deliveries(3...3)))
    }

    @Test("While the path cannot be written the leads wait, and then go there")
    func pathTakenByAFolder() async throws {
        let folder = try TemporaryFolder()
        let handler = try await open(folder.file())
        try folder.move("leads.ndjson", to: "old")
        try FileManager.default.createDirectory(atPath: folder.file(), withIntermediateDirectories: false)
        #expect(try await handler.handle(deliveries(1...1)) != [.done])
        try FileManager.default.removeItem(atPath: folder.file())
        #expect(try await handler.handle(deliveries(1...1)) == [.done])
        #expect(try folder.lines().count == 1)
    }

    @Test("The folder of a new file is synced before anything is acknowledged")
    func folderIsSynced() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        disk.syncError = EIO
        let error = await #expect(throws: LineFileError.self) {
            _ = try await open(folder.file(), calls: disk.calls)
        }
        #expect(error?.code == .cannotOpen)
        disk.syncError = nil
        let handler = try await open(folder.file(), calls: disk.calls)
        try folder.move("leads.ndjson", to: "old")
        disk.syncError = EIO
        #expect(try await handler.handle(deliveries(1...1)) != [.done])
        disk.syncError = nil
        #expect(try await handler.handle(deliveries(1...1)) == [.done])
    }

    // MARK: What should be

    @Test("The file is its owner's alone")
    func mode() async throws {
        let folder = try TemporaryFolder()
        _ = try await open(folder.file())
        var status = stat()
        #expect(stat(folder.file(), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("A batch is synced once, however large")
    func oneSync() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        let handler = try await open(folder.file(), calls: disk.calls)
        let before = disk.syncCount
        #expect(try await handler.handle(deliveries(1...200)).allSatisfy { $0 == .done })
        #expect(disk.syncCount == before + 1)
        #expect(try folder.lines().count == 200)
    }

    @Test("An empty batch is nothing")
    func emptyBatch() async throws {
        let folder = try TemporaryFolder()
        let handler = try await open(folder.file())
        #expect(try await handler.handle([] as [Delivery]).isEmpty)
        #expect(try folder.content().isEmpty)
    }

    @Test("Batches that come at once stay whole, each in its order")
    func concurrentBatches() async throws {
        let folder = try TemporaryFolder()
        let disk = FaultyDisk()
        disk.largestWrite = 100
        let handler = try await open(folder.file(), calls: disk.calls)
        try await withThrowingTaskGroup { group in
            for batch in 0..<20 {
                group.addTask {
                    let outcomes = try await handler.handle(deliveries((batch * 10)...(batch * 10 + 9)))
                    #expect(outcomes.allSatisfy { $0 == .done })
                }
            }
            try await group.waitForAll()
        }
        let written = try folder.identities()
        #expect(written.count == 200)
        let expected = try deliveries(0...199).map(\.identity.hexadecimal)
        #expect(Set(written) == Set(expected))
        for start in stride(from: 0, to: 200, by: 10) {
            let first = try #require(expected.firstIndex(of: written[start]))
            #expect(Array(written[start..<(start + 10)]) == Array(expected[first..<(first + 10)]))
        }
    }
}

/// File calls that fail as a test says.
private final class FaultyDisk: Sendable {
    private struct State {
        var spaceLeft: Int?
        var largestWrite = Int.max
        var syncError: CInt?
        var truncationError: CInt?
        var syncCount = 0
    }

    private let state = NIOLockedValueBox(State())

    var spaceLeft: Int? {
        get { state.withLockedValue(\.spaceLeft) }
        set { state.withLockedValue { $0.spaceLeft = newValue } }
    }
    var largestWrite: Int {
        get { state.withLockedValue(\.largestWrite) }
        set { state.withLockedValue { $0.largestWrite = newValue } }
    }
    var syncError: CInt? {
        get { state.withLockedValue(\.syncError) }
        set { state.withLockedValue { $0.syncError = newValue } }
    }
    var truncationError: CInt? {
        get { state.withLockedValue(\.truncationError) }
        set { state.withLockedValue { $0.truncationError = newValue } }
    }
    var syncCount: Int { state.withLockedValue(\.syncCount) }

    var calls: FileCalls {
        FileCalls(
            write: { [state] (descriptor, bytes) throws(SystemError) in
                let allowed = state.withLockedValue { state in
                    let count = min(bytes.count, state.largestWrite, state.spaceLeft ?? .max)
                    let isFull = state.spaceLeft == 0
                    state.spaceLeft = state.spaceLeft.map { $0 - count }
                    return isFull ? nil : count
                }
                guard let allowed else { throw SystemError(code: ENOSPC) }
                guard allowed > 0 else { return 0 }
                return try FileCalls.system.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(allowed)))
            },
            synchronize: { [state] (descriptor) throws(SystemError) in
                let error = state.withLockedValue { state in
                    state.syncCount += 1
                    return state.syncError
                }
                if let error { throw SystemError(code: error) }
                try FileCalls.system.synchronize(descriptor)
            },
            truncate: { [state] (descriptor, length) throws(SystemError) in
                if let error = state.withLockedValue(\.truncationError) { throw SystemError(code: error) }
                try FileCalls.system.truncate(descriptor, length)
            })
    }
}
#endif
