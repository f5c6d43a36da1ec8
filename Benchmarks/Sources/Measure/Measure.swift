import Subjects

/// Times the SDK beside what it could be measured against, and prints one line a figure: group, case, then the
/// nanoseconds of each round. Benchmarks/bench.py reads them.
@main
struct Measure {
    static func main() throws {
        for count in [64, 700, 65_536] {
            try report("verify-\(count)", try verifying(byteCount: count))
        }
        try report("verify-700-rotating", try verifying(byteCount: 700, previous: true))
        try report("verify-700-threads", try verifying(byteCount: 700, threads: 2))
        try report("decode", try decoding())
        try report("envelope", try scanning())
        try report("stringify", try stringifying(directMessage))
        try report("stringify-reformatted", try stringifying(reformattedMessage))
        print("allocations", "verify", try allocationsToVerify(), separator: "\t")
    }

    static func report(_ group: String, _ comparison: Comparison) throws {
        let results = try comparison.measure()
        for (entry, rounds) in zip(comparison.cases, results) {
            print(group, entry.name, rounds.map { String($0) }.joined(separator: " "), separator: "\t")
        }
    }
}
