#if Server
import Foundation

/// How long the tests of endurance go on: seconds in `make test`, and as long as `make soak` says.
enum Soak {
    /// What `make soak` asks for; `nil` in `make test`.
    static let seconds = ProcessInfo.processInfo.environment["LEADSHARK_SOAK_SECONDS"].flatMap { Int($0) }

    static var isLong: Bool { seconds != nil }

    /// How long a test goes on.
    static func duration(short: Int) -> Duration { .seconds(seconds ?? short) }

    /// How much the memory of a receiver may grow. A sanitizer takes more for itself, and `Scripts/sanitize` says how much then.
    static let memoryGrowth =
        (ProcessInfo.processInfo.environment["LEADSHARK_MEMORY_GROWTH_MIB"].flatMap { Int($0) } ?? 64) << 20

    /// The seed for what a test chooses: another each time, or the one that is to be played again.
    static let seed =
        ProcessInfo.processInfo.environment["LEADSHARK_SOAK_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: .min ... .max)

    /// Tells what came out, in the file that `make soak` names.
    static func report(_ text: String) throws {
        guard let path = ProcessInfo.processInfo.environment["LEADSHARK_SOAK_REPORT"] else { return }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data((text + "\n").utf8))
        try file.close()
    }
}

extension Program {
    /// How many bytes of memory it has now.
    func residentByteCount() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let size = line.split(separator: " ").compactMap({ Int($0) }).first
        else { throw Timeout(description: "the system does not say how much memory the program has") }
        return size << 10
    }
}

extension TemporaryFolder {
    /// What `leadshark deliveries stats` counts, by state, of the one handler that there is.
    func states(_ store: String) async throws -> [String: Int] {
        let stats = try Program(
            Program.leadshark, ["deliveries", "stats", "--format", "json"], environment: ["LEADSHARK_STORE": store],
            in: self)
        // The database may just be restarting, and the receiver too.
        guard try await stats.status() == 0 else { return [:] }
        let rows = try JSONSerialization.jsonObject(with: Data(stats.standardOutput.utf8)) as? [[String: Any]] ?? []
        return rows.count == 1 ? (rows[0]["states"] as? [String: Int] ?? [:]).filter { $0.value > 0 } : [:]
    }

    /// The identities in the lines of leads files.
    func delivered(_ names: String...) throws -> [String] {
        try names.flatMap { try lines(of: $0).compactMap { $0["identity"] as? String } }
    }
}
#endif
