#if Server
/// A clock whose instants are durations since the timeline was made, so that they can be stored and compared.
package struct Timeline: Sendable {
    private let read: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async throws -> Void

    package init(_ clock: any Clock<Duration>) {
        self.init(opened: clock)
    }

    private init<C: Clock>(opened clock: C) where C.Duration == Duration {
        let start = clock.now
        read = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    /// Now.
    package var now: Duration { read() }

    /// Returns at an instant; throws when the task is cancelled before.
    package func sleep(until instant: Duration) async throws { try await pause(instant) }

    /// Returns after a time; throws when the task is cancelled before.
    package func sleep(for duration: Duration) async throws { try await pause(now + duration) }
}
#endif
