import Subjects

/// Times the SDK beside what it could be measured against, and prints one line a figure: group, case, then the
/// nanoseconds of each round. Benchmarks/bench reads them.
///
/// Arguments name the groups to measure; `allocations` counts those of `verify`.
@main
struct Measure {
    struct Group: Sendable {
        let name: String
        let comparison: @Sendable () throws -> Comparison
    }

    struct UnknownGroup: Error {
        let name: String
    }

    static func main() throws {
        for name in CommandLine.arguments.dropFirst() {
            if name == "allocations" {
                print(name, "verify", try allocationsToVerify(), separator: "\t")
            } else {
                try report(group(named: name))
            }
        }
    }

    private static let groups = [
        Group(name: "verify-64") { try verifying(byteCount: 64) },
        Group(name: "verify-700") { try verifying(byteCount: 700) },
        Group(name: "verify-65536") { try verifying(byteCount: 65_536) },
        Group(name: "verify-700-rotating") { try verifying(byteCount: 700, previous: true) },
        Group(name: "verify-700-threads") { try verifying(byteCount: 700, threads: 2) },
        Group(name: "decode", comparison: decoding),
        Group(name: "envelope", comparison: scanning),
        Group(name: "stringify") { try stringifying(directMessage) },
        Group(name: "stringify-reformatted") { try stringifying(reformattedMessage) },
    ]

    private static func group(named name: String) throws -> Group {
        guard let group = groups.first(where: { $0.name == name }) else { throw UnknownGroup(name: name) }
        return group
    }

    private static func report(_ group: Group) throws {
        let comparison = try group.comparison()
        let results = try comparison.measure()
        for (entry, rounds) in zip(comparison.cases, results) {
            print(group.name, entry.name, rounds.map { String($0) }.joined(separator: " "), separator: "\t")
        }
    }
}
