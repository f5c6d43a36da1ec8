#if Server
import LeadSharkDelivery
import LeadSharkWebhooks

/// What a store holds, written plainly, for a random schedule to compare with. Times are whole ticks.
struct StoreModel {
    struct Event {
        let id: EventID
        let identity: EventIdentity
        let person: Int
        let storedAt: Int
    }

    struct Delivery {
        let id: DeliveryID
        let event: EventID
        let recipient: DeliveryRecipient
        let person: Int
        var state = DeliveryState.ready
        var attempt = 0
        var crashes = 0
        var fence: Int64 = 0
        var leaseUntil = 0
        var dueAt = 0
        var settledAt = 0
        var isInLane: Bool
        var hasLane: Bool
        var blockingSince: Int?

        /// Whether it is the head of its lane.
        var isHead: Bool { isInLane && [.ready, .leased, .waiting].contains(state) }
    }

    var now = 0
    private(set) var events: [EventID: Event] = [:]
    private(set) var deliveries: [DeliveryID: Delivery] = [:]
    private(set) var firstSeen: [EventIdentity: Int] = [:]

    func isKnown(_ identity: EventIdentity) -> Bool { firstSeen[identity] != nil }

    func isStored(_ id: EventID) -> Bool { events[id] != nil }

    /// All deliveries, newest first.
    var newestFirst: [Delivery] { deliveries.values.sorted { $0.id > $1.id } }

    /// The head of the lane in which a delivery is, or would be.
    private func head(for delivery: Delivery) -> DeliveryID? {
        deliveries.values.first {
            $0.isHead && $0.person == delivery.person && $0.recipient.handler == delivery.recipient.handler
        }?.id
    }

    private mutating func promote(after delivery: Delivery) {
        guard delivery.hasLane, head(for: delivery) == nil else { return }
        let next = deliveries.values.filter {
            $0.state == .queued && $0.person == delivery.person && $0.recipient.handler == delivery.recipient.handler
        }.min { $0.id < $1.id }
        if let next { deliveries[next.id]?.state = .ready }
    }

    mutating func add(_ event: Event, isDead: Bool, _ found: [(id: DeliveryID, recipient: DeliveryRecipient)]) {
        events[event.id] = event
        firstSeen[event.identity] = now
        for (id, recipient) in found {
            let hasLane = recipient.ordering == .perPerson
            var delivery = Delivery(
                id: id, event: event.id, recipient: recipient, person: event.person, isInLane: hasLane,
                hasLane: hasLane)
            if isDead {
                delivery.state = .deadLettered
                delivery.settledAt = now
            } else if hasLane, head(for: delivery) != nil {
                delivery.state = .queued
            }
            deliveries[id] = delivery
        }
    }

    func isLeasable(_ delivery: Delivery) -> Bool {
        delivery.state == .ready || delivery.state == .waiting && delivery.dueAt <= now
    }

    mutating func lease(_ id: DeliveryID, for ticks: Int) {
        guard var delivery = deliveries[id] else { return }
        delivery.state = .leased
        delivery.attempt += 1
        delivery.fence += 1
        delivery.leaseUntil = now + ticks
        if delivery.isInLane, delivery.blockingSince == nil { delivery.blockingSince = now }
        deliveries[id] = delivery
    }

    mutating func setFence(of id: DeliveryID, to fence: Int64) { deliveries[id]?.fence = fence }

    func isHeld(_ token: LeaseToken) -> Bool {
        deliveries[token.delivery].map { $0.state == .leased && $0.fence == token.fence } ?? false
    }

    mutating func renew(_ token: LeaseToken, for ticks: Int) {
        if isHeld(token) { deliveries[token.delivery]?.leaseUntil = now + ticks }
    }

    /// - Parameter ticks: How long a retry waits.
    mutating func settle(_ token: LeaseToken, _ verdict: Settlement.Verdict, ticks: Int) {
        guard isHeld(token), var delivery = deliveries[token.delivery] else { return }
        switch verdict {
        case .completed, .deadLetter:
            delivery.state = verdict == .completed ? .completed : .deadLettered
            delivery.settledAt = now
            delivery.blockingSince = nil
        case .retry(_, _, let leavesLane):
            delivery.state = .waiting
            delivery.dueAt = now + ticks
            if leavesLane {
                delivery.isInLane = false
                delivery.blockingSince = nil
            }
        case .release:
            delivery.state = .ready
            delivery.attempt -= 1
            if delivery.attempt == 0 { delivery.blockingSince = nil }
        }
        deliveries[token.delivery] = delivery
        promote(after: delivery)
    }

    mutating func reclaim() -> Int {
        let expired = deliveries.values.filter { $0.state == .leased && $0.leaseUntil <= now }
        for delivery in expired {
            deliveries[delivery.id]?.state = .ready
            deliveries[delivery.id]?.crashes += 1
        }
        return expired.count
    }

    mutating func redeliver(_ ids: [DeliveryID], from states: Set<DeliveryState>) -> [DeliveryID] {
        ids.sorted().filter { id in
            guard var delivery = deliveries[id], states.contains(delivery.state),
                [.completed, .deadLettered, .waiting].contains(delivery.state)
            else { return false }
            let head = delivery.hasLane ? head(for: delivery) : nil
            delivery.state = head == nil || head == id ? .ready : .queued
            delivery.isInLane = delivery.hasLane
            delivery.attempt = 0
            delivery.crashes = 0
            delivery.blockingSince = nil
            deliveries[id] = delivery
            return true
        }
    }

    /// - Returns: Whether it was there.
    mutating func delete(_ id: EventID) -> Bool {
        guard events.removeValue(forKey: id) != nil else { return false }
        let gone = deliveries.values.filter { $0.event == id }
        for delivery in gone { deliveries[delivery.id] = nil }
        for delivery in gone { promote(after: delivery) }
        return true
    }

    mutating func prune(completed: Int, identities: Int) -> Pruned {
        var pruned = Pruned()
        for event in events.values {
            let own = deliveries.values.filter { $0.event == event.id }
            guard own.allSatisfy({ $0.state == .completed }) else { continue }
            guard own.map(\.settledAt).max() ?? event.storedAt <= now - completed else { continue }
            if delete(event.id) { pruned.events += 1 }
        }
        let kept = Set(events.values.map(\.identity))
        for (identity, time) in firstSeen where !kept.contains(identity) && time <= now - identities {
            firstSeen[identity] = nil
            pruned.identities += 1
        }
        return pruned
    }

    /// Which are queued for a handler.
    func queued(for handler: HandlerName) -> [DeliveryID] {
        deliveries.values.filter { $0.recipient.handler == handler && $0.state == .queued }.map(\.id)
    }

    mutating func dissolve(_ id: DeliveryID) {
        deliveries[id]?.state = .ready
        deliveries[id]?.isInLane = false
        deliveries[id]?.hasLane = false
    }
}
#endif
