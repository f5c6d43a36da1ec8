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
        /// The lane in which it is, if it is in one.
        let lane: LaneKey
        var lifecycle: DeliveryLifecycle
    }

    /// The lane of a person and a handler.
    private struct LaneKey: Hashable, Sendable {
        let handler: HandlerName
        let person: EventIdentity
    }

    private struct Lane: Sendable {
        var head: DeliveryID?
        var queued = DeliveryList()
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
    private var ready: [HandlerName: DeliveryList] = [:]
    private var waiting: [HandlerName: Set<DeliveryID>] = [:]
    private var leased: Set<DeliveryID> = []
    /// The lanes that are not empty.
    private var lanes: [LaneKey: Lane] = [:]

    init(maximumEvents: Int) { self.maximumEvents = maximumEvents }

    mutating func enqueue(
        _ new: [NewEvent], for recipients: [DeliveryRecipient], at now: Int64, time: Date
    ) throws(DeliveryStoreError) -> [EnqueueResult] {
        guard identities.count + new.count <= maximumEvents else {
            throw DeliveryStoreError(.diskFull, message: "the store in memory is full")
        }
        return new.map { enqueue($0, for: recipients, at: now, time: time) }
    }

    private mutating func enqueue(
        _ new: NewEvent, for recipients: [DeliveryRecipient], at now: Int64, time: Date
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
            for recipient in recipients {
                lastDelivery += 1
                let delivery = DeliveryRow(
                    id: DeliveryID(rawValue: lastDelivery), event: id, handler: recipient.handler,
                    lane: LaneKey(handler: recipient.handler, person: new.envelope.lane),
                    lifecycle: lifecycle(of: new, for: recipient, at: now))
                deliveries[delivery.id] = delivery
                row.deliveries.append(delivery.id)
                list(delivery)
            }
        }
        identities[new.envelope.identity] = (id, now)
        events[id] = row
        return .stored(id)
    }

    private func lifecycle(of new: NewEvent, for recipient: DeliveryRecipient, at now: Int64) -> DeliveryLifecycle {
        let hasLane = recipient.ordering == .perPerson
        if let reason = new.deadLetterReason {
            return DeliveryLifecycle(deadLettered: reason, at: now, hasLane: hasLane)
        }
        guard hasLane else { return DeliveryLifecycle() }
        let lane = LaneKey(handler: recipient.handler, person: new.envelope.lane)
        return DeliveryLifecycle(inLane: lanes[lane]?.head != nil)
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
                crashes: row.lifecycle.crashes,
                laneBlock: row.lifecycle.blockingSince.map { .microseconds(now - $0) }, event: event)
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
            promote(in: row.lane)
        }
        return true
    }

    mutating func redeliver(_ ids: [DeliveryID], from states: Set<DeliveryState>) -> [DeliveryID] {
        ids.sorted().filter { id in
            guard let row = deliveries[id], states.contains(row.lifecycle.state) else { return false }
            let isTaken = lanes[row.lane]?.head != nil
            return change(id) { $0.redeliver(laneIsTaken: isTaken) } == true
        }
    }

    mutating func dissolveLanes(of handler: HandlerName, limit: Int) -> Int {
        let queued = deliveries.values.filter { $0.handler == handler && $0.lifecycle.state == .queued }
        return queued.map(\.id).sorted().prefix(max(limit, 0))
            .filter { id in change(id) { $0.dissolveLane() } == true }.count
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
                    && query.since.map { event.receivedAt >= $0 } ?? true
                    && query.until.map { event.receivedAt < $0 } ?? true
                    && query.before.map { row.id < $0 } ?? true
                    && query.reasonContains.map { isIn(row.lifecycle.reason, $0) } ?? true
            }
            .prefix(max(query.limit, 0))
            .compactMap { summary(of: $0, start: start) }
    }

    /// Whether a reason has a text in it.
    private func isIn(_ reason: String?, _ text: String) -> Bool {
        func folded(_ text: String) -> [UInt8] {
            text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        }
        guard let reason else { return false }
        let (all, part) = (folded(reason)[...], folded(text))
        return all.indices.contains { all[$0...].starts(with: part) }
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
        guard old.lifecycle != new.lifecycle else { return result }
        unlist(old)
        list(new)
        promote(in: new.lane)
        return result
    }

    /// Makes the oldest that is queued the head of a lane without one.
    private mutating func promote(in lane: LaneKey) {
        guard let found = lanes[lane], found.head == nil else { return }
        guard let next = found.queued.first else {
            lanes[lane] = nil
            return
        }
        _ = change(next) { $0.promote() }
    }

    private mutating func list(_ row: DeliveryRow) {
        if row.lifecycle.isHead { lanes[row.lane, default: Lane()].head = row.id }
        switch row.lifecycle.state {
        case .queued: lanes[row.lane, default: Lane()].queued.insert(row.id)
        case .ready: ready[row.handler, default: DeliveryList()].insert(row.id)
        case .waiting: waiting[row.handler, default: []].insert(row.id)
        case .leased: leased.insert(row.id)
        case .completed, .deadLettered: break
        }
    }

    private mutating func unlist(_ row: DeliveryRow) {
        if row.lifecycle.isHead { lanes[row.lane]?.head = nil }
        switch row.lifecycle.state {
        case .queued: lanes[row.lane]?.queued.remove(row.id)
        case .ready: ready[row.handler]?.remove(row.id)
        case .waiting: waiting[row.handler]?.remove(row.id)
        case .leased: leased.remove(row.id)
        case .completed, .deadLettered: break
        }
    }
}
#endif
