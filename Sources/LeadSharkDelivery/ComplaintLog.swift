#if Server
package import FoundationEssentials

/// Decides when a lasting trouble is worth another log line: when it begins or changes, and then once in a while. Causes
/// that take turns are each said once in a while.
package struct ComplaintLog: Sendable {
    private struct Said: Sendable {
        var last: Date
        /// How much there was since.
        var untold = 0
    }

    private let said = LockedValue<[String: Said]>([:])
    private let interval: TimeInterval
    private let now: @Sendable () -> Date

    /// How many causes are remembered, and hence how many lines there are at most in an interval.
    package static let maximumCauseCount = 16

    package init(interval: TimeInterval = 60, now: @escaping @Sendable () -> Date = { Date() }) {
        self.interval = interval
        self.now = now
    }

    /// Whether to say now that there is trouble with this cause.
    package func isDue(_ cause: String) -> Bool { note(cause, 1) != nil }

    /// Notes trouble with this cause that befell so many.
    ///
    /// - Returns: How many it befell since it was last said, when it is to be said now.
    package func note(_ cause: String, _ count: Int) -> Int? {
        let now = now()
        return said.withLock { said in
            // A clock that was set back must not silence us.
            let isOld = { (date: Date) in abs(now.timeIntervalSince(date)) >= interval }
            if let last = said[cause]?.last, !isOld(last) {
                said[cause]?.untold += count
                return nil
            }
            if said[cause] == nil, said.count >= Self.maximumCauseCount {
                said = said.filter { !isOld($0.value.last) }
                guard said.count < Self.maximumCauseCount else { return nil }
            }
            let untold = said[cause]?.untold ?? 0
            said[cause] = Said(last: now)
            return untold + count
        }
    }

    /// Ends the trouble; whether there was any.
    package func end() -> Bool { endCounting() != nil }

    /// Ends the trouble.
    ///
    /// - Returns: How many it befell that were not said; `nil` when there was none.
    package func endCounting() -> Int? {
        said.withLock { said in
            guard !said.isEmpty else { return nil }
            defer { said = [:] }
            return said.values.reduce(0) { $0 + $1.untold }
        }
    }
}
#endif
