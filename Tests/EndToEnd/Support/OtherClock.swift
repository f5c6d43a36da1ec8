#if Server
import Foundation
import Testing

/// The time of day as a program sees it that is started with ``environment``: another than it is. Its steady clocks are right.
struct OtherClock {
    let environment: [String: String]
    private let file: URL

    /// - Parameter seconds: By how much it is ahead.
    init(ahead seconds: Int64, in folder: TemporaryFolder) async throws {
        file = folder.file("clock-\(UUID().uuidString)")
        environment = ["LD_PRELOAD": try await folder.library(of: "other-clock.c"), "LEADSHARK_TEST_CLOCK": file.path]
        try withUnsafeBytes(of: seconds) { try Data($0).write(to: file) }
    }

    /// Moves it while the program runs.
    func move(to seconds: Int64) throws {
        // In its place: the program has it in its memory.
        let handle = try FileHandle(forWritingTo: file)
        try withUnsafeBytes(of: seconds) { try handle.write(contentsOf: Data($0)) }
        try handle.close()
    }

    /// By how many hours the times in a program's log are ahead, line for line without repeats.
    static func hoursAhead(in log: String) -> [Int] {
        let style = Date.ISO8601FormatStyle()
        let hours = log.split(separator: "\n").compactMap { line in
            try? style.parse(String(line.prefix { $0 != " " })).timeIntervalSinceNow / 3600
        }.map { Int($0.rounded()) }
        return hours.enumerated().filter { $0.offset == 0 || hours[$0.offset - 1] != $0.element }.map(\.element)
    }
}
#endif
