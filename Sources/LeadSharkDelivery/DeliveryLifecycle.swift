#if Server
/// Where one delivery stands, and how it goes on: what every store does to its rows, as a pure value.
///
/// ```
///            lease                done
///   ready ──────────> leased ──────────────> completed
///     ^  <── release ──┘│ │                     │
///     │  <── reclaim ───┘ │ retry               │
///     │                   v                     │
///     │ <── (due) ──── waiting                  │
///     │                                         │
///     └──────── redeliver ── deadLettered <── (from leased)
/// ```
///
/// A lease that runs out makes the delivery a suspect (``SuspectRule``), which is leased alone from then on; what becomes
/// of one that crashes alone again and again is the worker's to say.
///
/// Times are microseconds on the store's clock.
package struct DeliveryLifecycle: Sendable, Hashable {
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

    /// A delivery that is ready.
    package init() {}

    /// A delivery that is dead before any attempt.
    package init(deadLettered reason: String, at now: Int64) {
        state = .deadLettered
        settledAt = now
        self.reason = DeliveryReason.bounded(reason)
    }

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
        case .retry(let after, let why):
            state = .waiting
            dueAt = now + after.inMicroseconds
            reason = DeliveryReason.bounded(why)
        case .deadLetter(let why):
            state = .deadLettered
            settledAt = now
            reason = DeliveryReason.bounded(why)
        case .release:
            state = .ready
            attempt -= 1
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

    /// Makes it ready again, counted anew, when it was completed or dead, or waits.
    ///
    /// - Returns: Whether it was.
    package mutating func redeliver() -> Bool {
        guard !state.isOpen || state == .waiting else { return false }
        state = .ready
        dueAt = nil
        attempt = 0
        crashes = 0
        settledAt = nil
        reason = nil
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
