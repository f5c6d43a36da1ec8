#if Server
package import LeadSharkDelivery
import LeadSharkTesting
package import LeadSharkWebhooks

extension NewEvent {
    /// An event as it comes from the receiver.
    package static func fixture(
        _ number: Int, type: EventType = .newComment, name: String? = nil, header: String? = nil,
        webhook: WebhookName = .leadshark
    ) -> NewEvent {
        NewEvent(
            webhook: webhook,
            verified: Fixture.webhook(for: type, number: number, name: name, happeningID: "happening-\(number)"),
            eventHeader: header ?? type.rawValue)
    }

    /// An event of a person, whose lane it is in.
    package static func of(_ person: Int, _ number: Int, deadLetterReason: String? = nil) -> NewEvent {
        NewEvent(
            webhook: .leadshark,
            verified: Fixture.webhook(
                for: .newComment, number: number, person: person, happeningID: "happening-\(number)"),
            eventHeader: nil, deadLetterReason: deadLetterReason)
    }

    /// An event with these bytes.
    package static func payload(_ text: String) -> NewEvent {
        NewEvent(
            webhook: .leadshark, verified: VerifiedWebhook(authenticated: Array(text.utf8), by: .previous),
            eventHeader: nil)
    }
}

extension DeliveryRecipient {
    /// A handler that asks for lanes.
    package static let lanes = DeliveryRecipient("crm", ordering: .perPerson)
}

extension DeliveryStore {
    /// Stores events that are new.
    @discardableResult
    package func store(_ events: NewEvent..., for recipients: [DeliveryRecipient] = ["crm"]) async throws -> [EventID] {
        try await enqueue(events, for: recipients).compactMap { result in
            if case .stored(let id) = result { id } else { nil }
        }
    }

    /// The one delivery of a handler.
    package func onlyDelivery(of handler: HandlerName = "crm") async throws -> DeliverySummary? {
        let found = try await deliveries(matching: DeliveryQuery(handler: handler))
        return found.count == 1 ? found[0] : nil
    }

    /// The numbers of a handler's deliveries, oldest first.
    package func ids(of handler: HandlerName = "crm") async throws -> [DeliveryID] {
        try await deliveries(matching: DeliveryQuery(handler: handler, limit: 10_000)).map(\.id).sorted()
    }

    /// The states of a handler's deliveries, oldest first.
    package func states(of handler: HandlerName = "crm") async throws -> [DeliveryState] {
        try await deliveries(matching: DeliveryQuery(handler: handler, limit: 10_000)).reversed().map(\.state)
    }

    /// Leases one delivery.
    package func leaseOne(_ handler: HandlerName = "crm", for duration: Duration = .seconds(30)) async throws -> Lease?
    {
        try await lease(handler, limit: 1, for: duration).first
    }

    /// Leases all there is, and completes it; whether no lease was lost.
    @discardableResult
    package func completeAll(of handler: HandlerName = "crm") async throws -> Bool {
        let leases = try await lease(handler, limit: 100, for: .seconds(30))
        return try await settle(leases.map { Settlement($0.token, .completed) }).isEmpty
    }
}
#endif
