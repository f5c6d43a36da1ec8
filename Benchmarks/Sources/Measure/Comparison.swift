import Dispatch

/// Things that are timed in turns, so that whatever else the machine does meets all of them alike.
struct Comparison {
    /// One of them.
    struct Case: Sendable {
        typealias Run = @Sendable () throws -> Int

        let name: String
        /// Does its work once, and returns a number that depends on it; one for each thread, with data of its own.
        let runs: [Run]

        init(name: String, run: @escaping Run) { self.init(name: name, runs: [run]) }

        init(name: String, runs: [Run]) {
            self.name = name
            self.runs = runs
        }
    }

    /// The first is the one that others are measured against.
    let cases: [Case]
    /// How many threads do the same thing side by side.
    var threads = 1

    /// How often each has its turn.
    static let rounds = 25
    /// How long a turn takes, about.
    static let turn: Duration = .milliseconds(15)

    /// The nanoseconds that one call takes, on each thread: for each case, in each round.
    func measure() throws -> [[Double]] {
        let counts = try cases.map { try calls(of: $0, within: Self.turn) }
        var results: [[Double]] = cases.map { _ in [] }
        for _ in 0..<Self.rounds {
            for (index, entry) in cases.enumerated() {
                let time = try time(entry, calls: counts[index])
                results[index].append(time / Double(counts[index]))
            }
        }
        return results
    }

    private func calls(of entry: Case, within turn: Duration) throws -> Int {
        var calls = 1
        while true {
            let time = try time(entry, calls: calls)
            if time >= Self.nanoseconds(turn) { return calls }
            calls *= 2
        }
    }

    private func time(_ entry: Case, calls: Int) throws -> Double {
        guard threads > 1 else { return try Self.time(entry.runs[0], calls: calls) }
        let results = Results(count: threads)
        DispatchQueue.concurrentPerform(iterations: threads) { index in
            results.set(Result { try Self.time(entry.runs[index], calls: calls) }, at: index)
        }
        return try results.values().reduce(0, +) / Double(threads)
    }

    private static func time(_ run: Case.Run, calls: Int) throws -> Double {
        let clock = ContinuousClock()
        var sum = 0
        let start = clock.now
        for _ in 0..<calls { sum &+= try run() }
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

    /// What each thread has measured. `@unchecked Sendable`: only touched on its queue.
    private final class Results: @unchecked Sendable {
        private let lock = DispatchQueue(label: "results")
        private var results: [Result<Double, any Error>?]

        init(count: Int) { results = Array(repeating: nil, count: count) }

        func set(_ result: Result<Double, any Error>, at index: Int) { lock.sync { results[index] = result } }

        func values() throws -> [Double] { try lock.sync { try results.compactMap { try $0?.get() } } }
    }
}
