#if Server
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkWebhooks

/// A spool in memory, which can be made to fail.
final class InMemorySpool: DeliverySpool {
    enum Call: Hashable, Sendable { case put, oldest, remove }

    private struct State: Sendable {
        var entries: [(id: Int64, event: NewEvent, recipients: [DeliveryRecipient], isAside: Bool)] = []
        var lastID: Int64 = 0
        var failures: [Call: Int] = [:]
        var code = DeliveryStoreError.Code.inputOutput
        var isClosed = false
    }

    private let maximumCount: Int
    private let state = LockedValue(State())

    init(maximumCount: Int = 1_000_000) { self.maximumCount = maximumCount }

    /// Has the next calls fail.
    func fail(_ call: Call, times: Int, _ code: DeliveryStoreError.Code = .inputOutput) {
        state.withLock { state in
            state.failures[call] = times
            state.code = code
        }
    }

    func failuresLeft(_ call: Call) -> Int { state.withLock { $0.failures[call] ?? 0 } }

    var identities: [EventIdentity] { state.withLock { $0.entries.map(\.event.envelope.identity) } }

    var asideCount: Int { state.withLock { $0.entries.count { $0.isAside } } }

    private func change<Value>(
        _ call: Call? = nil, _ body: (inout State) throws(DeliveryStoreError) -> Value
    ) throws(DeliveryStoreError) -> Value {
        try state.withLock { state throws(DeliveryStoreError) in
            if state.isClosed { throw DeliveryStoreError(.closed, message: "closed") }
            if let call, let left = state.failures[call], left > 0 {
                state.failures[call] = left - 1
                throw DeliveryStoreError(state.code, message: "injected")
            }
            return try body(&state)
        }
    }

    func put(_ events: [NewEvent], for recipients: [DeliveryRecipient]) async throws -> [EnqueueResult] {
        try change(.put) { state throws(DeliveryStoreError) in
            guard state.entries.count + events.count <= maximumCount else {
                throw DeliveryStoreError(.diskFull, message: "the spool is full")
            }
            return events.map { event in
                let same = state.entries.first { $0.event.envelope.identity == event.envelope.identity }
                if same?.event.verified.payload == event.verified.payload { return .duplicate(payloadDiffers: false) }
                state.lastID += 1
                state.entries.append((state.lastID, event, recipients, false))
                return same == nil ? .spooled : .duplicate(payloadDiffers: true)
            }
        }
    }

    func oldest(_ limit: Int, byteCount: Int) async throws -> [SpooledEvent] {
        try change(.oldest) { state in
            state.entries.filter { !$0.isAside }.prefix(limit).map { entry in
                SpooledEvent(
                    event: StoredEvent(
                        id: EventID(rawValue: entry.id), webhook: entry.event.webhook,
                        identity: entry.event.envelope.identity, type: nil, receivedAt: Date(),
                        payload: entry.event.verified.payload, secret: entry.event.verified.secret,
                        contradictingHeader: entry.event.contradictingHeader),
                    recipients: entry.recipients, deadLetterReason: entry.event.deadLetterReason)
            }
        }
    }

    func remove(_ events: [EventID]) async throws {
        try change(.remove) { state in
            state.entries.removeAll { entry in events.contains { $0.rawValue == entry.id } }
        }
    }

    func setAside(_ events: [EventID]) async throws {
        try change { state in
            for index in state.entries.indices where events.contains(where: { $0.rawValue == state.entries[index].id })
            {
                state.entries[index].isAside = true
            }
        }
    }

    func takeBack() async throws {
        try change { state in
            for index in state.entries.indices { state.entries[index].isAside = false }
        }
    }

    func lanes(among lanes: Set<EventIdentity>) async throws -> Set<EventIdentity> {
        try change { state in
            lanes.intersection(state.entries.filter { !$0.isAside }.map(\.event.envelope.lane))
        }
    }

    func status() async throws -> SpoolStatus {
        try change { state in
            SpoolStatus(
                eventCount: state.entries.count, setAsideCount: state.entries.count { $0.isAside },
                byteCount: Int64(state.entries.count), maximumByteCount: Int64(maximumCount),
                oldestAge: state.entries.isEmpty ? nil : .zero)
        }
    }

    var waitingCount: Int { state.withLock { $0.entries.count { !$0.isAside } } }

    func checkHealth() async throws {
        try change { state throws(DeliveryStoreError) in
            guard state.entries.count < maximumCount else {
                throw DeliveryStoreError(.diskFull, message: "the spool is full")
            }
        }
    }

    func close() async throws { state.withLock { $0.isClosed = true } }
}
#endif
