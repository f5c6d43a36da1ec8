#if Server
/// What waits for its commit: the state of a ``DeliveryQueue``, without its tasks.
///
/// An event is admitted, taken with a batch, and finished; its waiter is there until somebody takes it, so that each
/// is answered once, whether by the commit or because it stopped waiting.
package struct EventBacklog<Event: Sendable, Waiter: Sendable>: Sendable {
    package struct Entry: Sendable {
        package let number: UInt64
        package let event: Event
        package let byteCount: Int
    }

    package enum Admission: Hashable, Sendable {
        /// It waits now. `wakes` when the committing loop may be asleep.
        case admitted(wakes: Bool)
        case full
        case stopped
    }

    package enum Step: Sendable {
        /// These are to be committed, and then finished.
        case commit([Entry])
        /// There is nothing to do until the loop is woken.
        case wait
        /// There will never be anything to do.
        case finished
    }

    private let limits: DeliveryQueue.Limits
    private var entries: [Entry] = []
    private var waiters: [UInt64: Waiter] = [:]
    private var isStopping = false
    private var lastNumber: UInt64 = 0
    private var byteCount = 0
    private var inFlight = 0

    /// How many events wait, those of the commit that is under way included.
    package var count: Int { entries.count + inFlight }

    package init(limits: DeliveryQueue.Limits) { self.limits = limits }

    /// A number for an event that is about to come.
    package mutating func makeNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    /// Takes an event in, if the bounds allow. One event alone is let in whatever its size.
    package mutating func admit(
        _ event: Event, number: UInt64, byteCount size: Int, waiter: Waiter
    ) -> Admission {
        if isStopping { return .stopped }
        guard count < limits.waitingEvents, count == 0 || byteCount + size <= limits.waitingBytes else {
            return .full
        }
        byteCount += size
        entries.append(Entry(number: number, event: event, byteCount: size))
        waiters[number] = waiter
        return .admitted(wakes: entries.count == 1)
    }

    /// Takes what is to be committed next: whatever waits, up to the bounds of one commit.
    package mutating func next() -> Step {
        guard let first = entries.first else { return isStopping ? .finished : .wait }
        var taken = 1
        var bytes = first.byteCount
        while taken < min(entries.count, limits.eventsPerCommit) {
            bytes += entries[taken].byteCount
            if bytes > limits.bytesPerCommit { break }
            taken += 1
        }
        let batch = Array(entries.prefix(taken))
        entries.removeFirst(taken)
        inFlight += taken
        return .commit(batch)
    }

    /// Takes the waiter of an event, if nobody did before.
    package mutating func takeWaiter(_ number: UInt64) -> Waiter? {
        waiters.removeValue(forKey: number)
    }

    /// Frees the room of a batch whose waiters have been answered.
    package mutating func finish(_ batch: [Entry]) {
        inFlight -= batch.count
        for entry in batch { byteCount -= entry.byteCount }
    }

    /// Lets nothing in any more.
    package mutating func stop() { isStopping = true }
}
#endif
