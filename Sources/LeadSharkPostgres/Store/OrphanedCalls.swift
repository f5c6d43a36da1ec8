#if Postgres
/// The keys of calls whose answer never came, and which may have leased something that nobody knows of.
///
/// A server may carry such a call out long after it was given up, so its key is kept until something was handed back, or
/// until whatever it leased has run out.
struct OrphanedCalls: Sendable {
    /// How many keys are kept, at most.
    static let maximumCount = 64

    private var calls: [(key: [UInt8], end: ContinuousClock.Instant)] = []

    /// Takes the key of a call that failed.
    mutating func add(_ key: [UInt8], leasedFor duration: Duration, at now: ContinuousClock.Instant) {
        calls.append((key, now + duration))
        if calls.count > Self.maximumCount { calls.removeFirst() }
    }

    /// The keys whose leases are to be handed back.
    mutating func keys(at now: ContinuousClock.Instant) -> [[UInt8]] {
        calls.removeAll { $0.end <= now }
        return calls.map(\.key)
    }

    /// Forgets a key whose leases were handed back.
    mutating func remove(_ key: [UInt8]) { calls.removeAll { $0.key == key } }
}
#endif
