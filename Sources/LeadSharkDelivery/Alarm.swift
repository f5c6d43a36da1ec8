#if Server
/// Wakes a loop at a time that may be set anew again and again.
///
/// At most one timer is under way that matters. It is not moved to a later time: it then fires early, and the loop sets
/// the alarm anew. So a loop that sets an alarm in each of its rounds does not leave a trail of cancelled timers behind.
package final class Alarm: Sendable {
    private struct State: Sendable {
        var instant: Duration?
        var timer: Task<Void, Never>?
        var generation: UInt64 = 0
    }

    private let timeline: Timeline
    private let executor: (any TaskExecutor)?
    private let fire: @Sendable () -> Void
    private let state = LockedValue(State())

    /// - Parameter executor: Where it waits and fires; `nil` for Swift's pool.
    package init(
        _ timeline: Timeline, on executor: (any TaskExecutor)? = nil, fire: @escaping @Sendable () -> Void
    ) {
        self.timeline = timeline
        self.executor = executor
        self.fire = fire
    }

    /// Fires at `instant`, or before.
    package func set(at instant: Duration) {
        let generation: UInt64? = state.withLock { state in
            if let earlier = state.instant, earlier <= instant { return nil }
            state.timer?.cancel()
            state.timer = nil
            state.instant = instant
            state.generation += 1
            return state.generation
        }
        guard let generation else { return }
        let timer = Task(executorPreference: executor) { [timeline, executor, fire, state] in
            do {
                if executor == nil {
                    try await timeline.sleep(until: instant)
                } else {
                    try await timeline.sleepOffPool(until: instant)
                }
            } catch {
                return
            }
            let isCurrent = state.withLock { state in
                guard state.generation == generation else { return false }
                state.instant = nil
                state.timer = nil
                return true
            }
            if isCurrent { fire() }
        }
        let isCurrent = state.withLock { state in
            guard state.generation == generation else { return false }
            if state.instant != nil { state.timer = timer }
            return true
        }
        if !isCurrent { timer.cancel() }
    }

    /// Fires no more until it is set anew.
    package func cancel() {
        state.withLock { state in
            state.timer?.cancel()
            state.timer = nil
            state.instant = nil
            state.generation += 1
        }
    }
}
#endif
