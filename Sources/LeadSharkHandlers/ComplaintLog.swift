#if Server
import FoundationEssentials
import NIOConcurrencyHelpers

/// Decides when a lasting trouble is worth another log line: when it begins or changes, and then once in a while. Causes
/// that take turns are each said once in a while.
struct ComplaintLog: Sendable {
    private let said = NIOLockedValueBox<[String: Date]>([:])
    private let interval: TimeInterval
    private let now: @Sendable () -> Date

    /// How many causes are remembered, and hence how many lines there are at most in an interval.
    static let maximumCauseCount = 16

    init(interval: TimeInterval = 60, now: @escaping @Sendable () -> Date = { Date() }) {
        self.interval = interval
        self.now = now
    }

    /// Whether to say now that there is trouble with this cause.
    func isDue(_ cause: String) -> Bool {
        let now = now()
        return said.withLockedValue { said in
            // A clock that was set back must not silence us.
            let isOld = { (date: Date) in abs(now.timeIntervalSince(date)) >= interval }
            if let last = said[cause], !isOld(last) { return false }
            if said[cause] == nil, said.count >= Self.maximumCauseCount {
                said = said.filter { !isOld($0.value) }
                guard said.count < Self.maximumCauseCount else { return false }
            }
            said[cause] = now
            return true
        }
    }

    /// Ends the trouble; whether there was any.
    func end() -> Bool {
        said.withLockedValue { said in
            defer { said = [:] }
            return !said.isEmpty
        }
    }
}
#endif
