#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import Testing

/// What a store does with what it is given, as a test wants it.
final class Mood: Sendable {
    enum Kind: Sendable {
        case works
        /// It refuses everything, with this error.
        case refuses(DeliveryStoreError.Code)
        /// It does not answer until the gate is opened; then it works.
        case hangs(Gate)
        /// It commits, and the answer gets lost.
        case losesAnswers
        /// It takes all but these events.
        case refusesRows(Set<EventIdentity>)
    }

    private let kind = LockedValue(Kind.works)

    func become(_ new: Kind) { kind.withLock { $0 = new } }

    func before(_ events: [NewEvent]) async throws {
        switch kind.withLock({ $0 }) {
        case .works, .losesAnswers: return
        case .refuses(let code): throw DeliveryStoreError(code, message: "injected")
        case .hangs(let gate): await gate.pass()
        case .refusesRows(let identities):
            guard !events.contains(where: { identities.contains($0.envelope.identity) }) else {
                throw DeliveryStoreError(.rowRefused, message: "injected")
            }
        }
    }

    func after() async throws {
        if case .losesAnswers = kind.withLock({ $0 }) { throw DeliveryStoreError(.unavailable, message: "injected") }
    }
}

/// A store with a spool, and a clock that a test moves.
struct SpoolingRig: Sendable {
    let clock = ManualClock()
    let mood = Mood()
    let store: SpyStore
    let spool: InMemorySpool
    let both: SpoolingDeliveryStore
    let lines = Journal<String>()
    static let recipients: [DeliveryRecipient] = [DeliveryRecipient("crm", ordering: .perPerson), "mail"]

    init(maximumCount: Int = 1_000_000, configure: (inout SpoolingDeliveryStore.Configuration) -> Void = { _ in }) {
        let mood = mood
        store = SpyStore(
            clock: clock, onEnqueue: { try await mood.before($0) }, afterEnqueue: { _ in try await mood.after() },
            onHealth: { try await mood.before([]) })
        spool = InMemorySpool(maximumCount: maximumCount)
        var configuration = SpoolingDeliveryStore.Configuration()
        configure(&configuration)
        both = SpoolingDeliveryStore(
            store: store, spool: spool, configuration: configuration, clock: clock, generator: FixedGenerator(),
            logger: .into(lines))
    }

    /// Runs a test while events are moved.
    static func with<Result>(
        maximumCount: Int = 1_000_000, prepare: (SpoolingRig) async throws -> Void = { _ in },
        configure: (inout SpoolingDeliveryStore.Configuration) -> Void = { _ in },
        _ body: (SpoolingRig) async throws -> Result
    ) async throws -> Result {
        let rig = SpoolingRig(maximumCount: maximumCount, configure: configure)
        try await prepare(rig)
        let run = Task { try await rig.both.run() }
        defer { run.cancel() }
        let result = try await body(rig)
        run.cancel()
        _ = await run.result
        return result
    }

    @discardableResult
    func enqueue(_ events: NewEvent...) async throws -> [EnqueueResult] {
        try await both.enqueue(events, for: Self.recipients)
    }

    /// Moves the time on until a condition holds.
    func pass(until condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation)
        async rethrows
    {
        try await until(sourceLocation: sourceLocation) {
            clock.advance(by: .milliseconds(100))
            return try await condition()
        }
    }

    /// The identities in the store, in the order in which they came, each as often as a handler would get it.
    func stored(for handler: HandlerName = "mail") async throws -> [EventIdentity] {
        try await store.deliveries(matching: DeliveryQuery(limit: .max)).reversed().filter { $0.handler == handler }
            .map(\.identity)
    }

    /// Moves the time on and on.
    func movingTime() -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                clock.advance(by: .milliseconds(50))
                await Task.yield()
            }
        }
    }

    static let roundCount = 100

    /// Gives events of a few persons to the two while one thing fails after the other, and has everything moved in the end.
    ///
    /// - Returns: Those that were acknowledged.
    func runAtRandom(_ generator: inout SeededGenerator, spoolFails: Bool) async throws -> [NewEvent] {
        let mover = movingTime()
        defer { mover.cancel() }
        let codes: [DeliveryStoreError.Code] = [.unavailable, .busy, .diskFull, .readOnly]
        var gates: [Gate] = []
        var acknowledged: [NewEvent] = []
        for round in 0..<Self.roundCount {
            switch Int.random(in: 0..<15, using: &generator) {
            case 0, 1: mood.become(.refuses(codes[Int.random(in: 0..<codes.count, using: &generator)]))
            case 2:
                gates.append(Gate())
                mood.become(.hangs(gates[gates.count - 1]))
            case 3, 4: mood.become(.losesAnswers)
            case 5, 6, 7: mood.become(.works)
            case 8, 9: for gate in gates { gate.open() }
            case 10 where spoolFails: spool.fail(.put, times: 1)
            case 11: spool.fail(.remove, times: 1)
            case 12: spool.fail(.oldest, times: 1)
            default: break
            }
            // Others go on in between, now for long and now hardly.
            for _ in 0..<Int.random(in: 0...60, using: &generator) { await Task.yield() }
            let events = (0...Int.random(in: 0...3, using: &generator)).map {
                NewEvent.of(person: Int.random(in: 1...5, using: &generator), round * 10 + $0)
            }
            do {
                _ = try await both.enqueue(events, for: Self.recipients)
                acknowledged += events
            } catch {
                #expect(spoolFails, "\(error)")
            }
        }
        mood.become(.works)
        for gate in gates { gate.open() }
        await until { spool.identities.isEmpty }
        return acknowledged
    }

    func lineCount(_ text: String) -> Int { lines.all.count { $0.hasPrefix(text) } }
}

extension NewEvent {
    /// An event of one of a few persons.
    static func of(person: Int, _ number: Int) -> NewEvent {
        payload(#"{"event":"new.comment","data":{"lead":{"actor_id":"p\#(person)"},"comment":{"id":"c\#(number)"}}}"#)
    }

    var identity: EventIdentity { envelope.identity }
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
#endif
