import FoundationEssentials
import LeadSharkDelivery
import LeadSharkReceiver
import LeadSharkSQLite
import LeadSharkWebhooks
import Logging

/// Where leads go: a stand-in for your CRM.
struct CRM: DeliveryHandler {
    let name: HandlerName = "crm"

    func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        // It may come a second time with the same identity: after a crash, an attempt whose outcome is unknown is repeated.
        print("\(delivery.event.type) \(delivery.event.lead?.name ?? "-"), key \(delivery.identity.hexadecimal)")
        return .done
    }
}

/// The receiver inside a program of one's own: each event is on disk before LeadShark gets its 200, and then reaches the
/// handler, as often as it takes.
///
///     LEADSHARK_WEBHOOK_SECRET=… swift run EmbeddedReceiver
@main
struct EmbeddedReceiver {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let secret = try SigningSecret(environment["LEADSHARK_WEBHOOK_SECRET"] ?? "")
        var configuration = ReceiverConfiguration(webhooks: [.init(secrets: SecretSet(current: secret))])
        configuration.listen.port = environment["PORT"].flatMap { Int($0) } ?? 8080
        configuration.adminListen = nil

        let store = try await SQLiteDeliveryStore.open(path: "leads.sqlite")
        let receiver = try Receiver(
            configuration: configuration, store: store, handlers: [CRM()], logger: Logger(label: "receiver"))
        try await receiver.run()  // until SIGTERM or SIGINT
        try await store.close()
    }
}
