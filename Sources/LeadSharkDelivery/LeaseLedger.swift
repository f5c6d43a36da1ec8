#if Server
/// What a worker holds: its leases, its running attempts, and the verdicts that wait to be written. The state of a
/// ``Worker`` without its tasks.
///
/// Each lease gets one verdict: that of whoever comes first, be it the handler, the deadline, the end of the program or
/// the store that says it is lost. An attempt takes up its place until the handler's task has really ended, even when
/// its leases have got their verdicts long before.
package struct LeaseLedger: Sendable {
    package typealias AttemptID = UInt64

    /// A lease without a verdict.
    package struct Open: Sendable, Hashable {
        package let token: LeaseToken
        /// The number of the delivery's attempt.
        package let attempt: Int
        /// How long it has held up its lane.
        package let laneBlock: Duration?

        package init(token: LeaseToken, attempt: Int, laneBlock: Duration? = nil) {
            self.token = token
            self.attempt = attempt
            self.laneBlock = laneBlock
        }

        package init(_ lease: Lease) {
            self.init(token: lease.token, attempt: lease.attempt, laneBlock: lease.laneBlock)
        }
    }

    private struct Running: Sendable {
        let handler: HandlerName
        var deadline: Duration?
        var open: [LeaseToken: Open]
    }

    private var running: [AttemptID: Running] = [:]
    private var runningCounts: [HandlerName: Int] = [:]
    private var attemptOf: [LeaseToken: AttemptID] = [:]
    private var verdicts: [Settlement] = []
    private var beingWritten: Set<LeaseToken> = []
    private var handlers: [LeaseToken: HandlerName] = [:]
    private var heldCounts: [HandlerName: Int] = [:]
    private var suspect: (token: LeaseToken, handler: HandlerName)?
    private var lastID: AttemptID = 0

    package init() {}

    /// How many attempts of a handler take up a place.
    package func runningCount(of handler: HandlerName) -> Int { runningCounts[handler] ?? 0 }

    /// How a handler may lease suspects now; `nil` when its own is at work, so that nothing may be begun beside it.
    ///
    /// At most one suspect is at work in the whole worker. What counts is leases until their verdict is written, for until
    /// then the end of the process would be held against them; and not the handlers' tasks, else one that hangs past its
    /// deadline would keep suspects waiting for good.
    package func suspectRule(for handler: HandlerName) -> SuspectRule? {
        if let suspect { return suspect.handler == handler ? nil : .skipped }
        return heldCounts[handler, default: 0] > 0 ? .held : .alone
    }

    /// Whether a suspect is at work.
    package var hasSuspect: Bool { suspect != nil }

    /// Whether no handler's task is running.
    package var isIdle: Bool { running.isEmpty }

    /// All leases that have to be renewed: those at work, and those whose verdict is not written yet.
    package var held: [LeaseToken] { Array(handlers.keys) }

    /// The earliest deadline of all running attempts.
    package var nextDeadline: Duration? { running.values.compactMap(\.deadline).min() }

    /// Whose lease it is.
    package func handler(of token: LeaseToken) -> HandlerName? { handlers[token] }

    /// Begins an attempt with one lease, or with a batch of them.
    package mutating func begin(
        _ handler: HandlerName, _ leases: [Open], deadline: Duration, isSuspect: Bool = false
    ) -> AttemptID {
        lastID += 1
        var open: [LeaseToken: Open] = [:]
        for lease in leases {
            open[lease.token] = lease
            attemptOf[lease.token] = lastID
            hold(lease.token, handler)
            if isSuspect { suspect = (lease.token, handler) }
        }
        running[lastID] = Running(handler: handler, deadline: deadline, open: open)
        runningCounts[handler, default: 0] += 1
        return lastID
    }

    /// Takes in leases that no attempt is made for, to be settled at once.
    package mutating func add(_ handler: HandlerName, _ settlement: Settlement) {
        hold(settlement.token, handler)
        verdicts.append(settlement)
    }

    /// Gives a lease its verdict.
    ///
    /// - Returns: Whether it had none before.
    package mutating func decide(_ token: LeaseToken, _ verdict: Settlement.Verdict) -> Bool {
        guard close(token) else { return false }
        verdicts.append(Settlement(token, verdict))
        return true
    }

    /// Whether the attempt takes up a place.
    package func isRunning(_ id: AttemptID) -> Bool { running[id] != nil }

    /// Frees the place of an attempt whose task has ended.
    package mutating func end(_ id: AttemptID) {
        guard let attempt = running.removeValue(forKey: id) else { return }
        runningCounts[attempt.handler, default: 1] -= 1
    }

    /// Finds attempts whose deadline has passed, each once.
    ///
    /// - Returns: The attempts, whose tasks are to be cancelled, with the leases that need a verdict.
    package mutating func overdue(at now: Duration) -> [(id: AttemptID, handler: HandlerName, open: [Open])] {
        var result: [(id: AttemptID, handler: HandlerName, open: [Open])] = []
        for (id, attempt) in running {
            guard let deadline = attempt.deadline, deadline <= now else { continue }
            running[id]?.deadline = nil
            result.append((id, attempt.handler, open(of: attempt)))
        }
        return result.sorted { $0.id < $1.id }
    }

    /// Forgets leases that the store would not renew. Those whose verdict is being written, or was written meanwhile, are
    /// left alone: that they cannot be renewed does not mean that they were lost.
    ///
    /// - Returns: The leases that were lost, and the attempts that have nothing left to do, whose tasks are to be
    ///   cancelled.
    package mutating func lose(_ tokens: Set<LeaseToken>) -> (lost: [LeaseToken], idle: [AttemptID]) {
        let lost = tokens.filter { handlers[$0] != nil && !beingWritten.contains($0) }
        var idle: [AttemptID] = []
        for token in lost {
            let attempt = attemptOf[token]
            _ = close(token)
            letGo(token)
            if let attempt, running[attempt]?.open.isEmpty == true { idle.append(attempt) }
        }
        verdicts.removeAll { lost.contains($0.token) }
        return (lost.sorted { $0.delivery < $1.delivery }, idle.sorted())
    }

    /// Releases every lease that has no verdict.
    ///
    /// - Returns: All running attempts, whose tasks are to be cancelled.
    package mutating func abandon() -> [AttemptID] {
        for token in attemptOf.keys.sorted(by: { $0.delivery < $1.delivery }) { _ = decide(token, .release) }
        return running.keys.sorted()
    }

    /// Takes verdicts that are to be written now. Their leases stay held until ``settled(_:)``.
    package mutating func takeVerdicts(atMost count: Int) -> [Settlement] {
        let taken = Array(verdicts.prefix(count))
        verdicts.removeFirst(taken.count)
        beingWritten.formUnion(taken.map(\.token))
        return taken
    }

    /// Puts back verdicts that could not be written.
    package mutating func putBack(_ settlements: [Settlement]) {
        beingWritten.subtract(settlements.map(\.token))
        verdicts.insert(contentsOf: settlements, at: 0)
    }

    /// Lets go of leases whose verdict is written, or was refused because the lease is lost.
    package mutating func settled(_ settlements: [Settlement]) {
        for settlement in settlements {
            beingWritten.remove(settlement.token)
            letGo(settlement.token)
        }
    }

    private mutating func hold(_ token: LeaseToken, _ handler: HandlerName) {
        if handlers.updateValue(handler, forKey: token) == nil { heldCounts[handler, default: 0] += 1 }
    }

    private mutating func letGo(_ token: LeaseToken) {
        if let handler = handlers.removeValue(forKey: token) { heldCounts[handler, default: 1] -= 1 }
        if suspect?.token == token { suspect = nil }
    }

    private mutating func close(_ token: LeaseToken) -> Bool {
        guard let attempt = attemptOf.removeValue(forKey: token) else { return false }
        running[attempt]?.open[token] = nil
        return true
    }

    private func open(of attempt: Running) -> [Open] {
        attempt.open.values.sorted { $0.token.delivery < $1.token.delivery }
    }
}
#endif
