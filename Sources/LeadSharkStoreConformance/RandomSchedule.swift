#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

/// Random calls of a store, each compared with a model.
///
/// A tick is 500 s. Time moves by whole pairs of ticks, and what has an end ends at an odd one, so that the real time that
/// a run takes decides nothing.
struct RandomSchedule {
    private let store: any ClockAdjustableStore
    private let seed: UInt64
    private var generator: SeededGenerator
    private var model = StoreModel()
    private var step = 0
    private var tokens: [LeaseToken] = []

    private static let recipients: [DeliveryRecipient] = [.lanes, "file"]
    private static let tick: Duration = .seconds(500)
    /// How many happenings there are. Few, so that many are duplicates.
    private static let happenings = 60
    private static let people = 4

    init(store: any ClockAdjustableStore, seed: UInt64) {
        self.store = store
        self.seed = seed
        generator = SeededGenerator(seed: seed)
    }

    /// Where in the schedule something is wrong.
    private var place: Comment { "seed \(seed), step \(step)" }

    mutating func run(steps: Int) async throws {
        for number in 1...steps {
            step = number
            switch Int.random(in: 0..<100, using: &generator) {
            case ..<22: try await enqueue()
            case ..<46: try await lease()
            case ..<66: try await settle()
            case ..<71: try await renew()
            case ..<77: try await reclaim()
            case ..<87: try await advance()
            case ..<92: try await redeliver()
            case ..<95: try await delete()
            case ..<99: try await prune()
            default: try await dissolve()
            }
            try await compare()
        }
    }

