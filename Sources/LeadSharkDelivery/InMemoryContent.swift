#if Server
import FoundationEssentials
import LeadSharkWebhooks

/// What an ``InMemoryDeliveryStore`` holds.
struct InMemoryContent: Sendable {
    private struct EventRow: Sendable {
        var event: StoredEvent
        var deliveries: [DeliveryID] = []
        var duplicateCount = 0
        var variants: [[UInt8]] = []
    }

    private struct DeliveryRow: Sendable {
        let id: DeliveryID
        let event: EventID
        let handler: HandlerName
        var lifecycle: DeliveryLifecycle
    }

    let maximumEvents: Int
    var isClosed = false
    var offset: Int64 = 0

    /// Rows have the number of their place, counted from 1.
    private var events: [EventRow] = []
    private var deliveries: [DeliveryRow] = []
    private var identities: [EventIdentity: EventID] = [:]
    private var ready: [HandlerName: ReadyList] = [:]
    private var waiting: [HandlerName: Set<DeliveryID>] = [:]
    private var leased: Set<DeliveryID> = []

    init(maximumEvents: Int) { self.maximumEvents = maximumEvents }

    mutating func enqueue(
        _ new: [NewEvent], for handlers: [HandlerName], at time: Date
    ) throws(DeliveryStoreError) -> [EnqueueResult] {
        guard events.count + new.count <= maximumEvents else {
            throw DeliveryStoreError(.diskFull, message: "the store in memory is full")
        }
        return new.map { enqueue($0, for: handlers, at: time) }
    }

    private mutating func enqueue(_ new: NewEvent, for handlers: [HandlerName], at time: Date) -> EnqueueResult {
        if let known = identities[new.envelope.identity] {
            return .duplicate(payloadDiffers: keepDuplicate(new.verified.payload, of: known))
        }
        let id = EventID(rawValue: Int64(events.count + 1))
        var row = EventRow(
            event: StoredEvent(
                id: id, webhook: new.webhook, identity: new.envelope.identity, type: new.envelope.type,
                receivedAt: time, payload: new.verified.payload, secret: new.verified.secret,
                contradictingHeader: new.contradictingHeader))
        if !new.envelope.isTest {
            for handler in handlers {
                let delivery = DeliveryID(rawValue: Int64(deliveries.count + 1))
                let lifecycle =
                    new.deadLetterReason.map(DeliveryLifecycle.init(deadLettered:)) ?? DeliveryLifecycle()
                deliveries.append(DeliveryRow(id: delivery, event: id, handler: handler, lifecycle: lifecycle))
                row.deliveries.append(delivery)
                if lifecycle.state == .ready { ready[handler, default: ReadyList()].insert(delivery) }
            }
        }
        identities[new.envelope.identity] = id
        events.append(row)
        return .stored(id)
    }

    private mutating func keepDuplicate(_ payload: [UInt8], of id: EventID) -> Bool {
        let index = Int(id.rawValue) - 1
        events[index].duplicateCount += 1
        guard events[index].event.payload != payload else { return false }
        if events[index].variants.count < VariantLimits.count, payload.count <= VariantLimits.byteCount,
            !events[index].variants.contains(payload)
        {
            events[index].variants.append(payload)
        }
        return true
    }

    mutating func lease(
        _ handler: HandlerName, limit: Int, suspects: SuspectRule, at now: Int64, for duration: Int64
    ) -> [Lease] {
        let limit = max(limit, 0)
        let due = (waiting[handler] ?? []).filter { self[$0].isLeasable(at: now) }
        let ready = ready[handler]?.prefix(suspects == .skipped ? .max : limit) ?? []
        let candidates = (ready + due).sorted()
        let picked = suspects.pick(from: candidates.map { self[$0].crashes }, limit: limit)
        return picked.map { candidates[$0] }.compactMap { id in
            guard let fence = change(id, { $0.lease(at: now, for: duration) }) else { return nil }
            let row = deliveries[Int(id.rawValue) - 1]
            return Lease(
                token: LeaseToken(delivery: id, fence: fence), handler: handler, attempt: row.lifecycle.attempt,
                crashes: row.lifecycle.crashes, event: events[Int(row.event.rawValue) - 1].event)
        }
    }

    /// Applies a change to the delivery of each token.
    ///
    /// - Returns: The tokens for which it gave `false`, or whose delivery is unknown.
    mutating func lost(
        _ tokens: [LeaseToken], unless body: (Int, inout DeliveryLifecycle) -> Bool
    ) -> Set<LeaseToken> {
        var lost: Set<LeaseToken> = []
        for (index, token) in tokens.enumerated() {
            let isKnown = deliveries.indices.contains(Int(token.delivery.rawValue) - 1)
            if !isKnown || !change(token.delivery, { body(index, &$0) }) { lost.insert(token) }
        }
        return lost
    }

