import LeadSharkWebhooks

/// Looks for what takes more than linear time: does each task with each shape at growing sizes, and prints the nanoseconds a
/// byte, and how they grow from the smallest size to the largest.
///
/// Ends with status 1 if anything grows beyond the limit. What is quadratic would grow with the size itself, 256 times.
@main
struct Shapes {
    static let sizes = [1 << 10, 16 << 10, 256 << 10]
    /// Above what caches and pages that are touched for the first time account for, and far below anything quadratic.
    static let limit = 4.0

    static func main() throws {
        let secret = try SigningSecret("a secret")
        var worst = 0.0
        print(
            "ns a byte at \(sizes.map { "\($0 >> 10)" }.joined(separator: ", ")) KiB, and the growth from first to last"
        )
        for shape in Shape.all {
            let inputs = try sizes.map { try Task.Input(shape.payload(byteCount: $0), secret) }
            for task in Task.all {
                let costs = try inputs.map { try cost(of: task, $0) }
                let growth = costs[costs.count - 1] / costs[0]
                worst = max(worst, growth)
                let figures = (costs + [growth]).map(rounded).joined(separator: "\t")
                print(shape.name, task.name, figures + (growth > limit ? "\tBEYOND THE LIMIT" : ""), separator: "\t")
            }
        }
        print("the worst growth is \(rounded(worst)); the limit is \(limit)")
        if worst > limit { throw BeyondTheLimit() }
    }

    /// The nanoseconds a byte in the best of several turns: others can only add to it.
    private static func cost(of task: Task, _ input: Task.Input) throws -> Double {
        let clock = ContinuousClock()
        let calls = max(1, (1 << 20) / input.payload.count)
        var best = Double.infinity
        var sum = 0
        for _ in 0..<7 {
            let start = clock.now
            for _ in 0..<calls { sum &+= try task.run(input) }
            let time = (clock.now - start).components
            best = min(best, (Double(time.seconds) * 1e9 + Double(time.attoseconds) / 1e9) / Double(calls))
        }
        if sum == .min { print(sum) }
        return best / Double(input.payload.count)
    }

    private static func rounded(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }
}

struct BeyondTheLimit: Error {}
