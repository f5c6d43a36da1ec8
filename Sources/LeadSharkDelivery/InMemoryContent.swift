#if Server
import FoundationEssentials
import LeadSharkWebhooks

/// What an ``InMemoryDeliveryStore`` holds.
struct InMemoryContent: Sendable {
    private struct EventRow: Sendable {
        var event: StoredEvent
        let storedAt: Int64
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

    private var events: [EventID: EventRow] = [:]
    private var deliveries: [DeliveryID: DeliveryRow] = [:]
    private var lastEvent: Int64 = 0
    private var lastDelivery: Int64 = 0
    /// The events of all identities that are known; `nil` for those that are no longer kept.
    private var identities: [EventIdentity: (event: EventID?, firstSeenAt: Int64)] = [:]
    private var ready: [HandlerName: ReadyList] = [:]
    private var waiting: [HandlerName: Set<DeliveryID>] = [:]
    private var leased: Set<DeliveryID> = []

    init(maximumEvents: Int) { self.maximumEvents = maximumEvents }

    mutating func enqueue(
        _ new: [NewEvent], for handlers: [HandlerName], at now: Int64, time: Date
    ) throws(DeliveryStoreError) -> [EnqueueResult] {
        guard identities.count + new.count <= maximumEvents else {
            throw DeliveryStoreError(.diskFull, message: "the store in memory is full")
        }
        return new.map { enqueue($0, for: handlers, at: now, time: time) }
    }

    private mutating func enqueue(
        _ new: NewEvent, for handlers: [HandlerName], at now: Int64, time: Date
    ) -> EnqueueResult {
        if let known = identities[new.envelope.identity] {
            return .duplicate(payloadDiffers: keepDuplicate(new.verified.payload, of: known.event))
        }
        lastEvent += 1
        let id = EventID(rawValue: lastEvent)
        var row = EventRow(
            event: StoredEvent(
                id: id, webhook: new.webhook, identity: new.envelope.identity, type: new.envelope.type,
                receivedAt: time, payload: new.verified.payload, secret: new.verified.secret,
                contradictingHeader: new.contradictingHeader),
            storedAt: now)
        if !new.envelope.isTest {
            for handler in handlers {
                lastDelivery += 1
                let delivery = DeliveryID(rawValue: lastDelivery)
                let lifecycle =
                    new.deadLetterReason.map { DeliveryLifecycle(deadLettered: $0, at: now) } ?? DeliveryLifecycle()
                deliveries[delivery] = DeliveryRow(id: delivery, event: id, handler: handler, lifecycle: lifecycle)
                row.deliveries.append(delivery)
                if lifecycle.state == .ready { ready[handler, default: ReadyList()].insert(delivery) }
            }
        }
        identities[new.envelope.identity] = (id, now)
        events[id] = row
        return .stored(id)
    }

    private mutating func keepDuplicate(_ payload: [UInt8], of id: EventID?) -> Bool {
        guard let id, var row = events[id] else { return false }
        defer { events[id] = row }
        row.duplicateCount += 1
        guard row.event.payload != payload else { return false }
        if row.variants.count < VariantLimits.count, payload.count <= VariantLimits.byteCount,
            !row.variants.contains(payload)
        {
            row.variants.append(payload)
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
            guard let fence = change(id, { $0.lease(at: now, for: duration) }) ?? nil, let row = deliveries[id],
                let event = events[row.event]?.event
            else { return nil }
            return Lease(
                token: LeaseToken(delivery: id, fence: fence), handler: handler, attempt: row.lifecycle.attempt,
                crashes: row.lifecycle.crashes, event: event)
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
            if change(token.delivery, { body(index, &$0) }) != true { lost.insert(token) }
        }
        return lost
    }

    mutating func reclaim(at now: Int64) -> Int {
        leased.filter { id in change(id) { $0.reclaim(at: now) } == true }.count
    }

    func nextDue(for handler: HandlerName, at now: Int64) -> Int64? {
        if let ready = ready[handler], !ready.isEmpty { return now }
        return waiting[handler]?.compactMap { self[$0].dueAt }.min()
    }

    mutating func prune(_ retention: Retention, limit: Int, at now: Int64) -> Pruned {
        var pruned = Pruned()
        if let completed = retention.completed {
            let old = events.filter { isDone($0.value, by: now - completed.inMicroseconds) }.keys.sorted()
            for id in old.prefix(max(limit, 0)) where delete(id) { pruned.events += 1 }
            if limit > 0, old.count >= limit { pruned.isMore = true }
        }
        if let age = retention.identities {
            let old = identities.filter { $0.value.event == nil && $0.value.firstSeenAt <= now - age.inMicroseconds }
            for identity in old.keys.prefix(max(limit, 0)) {
                identities[identity] = nil
                pruned.identities += 1
            }
            if limit > 0, old.count >= limit { pruned.isMore = true }
        }
        return pruned
    }

