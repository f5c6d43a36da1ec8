#if Server
import Foundation
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

/// Runs a test with a directory of its own, which is removed afterwards.
func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "leadshark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory.path(percentEncoded: false))
}

extension NewEvent {
    /// An event as it comes from the receiver.
    static func fixture(
        _ number: Int, type: EventType = .newComment, name: String? = nil, header: String? = nil,
        webhook: WebhookName = .leadshark
    ) -> NewEvent {
        NewEvent(
            webhook: webhook,
            verified: Fixture.webhook(for: type, number: number, name: name, happeningID: "happening-\(number)"),
            eventHeader: header ?? type.rawValue)
    }

    /// An event with these bytes.
    static func payload(_ text: String) -> NewEvent {
        NewEvent(
            webhook: .leadshark, verified: VerifiedWebhook(authenticated: Array(text.utf8), by: .previous),
            eventHeader: nil)
    }
}

extension DeliveryStore {
    /// Stores events that are new.
    @discardableResult
    func store(_ events: NewEvent..., for recipients: [DeliveryRecipient] = ["crm"]) async throws -> [EventID] {
        try await enqueue(events, for: recipients).compactMap { result in
            if case .stored(let id) = result { id } else { nil }
        }
    }

    /// The one delivery of a handler.
    func onlyDelivery(of handler: HandlerName = "crm") async throws -> DeliverySummary? {
        let found = try await deliveries(matching: DeliveryQuery(handler: handler))
        return found.count == 1 ? found[0] : nil
    }

    /// Leases one delivery.
    func leaseOne(_ handler: HandlerName = "crm", for duration: Duration = .seconds(30)) async throws -> Lease? {
        try await lease(handler, limit: 1, for: duration).first
    }
}
#endif
