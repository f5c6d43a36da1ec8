#if Server
import FoundationEssentials
import NIOConcurrencyHelpers

/// Decides when a lasting trouble is worth another log line: when it begins or changes, and then once in a while.
struct ComplaintLog: Sendable {
    private struct State {
        var trouble: String?
        var lastSaid = Date.distantPast
    }

    private let state = NIOLockedValueBox(State())
    private let interval: TimeInterval
    private let now: @Sendable () -> Date

    init(interval: TimeInterval = 60, now: @escaping @Sendable () -> Date = { Date() }) {
        self.interval = interval
        self.now = now
    }

    /// Whether to say now that there is this trouble.
    func isDue(_ trouble: String) -> Bool {
        let now = now()
        return state.withLockedValue { state in
            // A clock that was set back must not silence us.
            let age = abs(now.timeIntervalSince(state.lastSaid))
            guard state.trouble != trouble || age >= interval else { return false }
            state = State(trouble: trouble, lastSaid: now)
            return true
        }
    }

    /// Ends the trouble; whether there was any.
    func end() -> Bool {
        state.withLockedValue { state in
            defer { state = State() }
            return state.trouble != nil
        }
    }
}
#endif
