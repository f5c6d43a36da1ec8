#if Server
/// The number of a delivery in its store.
public struct DeliveryID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// The number.
    public let rawValue: Int64

    /// Makes an id from its number.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// The number as text.
    public var description: String { String(rawValue) }

    /// Older before newer.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a worker has to show to change a delivery: its number, and the fencing number of the lease.
///
/// Every lease of a delivery gets a higher fencing number, so a worker that lost its lease changes nothing.
public struct LeaseToken: Hashable, Sendable {
    /// The delivery.
    public let delivery: DeliveryID
    /// The lease's fencing number.
    public let fence: Int64

    /// Makes a token.
    public init(delivery: DeliveryID, fence: Int64) {
        self.delivery = delivery
        self.fence = fence
    }
}

/// The exclusive, expiring right to work on a delivery.
public struct Lease: Sendable {
    /// What every write about it has to name.
    public let token: LeaseToken
    /// Whose work it is.
    public let handler: HandlerName
    /// Which attempt this is; the first is 1.
    public let attempt: Int
    /// How often a lease of this delivery has run out, because the process ended or could not renew it. The first time
    /// others may have been at work beside it; from then on it is leased alone.
    public let crashes: Int
    /// How long the delivery has held up its lane, by the store's clock: since its first attempt as the lane's head. `nil` when
    /// it is in no lane, or has left it.
    public let laneBlock: Duration?
    /// The event.
    public let event: StoredEvent

    /// Whether this delivery may be what makes the process end, so that nothing of its handler may be at work beside it.
    public var isSuspect: Bool { crashes > 0 }

    /// Puts together what a store leased.
    public init(
        token: LeaseToken, handler: HandlerName, attempt: Int, crashes: Int, laneBlock: Duration? = nil,
        event: StoredEvent
    ) {
        self.token = token
        self.handler = handler
        self.attempt = attempt
        self.crashes = crashes
        self.laneBlock = laneBlock
        self.event = event
    }
}

/// How the holder of a lease ends it.
public struct Settlement: Sendable {
    /// What becomes of the delivery.
    public enum Verdict: Sendable, Hashable {
        /// It is completed.
        case completed
        /// It waits for another attempt: as the head of its lane, if it is in one, or out of it, so that the lane goes on.
        case retry(after: Duration, reason: String, leavesLane: Bool = false)
        /// It goes to the dead letters.
        case deadLetter(reason: String)
        /// It goes back as if it had not been leased: the attempt does not count.
        case release
    }

    /// The lease.
    public let token: LeaseToken
    /// What becomes of the delivery.
    public let verdict: Verdict

    /// Makes a settlement.
    public init(_ token: LeaseToken, _ verdict: Verdict) {
        self.token = token
        self.verdict = verdict
    }
}
#endif
