#if Server
/// Where one delivery stands, and how it goes on: what every store does to its rows, as a pure value.
///
/// ```
///            (head is gone)      lease                done
///   queued ──────────────> ready ──────────> leased ──────────────> completed
///     ^                     ^  <── release ──┘│ │                     │
///     │                     │  <── reclaim ───┘ │ retry               │
///     │                     │                   v                     │
///     │                     │ <── (due) ──── waiting                  │
///     │                     │                                         │
///     └─(lane has a head)───┴─ redeliver ── deadLettered <── (from leased)
/// ```
///
/// A lease that runs out makes the delivery a suspect (``SuspectRule``), which is leased alone from then on; what becomes
/// of one that crashes alone again and again is the worker's to say.
///
/// Which delivery is the head of a lane is the store's to know: of those ``LanePlace/inside`` a lane one is ready, leased or
/// waiting, and the others are queued. When the head is none any more, the store calls ``promote()`` on the oldest of them.
///
/// Times are microseconds on the store's clock.
package struct DeliveryLifecycle: Sendable, Hashable {
    /// How a delivery stands to the lane of its person.
    package enum LanePlace: Sendable, Hashable {
        /// Its handler asked for no lanes when it was enqueued, or has stopped to ask.
        case none
        /// In its lane: the head, or queued behind it; or neither, when it is completed or dead.
        case inside
        /// It has left its lane, because it failed for too long. An operator may send it in again.
        case outside
    }

    package private(set) var state = DeliveryState.ready
    /// How many attempts there were, the one that is under way included.
    package private(set) var attempt = 0
    /// How often a lease ran out since the delivery was stored or redelivered.
    package private(set) var crashes = 0
    /// The fencing number of the last lease. It never goes down.
    package private(set) var fence: Int64 = 0
    package private(set) var leaseUntil: Int64?
    package private(set) var dueAt: Int64?
    /// When it was completed or died.
    package private(set) var settledAt: Int64?
    package private(set) var reason: String?
    package private(set) var lane = LanePlace.none
    /// When its first attempt as the head of its lane began.
    package private(set) var blockingSince: Int64?

    /// A delivery that is ready, in no lane.
    package init() {}

    /// A delivery that is enqueued into its lane.
    ///
    /// - Parameter isTaken: Whether the lane has a head.
    package init(inLane isTaken: Bool) {
        lane = .inside
        if isTaken { state = .queued }
    }

    /// A delivery that is dead before any attempt.
    package init(deadLettered reason: String, at now: Int64, hasLane: Bool = false) {
        state = .deadLettered
        settledAt = now
        self.reason = DeliveryReason.bounded(reason)
        if hasLane { lane = .inside }
    }

    /// Whether it is the head of its lane.
    package var isHead: Bool { lane == .inside && (state == .ready || state == .leased || state == .waiting) }

    /// Whether it may be leased.
    package func isLeasable(at now: Int64) -> Bool {
        state == .ready || state == .waiting && (dueAt ?? .max) <= now
    }

    /// Leases it.
    ///
    /// - Returns: The fencing number, or `nil` when it may not be leased.
    package mutating func lease(at now: Int64, for duration: Int64) -> Int64? {
        guard isLeasable(at: now) else { return nil }
        state = .leased
        attempt += 1
        fence += 1
        leaseUntil = now + duration
        dueAt = nil
        if lane == .inside, blockingSince == nil { blockingSince = now }
        return fence
    }

    /// Whether the lease with this fencing number is still held. A lease whose time is over is, until it is reclaimed.
    package func isHeld(by fence: Int64) -> Bool { state == .leased && self.fence == fence }

    /// Makes the lease last longer.
    ///
    /// - Returns: Whether it was held.
    package mutating func renew(_ fence: Int64, at now: Int64, for duration: Int64) -> Bool {
        guard isHeld(by: fence) else { return false }
        leaseUntil = now + duration
        return true
    }

    /// Ends the lease.
    ///
    /// - Returns: Whether it was held.
    package mutating func settle(_ fence: Int64, _ verdict: Settlement.Verdict, at now: Int64) -> Bool {
        guard isHeld(by: fence) else { return false }
        leaseUntil = nil
        switch verdict {
        case .completed:
            state = .completed
            settledAt = now
            reason = nil
            blockingSince = nil
        case .retry(let after, let why, let leavesLane):
            state = .waiting
            dueAt = now + after.inMicroseconds
            reason = DeliveryReason.bounded(why)
            if leavesLane, lane == .inside {
                lane = .outside
                blockingSince = nil
            }
        case .deadLetter(let why):
            state = .deadLettered
            settledAt = now
            reason = DeliveryReason.bounded(why)
            blockingSince = nil
        case .release:
            state = .ready
            attempt -= 1
            if attempt == 0 { blockingSince = nil }
        }
        return true
    }

    /// Makes it ready again when its lease has run out.
    ///
    /// - Returns: Whether it had.
    package mutating func reclaim(at now: Int64) -> Bool {
        guard state == .leased, let leaseUntil, leaseUntil <= now else { return false }
        state = .ready
        self.leaseUntil = nil
        crashes += 1
        return true
    }

    /// Makes the head of its lane of one that is queued.
    ///
    /// - Returns: Whether it was.
    package mutating func promote() -> Bool {
        guard state == .queued else { return false }
        state = .ready
        return true
    }

    /// Takes one that is queued out of its lane for good.
    ///
    /// - Returns: Whether it was.
    package mutating func dissolveLane() -> Bool {
        guard promote() else { return false }
        lane = .none
        return true
    }

    /// Sends it round again, counted anew, when it was completed or dead, or waits.
    ///
    /// - Parameter isTaken: Whether its lane has a head.
    /// - Returns: Whether it was.
    package mutating func redeliver(laneIsTaken isTaken: Bool = false) -> Bool {
        guard DeliveryState.redeliverable.contains(state) else { return false }
        state = lane != .none && isTaken && !isHead ? .queued : .ready
        if lane == .outside { lane = .inside }
        dueAt = nil
        attempt = 0
        crashes = 0
        settledAt = nil
        reason = nil
        blockingSince = nil
        return true
    }
}

/// What is kept of duplicates whose bytes differ from the event's.
package enum VariantLimits {
    /// How many payloads are kept with one event.
    package static let count = 4
    /// How large each may be, in bytes.
    package static let byteCount = 1 << 20
}
#endif
