#if Server
/// A clock whose instants are durations since the timeline was made, so that they can be stored and compared.
package struct Timeline: Sendable {
    private let read: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async throws -> Void
    private let isReal: Bool

    package init(_ clock: any Clock<Duration>) {
        self.init(opened: clock)
    }

    private init<C: Clock>(opened clock: C) where C.Duration == Duration {
        let start = clock.now
        isReal = clock is ContinuousClock
        read = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    /// Now.
    package var now: Duration { read() }

    /// Returns at an instant; throws when the task is cancelled before.
    package func sleep(until instant: Duration) async throws { try await pause(instant) }

    /// The same, without need of a thread of Swift's pool, where the clock is the system's.
    package func sleepOffPool(until instant: Duration) async throws {
        guard isReal else { return try await pause(instant) }
        try await ThreadTimer.sleep(for: instant - now)
    }

    /// Returns after a time; throws when the task is cancelled before.
    package func sleep(for duration: Duration) async throws { try await pause(now + duration) }
}
#endif