    private func isDone(_ row: EventRow, by time: Int64) -> Bool {
        let lifecycles = row.deliveries.map { self[$0] }
        return lifecycles.allSatisfy { $0.state == .completed }
            && lifecycles.compactMap(\.settledAt).max() ?? row.storedAt <= time
    }

    /// Deletes an event with all that belongs to it but its identity.
    ///
    /// - Returns: Whether it was there.
    mutating func delete(_ id: EventID) -> Bool {
        guard let row = events.removeValue(forKey: id) else { return false }
        identities[row.event.identity]?.event = nil
        for delivery in row.deliveries {
            guard let row = deliveries.removeValue(forKey: delivery) else { continue }
            unlist(row)
        }
        return true
    }

    mutating func redeliver(_ ids: [DeliveryID]) -> [DeliveryID] {
        ids.filter { id in change(id) { $0.redeliver() } == true }
    }

    func statistics(of states: Set<DeliveryState>, at now: Int64) -> [HandlerName: DeliveryStatistics] {
        var statistics: [HandlerName: DeliveryStatistics] = [:]
        for row in deliveries.values where states.contains(row.lifecycle.state) {
            var found = statistics[row.handler] ?? DeliveryStatistics()
            found.counts[row.lifecycle.state, default: 0] += 1
            if row.lifecycle.state.isOpen, let event = events[row.event] {
                let age = Duration.microseconds(max(now - event.storedAt, 0))
                found.oldestOpenAge = max(found.oldestOpenAge ?? .zero, age)
            }
            statistics[row.handler] = found
        }
        return statistics
    }

    func summaries(matching query: DeliveryQuery, start: Date) -> [DeliverySummary] {
        deliveries.values.sorted { $0.id > $1.id }.lazy
            .filter { row in
                guard let event = events[row.event]?.event else { return false }
                return (query.ids?.contains(row.id) ?? true)
                    && (query.events?.contains(row.event) ?? true)
                    && query.identity.map { $0 == event.identity } ?? true
                    && (query.people.isEmpty || isOf(query.people, event))
                    && (query.states.isEmpty || query.states.contains(row.lifecycle.state))
                    && query.handler.map { $0 == row.handler } ?? true
                    && query.webhook.map { $0 == event.webhook } ?? true
                    && query.type.map { $0 == event.type } ?? true
            }
            .prefix(max(query.limit, 0))
            .compactMap { summary(of: $0, start: start) }
    }

    private func isOf(_ people: Set<String>, _ event: StoredEvent) -> Bool {
        let lane = EventEnvelope(of: event.verified, webhookName: event.webhook.text).lane
        return people.contains { EventEnvelope.lanes(ofPerson: $0).contains(lane) }
    }

    func record(of id: EventID, start: Date) -> EventRecord? {
        guard let row = events[id] else { return nil }
        return EventRecord(
            event: row.event,
            deliveries: row.deliveries.compactMap { deliveries[$0] }.compactMap { summary(of: $0, start: start) },
            duplicateCount: row.duplicateCount, otherPayloads: row.variants)
    }

    private func summary(of row: DeliveryRow, start: Date) -> DeliverySummary? {
        guard let event = events[row.event]?.event else { return nil }
        return DeliverySummary(
            id: row.id, event: row.event, identity: event.identity, webhook: event.webhook, type: event.type,
            handler: row.handler, state: row.lifecycle.state, attempts: row.lifecycle.attempt,
            receivedAt: event.receivedAt,
            dueAt: row.lifecycle.dueAt.map { start.addingTimeInterval(Double($0) / 1e6) },
            reason: row.lifecycle.reason)
    }

    /// A delivery that is known to be there.
    private subscript(id: DeliveryID) -> DeliveryLifecycle { deliveries[id]?.lifecycle ?? DeliveryLifecycle() }

    /// Changes one delivery, and keeps the lists in step with its state.
    ///
    /// - Returns: What `body` does; `nil` when there is no such delivery.
    private mutating func change<Result>(
        _ id: DeliveryID, _ body: (inout DeliveryLifecycle) -> Result
    ) -> Result? {
        guard let old = deliveries[id] else { return nil }
        var new = old
        let result = body(&new.lifecycle)
        deliveries[id] = new
        guard old.lifecycle.state != new.lifecycle.state else { return result }
        unlist(old)
        switch new.lifecycle.state {
        case .ready: ready[new.handler, default: ReadyList()].insert(id)
        case .waiting: waiting[new.handler, default: []].insert(id)
        case .leased: leased.insert(id)
        default: break
        }
        return result
    }

    private mutating func unlist(_ row: DeliveryRow) {
        switch row.lifecycle.state {
        case .ready: ready[row.handler]?.remove(row.id)
        case .waiting: waiting[row.handler]?.remove(row.id)
        case .leased: leased.remove(row.id)
        default: break
        }
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