    mutating func reclaim(at now: Int64) -> Int {
        leased.filter { id in change(id) { $0.reclaim(at: now) } }.count
    }

    func nextDue(for handler: HandlerName, at now: Int64) -> Int64? {
        if let ready = ready[handler], !ready.isEmpty { return now }
        return waiting[handler]?.compactMap { self[$0].dueAt }.min()
    }

    mutating func redeliver(_ ids: [DeliveryID]) -> [DeliveryID] {
        ids.filter { id in
            deliveries.indices.contains(Int(id.rawValue) - 1) && change(id) { $0.redeliver() }
        }
    }

    func counts() -> [HandlerName: [DeliveryState: Int]] {
        var counts: [HandlerName: [DeliveryState: Int]] = [:]
        for row in deliveries { counts[row.handler, default: [:]][row.lifecycle.state, default: 0] += 1 }
        return counts
    }

    func summaries(matching query: DeliveryQuery, start: Date) -> [DeliverySummary] {
        deliveries.reversed().lazy
            .filter { row in
                let event = events[Int(row.event.rawValue) - 1].event
                return (query.ids?.contains(row.id) ?? true)
                    && (query.states.isEmpty || query.states.contains(row.lifecycle.state))
                    && query.handler.map { $0 == row.handler } ?? true
                    && query.webhook.map { $0 == event.webhook } ?? true
                    && query.type.map { $0 == event.type } ?? true
            }
            .prefix(max(query.limit, 0))
            .map { summary(of: $0, start: start) }
    }

    func record(of id: EventID, start: Date) -> EventRecord? {
        guard events.indices.contains(Int(id.rawValue) - 1) else { return nil }
        let row = events[Int(id.rawValue) - 1]
        return EventRecord(
            event: row.event,
            deliveries: row.deliveries.map { summary(of: deliveries[Int($0.rawValue) - 1], start: start) },
            duplicateCount: row.duplicateCount, otherPayloads: row.variants)
    }

    private func summary(of row: DeliveryRow, start: Date) -> DeliverySummary {
        let event = events[Int(row.event.rawValue) - 1].event
        return DeliverySummary(
            id: row.id, event: row.event, identity: event.identity, webhook: event.webhook, type: event.type,
            handler: row.handler, state: row.lifecycle.state, attempts: row.lifecycle.attempt,
            receivedAt: event.receivedAt,
            dueAt: row.lifecycle.dueAt.map { start.addingTimeInterval(Double($0) / 1e6) },
            reason: row.lifecycle.reason)
    }

    private subscript(id: DeliveryID) -> DeliveryLifecycle { deliveries[Int(id.rawValue) - 1].lifecycle }

    /// Changes one delivery, and keeps the lists in step with its state.
    private mutating func change<Result>(
        _ id: DeliveryID, _ body: (inout DeliveryLifecycle) -> Result
    ) -> Result {
        let index = Int(id.rawValue) - 1
        let handler = deliveries[index].handler
        let before = deliveries[index].lifecycle.state
        let result = body(&deliveries[index].lifecycle)
        let after = deliveries[index].lifecycle.state
        guard before != after else { return result }
        switch before {
        case .ready: ready[handler]?.remove(id)
        case .waiting: waiting[handler]?.remove(id)
        case .leased: leased.remove(id)
        default: break
        }
        switch after {
        case .ready: ready[handler, default: ReadyList()].insert(id)
        case .waiting: waiting[handler, default: []].insert(id)
        case .leased: leased.insert(id)
        default: break
        }
        return result
    }
}

/// Deliveries in the order of their numbers, quick at both ends.
private struct ReadyList: Sendable {
    private var ids: [DeliveryID] = []
    private var start = 0

    var isEmpty: Bool { start == ids.count }

    func prefix(_ count: Int) -> [DeliveryID] { Array(ids[start...].prefix(count)) }

    mutating func insert(_ id: DeliveryID) {
        guard let last = ids.last, start < ids.count, last > id else { return ids.append(id) }
        ids.insert(id, at: place(of: id))
    }

    mutating func remove(_ id: DeliveryID) {
        let place = place(of: id)
        guard place < ids.count, ids[place] == id else { return }
        if place == start {
            start += 1
            if start > 1024, start * 2 > ids.count {
                ids.removeFirst(start)
                start = 0
            }
        } else {
            ids.remove(at: place)
        }
    }

    private func place(of id: DeliveryID) -> Int {
        var low = start
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
#endif
