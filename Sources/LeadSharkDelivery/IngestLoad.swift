#if Server
/// Whether events come in about as fast as they can be stored: what a ``DeliveryQueue`` tells its ``Worker``, so that answers go
/// first.
///
/// The measure is how many events a commit takes. As long as the store keeps up they come alone or few at a time, however fast
/// that is; when they wait for each other, commits grow.
package final class IngestLoad: Sendable {
    private struct State: Sendable {
        var eventsPerCommit = 0.0
        var lastCommit: Duration?

        func isOver(at now: Duration) -> Bool { lastCommit.map { now - $0 > IngestLoad.memory } ?? true }
    }

    /// From how many events in a commit on, on average, the load counts as high.
    package static let highEventsPerCommit = 24.0
    /// How soon after its last commit a load is over.
    package static let memory: Duration = .milliseconds(50)
    /// How much one commit counts for the average.
    private static let weight = 0.125

    private let timeline: Timeline
    private let state = LockedValue(State())

    package init(_ timeline: Timeline) { self.timeline = timeline }

    /// Notes a commit.
    package func note(eventsInCommit count: Int) {
        let now = timeline.now
        state.withLock { state in
            if state.isOver(at: now) { state.eventsPerCommit = 0 }
            state.eventsPerCommit += (Double(count) - state.eventsPerCommit) * Self.weight
            state.lastCommit = now
        }
    }

    /// Whether the load is high now.
    package var isHigh: Bool {
        let now = timeline.now
        return state.withLock { !$0.isOver(at: now) && $0.eventsPerCommit >= Self.highEventsPerCommit }
    }
}
#endif
