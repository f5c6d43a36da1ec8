#if Postgres
import Foundation
import LeadSharkDelivery
@testable import LeadSharkPostgres
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import Testing
import TestPostgres

/// All that uses the server, one test after another: each has threads and connections of its own, and two cores are not many.
@Suite(.serialized, .timeLimit(.minutes(15))) enum PostgresTests {}

extension PostgresDeliveryStore.Configuration {
    /// With more patience than a sender has: the machine may have other things to do.
    static func patient(_ url: PostgresURL) -> Self {
        var configuration = Self(url: url)
        configuration.commitTimeout = .seconds(60)
        configuration.workTimeout = .seconds(60)
        return configuration
    }
}

/// Runs a test with an empty store.
func withPostgres<Result>(
    _ parameters: String = "", _ body: (PostgresDeliveryStore) async throws -> Result
) async throws -> Result {
    let cluster = try await PostgresCluster.shared()
    let url = try PostgresURL(cluster.url(schema: PostgresCluster.makeSchema(), parameters))
    let store = try await PostgresDeliveryStore.open(.patient(url), logger: .silent)
    let result: Result
    do {
        result = try await body(store)
    } catch {
        try await store.close()
        throw error
    }
    try await store.close()
    return result
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
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
