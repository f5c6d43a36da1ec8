#if Postgres
import LeadSharkDelivery

/// Where a lease begins to look for what is ready, for each handler.
///
/// What was leased leaves an entry in the index until a vacuum takes it away, and as long as a transaction is open somewhere
/// in the database, none does. A search from the beginning steps over all of them, each time. So it is made now and then
/// only, by ``StoreStatements/lowestReady``, and leases begin at what it found.
///
/// A floor is a guess that may be too high for a moment: what became ready below it is found by the next search. To be seldom
/// wrong it lags behind by one search, by when whoever had taken a lower number has long since committed it. What this store
/// itself makes ready lowers it at once. And nobody rests before a search from the beginning has found nothing.
struct ReadyFloor: Sendable {
    /// How long after a search the next is made, at least.
    static let interval: Duration = .seconds(1)
    /// A search is made again after so many times what it took, so that it never takes more than this part of the time.
    static let share = 20
    /// How long the next search waits, at most, after one that came to nothing.
    static let longestPause: Duration = .seconds(60)
    /// What a search by one who has nothing to do may take, however often: the shortest of the last few, since one alone may
    /// have been kept waiting.
    static let freeTime: Duration = .milliseconds(100)
    private static let remembered = 4

    private var last = Int64.min
    private var previous = Int64.min
    private var nextSearch: ContinuousClock.Instant?
    private var nextSearchAtRest: ContinuousClock.Instant?
    private var timesAtRest: [Duration] = []

    /// The lowest number to look at.
    var value: Int64 { min(last, previous) }

    /// Whether whoever asks should search from the beginning; then nobody else is told to for a while.
    mutating func beginsSearch(at now: ContinuousClock.Instant) -> Bool {
        if let nextSearch, now < nextSearch { return false }
        nextSearch = now + Self.interval
        return true
    }

    /// Takes what a search found.
    mutating func found(_ lowest: Int64, from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        previous = last
        last = lowest
        nextSearch = end + max(Self.interval, (end - start) * Self.share)
    }

    /// Takes that a search came to no end in its time. What was known before is used further.
    mutating func missed(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        nextSearch = end + min(max(Self.interval, (end - start) * Self.share), Self.longestPause)
    }

    /// How long whoever has nothing to do has to wait until it may search from the beginning, before it rests for longer.
    func timeUntilSearchAtRest(at now: ContinuousClock.Instant) -> Duration {
        nextSearchAtRest.map { max(now.duration(to: $0), .zero) } ?? .zero
    }

    /// Takes what a search found by one who has nothing to do.
    mutating func foundAtRest(_ lowest: Int64?, from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        timesAtRest = Array(timesAtRest.suffix(Self.remembered - 1)) + [end - start]
        let time = timesAtRest.count < Self.remembered ? .zero : timesAtRest.min() ?? .zero
        nextSearchAtRest = time < Self.freeTime ? nil : end + time * Self.share
        if let lowest { lower(to: lowest) }
    }

    /// Something was made ready that has this number, or a higher one.
    mutating func lower(to number: Int64) { last = min(last, number) }
}

/// The floors of a store's handlers.
struct ReadyFloors: Sendable {
    private var floors: [HandlerName: ReadyFloor] = [:]

    subscript(handler: HandlerName) -> ReadyFloor {
        get { floors[handler] ?? ReadyFloor() }
        set { floors[handler] = newValue }
    }

    /// Something was made ready, of whichever handler.
    mutating func lower(to number: Int64) {
        for handler in Array(floors.keys) { floors[handler]?.lower(to: number) }
    }
}
#endif