    private mutating func odd(upTo limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) * 2 + 1 }

    private mutating func enqueue() async throws {
        var new: [(event: NewEvent, person: Int, isDead: Bool)] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let number = Int.random(in: 0..<Self.happenings, using: &generator)
            let person = number % Self.people
            let isDead = Int.random(in: 0..<10, using: &generator) == 0
            new.append((.of(person, number, deadLetterReason: isDead ? "old" : nil), person, isDead))
        }
        let results = try await store.enqueue(new.map(\.event), for: Self.recipients)
        try #require(results.count == new.count, place)
        for (item, result) in zip(new, results) {
            let identity = item.event.envelope.identity
            guard case .stored(let id) = result else {
                try #require(model.isKnown(identity) && result == .duplicate(payloadDiffers: false), place)
                continue
            }
            try #require(!model.isKnown(identity), place)
            let record = try #require(try await store.record(of: id), place)
            let found = try Self.recipients.map { recipient in
                let own = record.deliveries.filter { $0.handler == recipient.handler }
                try #require(own.count == 1, place)
                return (own[0].id, recipient)
            }
            try #require(record.event.payload == item.event.verified.payload, place)
            let event = StoreModel.Event(id: id, identity: identity, person: item.person, storedAt: model.now)
            model.add(event, isDead: item.isDead, found)
        }
    }

    private mutating func lease() async throws {
        let handler = Self.recipients.randomElement(using: &generator)?.handler ?? "crm"
        let limit = Int.random(in: 1...4, using: &generator)
        let rule = SuspectRule.allCases.randomElement(using: &generator) ?? .alone
        let ticks = odd(upTo: 4)
        let leases = try await store.lease(handler, limit: limit, for: Self.tick * ticks, suspects: rule)
        let leasable = model.deliveries.values.filter { $0.recipient.handler == handler && model.isLeasable($0) }
        let ids = leases.map(\.token.delivery)
        try #require(ids == Set(ids).sorted() && ids.count <= limit, place)
        try #require(Set(ids).isSubset(of: leasable.map(\.id)), place)
        let suspects = leasable.filter { $0.crashes > 0 }
        let isLeasingSuspect = suspects.contains { ids.contains($0.id) }
        try #require(!isLeasingSuspect || (rule == .alone && ids.count == 1), place)
        if rule == .skipped || suspects.isEmpty {
            try #require(ids.count == min(limit, leasable.count - suspects.count), place)
        } else if rule == .alone {
            try #require(!ids.isEmpty, place)
        }
        // No one that is ready is left behind by a younger one.
        if let last = ids.last, !isLeasingSuspect {
            let left = leasable.filter { $0.state == .ready && $0.crashes == 0 && !ids.contains($0.id) }
            try #require(left.allSatisfy { $0.id > last }, place)
        }
        for lease in leases {
            model.lease(lease.token.delivery, for: ticks)
            tokens.append(lease.token)
            let expected = try #require(model.deliveries[lease.token.delivery], place)
            try #require(lease.event.id == expected.event && lease.handler == handler, place)
            try #require(lease.attempt == expected.attempt && lease.crashes == expected.crashes, place)
            // Fencing numbers go up, by how much is the store's to say.
            try #require(lease.token.fence >= expected.fence, place)
            try #require((lease.laneBlock == nil) == (expected.blockingSince == nil), place)
            if let block = lease.laneBlock, let since = expected.blockingSince {
                let difference = block - Self.tick * (model.now - since)
                try #require(difference > Self.tick * -1 && difference < Self.tick, place)
            }
            model.setFence(of: lease.token.delivery, to: lease.token.fence)
        }
    }

    /// A few of the tokens that were ever given: those that are held more often than those that were lost, and of these the
    /// ones whose delivery somebody else has more often than others.
    private mutating func someTokens() -> [LeaseToken] {
        var chosen: Set<LeaseToken> = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let candidates =
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: tokens
                case 1: tokens.filter { model.deliveries[$0.delivery]?.state == .leased && !model.isHeld($0) }
                default: tokens.filter(model.isHeld)
                }
            if let token = candidates.randomElement(using: &generator) { chosen.insert(token) }
        }
        return chosen.sorted { ($0.delivery, $0.fence) < ($1.delivery, $1.fence) }
    }

    private mutating func settle() async throws {
        let ticks = odd(upTo: 3)
        let settlements = someTokens().map { token in
            let verdict: Settlement.Verdict =
                switch Int.random(in: 0..<10, using: &generator) {
                case ..<5: .completed
                case 5: .deadLetter(reason: "no")
                case 6: .release
                case 7: .retry(after: Self.tick * ticks, reason: "busy", leavesLane: true)
                default: .retry(after: Self.tick * ticks, reason: "busy")
                }
            return Settlement(token, verdict)
        }
        let expected = settlements.map(\.token).filter { !model.isHeld($0) }
        try #require(try await store.settle(settlements) == Set(expected), place)
        for settlement in settlements { model.settle(settlement.token, settlement.verdict, ticks: ticks) }
    }

    private mutating func renew() async throws {
        let chosen = someTokens()
        let ticks = odd(upTo: 4)
        let expected = chosen.filter { !model.isHeld($0) }
        try #require(try await store.renew(chosen, for: Self.tick * ticks) == Set(expected), place)
        for token in chosen { model.renew(token, for: ticks) }
    }

    private mutating func reclaim() async throws {
        let expected = model.reclaim()
        try #require(try await store.reclaimExpired() == expected, place)
    }

    private mutating func advance() async throws {
        let ticks = Int.random(in: 1...3, using: &generator) * 2
        try await store.advanceClock(by: Self.tick * ticks)
        model.now += ticks
    }

    private mutating func redeliver() async throws {
        let all = model.newestFirst.map(\.id)
        let chosen = (0..<3).compactMap { _ in all.randomElement(using: &generator) }
        let states = Set(DeliveryState.allCases.filter { _ in Int.random(in: 0..<4, using: &generator) > 0 })
        let expected = model.redeliver(Array(Set(chosen)), from: states)
        try #require(try await store.redeliver(Array(Set(chosen)), from: states) == expected, place)
    }

    private mutating func delete() async throws {
        guard let delivery = model.newestFirst.randomElement(using: &generator) else { return }
        try #require(try await store.delete([delivery.event]) == [delivery.event], place)
        _ = model.delete(delivery.event)
    }

    private mutating func prune() async throws {
        var retention = Retention()
        retention.completed = Self.tick * 5
        retention.identities = Self.tick * 25
        let expected = model.prune(completed: 5, identities: 25)
        try #require(try await store.prune(retention, limit: 10_000) == expected, place)
    }

    private mutating func dissolve() async throws {
        let queued = Set(model.queued(for: "crm"))
        let count = try await store.dissolveLanes(of: "crm", limit: 2)
        try #require(count == min(queued.count, 2), place)
        // Which of them is the store's to say.
        let ready = try await store.deliveries(matching: DeliveryQuery(states: [.ready], limit: 10_000)).map(\.id)
        let chosen = queued.intersection(ready)
        try #require(chosen.count == count, place)
        for id in chosen { model.dissolve(id) }
    }

    /// What the store holds is what the model holds.
    private func compare() async throws {
        let found = try await store.deliveries(matching: DeliveryQuery(limit: 10_000))
        let expected = model.newestFirst
        try #require(found.map(\.id) == expected.map(\.id), place)
        for (found, expected) in zip(found, expected) {
            try #require(found.state == expected.state, "delivery \(found.id): seed \(seed), step \(step)")
            try #require(found.attempts == expected.attempt, "delivery \(found.id): seed \(seed), step \(step)")
        }
        for recipient in Self.recipients {
            let open = expected.filter { $0.recipient == recipient }
            let isReady = open.contains { model.isLeasable($0) }
            let next = try await store.timeUntilNextDelivery(for: recipient.handler)
            try #require((next == .zero) == isReady, place)
            try #require((next == nil) == !open.contains { $0.state == .ready || $0.state == .waiting }, place)
        }
    }
}

/// A small generator (SplitMix64) whose numbers a seed repeats.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
#endif
