/// Things that are timed in turns, so that whatever else the machine does meets all of them alike.
struct Comparison {
    /// One of them. `run` does its work once, and returns a number that depends on it.
    struct Case {
        let name: String
        let run: () throws -> Int
    }

    /// The first is the one that others are measured against.
    let cases: [Case]

    /// How often each has its turn.
    static let rounds = 25
    /// How long a turn takes, about.
    static let turn: Duration = .milliseconds(15)

    /// The nanoseconds that one call takes: for each case, in each round.
    func measure() throws -> [[Double]] {
        let counts = try cases.map { try calls(of: $0, within: Self.turn) }
        var results: [[Double]] = cases.map { _ in [] }
        for _ in 0..<Self.rounds {
            for (index, entry) in cases.enumerated() {
                let time = try Self.time(entry, calls: counts[index])
                results[index].append(time / Double(counts[index]))
            }
        }
        return results
    }

    private func calls(of entry: Case, within turn: Duration) throws -> Int {
        var calls = 1
        while true {
            let time = try Self.time(entry, calls: calls)
            if time >= Self.nanoseconds(turn) { return calls }
            calls *= 2
        }
    }

    private static func time(_ entry: Case, calls: Int) throws -> Double {
        let clock = ContinuousClock()
        var sum = 0
        let start = clock.now
        for _ in 0..<calls { sum &+= try entry.run() }
        let time = clock.now - start
        Self.keep(sum)
        return nanoseconds(time)
    }

    private static func nanoseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e9 + Double(duration.components.attoseconds) / 1e9
    }

    /// Uses a number in a way that the optimiser cannot see through.
    @inline(never)
    private static func keep(_ number: Int) {
        if number == .min { print(number) }
    }
}
