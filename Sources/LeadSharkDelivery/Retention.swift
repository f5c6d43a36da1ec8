#if Server
/// How long a store keeps what is done. What is open, and dead letters, are kept until somebody ends or deletes them.
public struct Retention: Sendable, Hashable {
    /// How long an event is kept after the last of its deliveries was completed; one without deliveries, after it came.
    /// `nil` for good.
    public var completed: Duration? = .seconds(7 * 86_400)
    /// How long the identity of an event that is no longer kept is remembered after it first came, so that the event is
    /// still a duplicate when it comes again. `nil` for good.
    public var identities: Duration? = .seconds(365 * 86_400)

    /// The defaults: a week and a year.
    public init() {}

    /// Whether nothing is ever to be deleted.
    var isForever: Bool { completed == nil && identities == nil }
}

/// What a store has deleted because its time was over.
public struct Pruned: Sendable, Hashable {
    /// How many events.
    public var events: Int
    /// How many identities.
    public var identities: Int
    /// Whether there may be more whose time is over.
    public var isMore: Bool

    /// Puts together what a store did.
    public init(events: Int = 0, identities: Int = 0, isMore: Bool = false) {
        self.events = events
        self.identities = identities
        self.isMore = isMore
    }
}
#endif
