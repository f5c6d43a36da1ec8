#if Server
public import LeadSharkDelivery
import LeadSharkWebhooks
public import Logging

/// Writes a log line for each event, without any personal data: no name, no message, no address.
///
/// The delivery's number in it is the one that `leadshark deliveries show` takes.
public struct EventLogHandler: BatchDeliveryHandler {
    /// The handler's name.
    public let name: HandlerName
    private let logger: Logger

    /// How many digits of an identity are shown: enough to find the event.
    public static let identityPrefixLength = 12

    /// Makes a handler that logs to `logger`, at level `info`.
    public init(name: HandlerName = "log", logger: Logger) {
        self.name = name
        self.logger = logger
    }

    /// A line is soon written: what costs is to lease deliveries and to settle them, the less the more there are at once.
    public var maximumBatchCount: Int { 256 }

    /// Logs the events; they are always done.
    public func handle(_ deliveries: [Delivery]) async throws -> [DeliveryOutcome] {
        for delivery in deliveries { log(delivery) }
        return deliveries.map { _ in .done }
    }

    private func log(_ delivery: Delivery) {
        let type = delivery.event.type.rawValue
        logger.info(
            "An event goes to its handlers",
            metadata: [
                "delivery": "\(delivery.id)",
                "type": "\(HeaderSyntax.isToken(type) ? type : "(a type that cannot be shown)")",
                "webhook": "\(delivery.webhook)",
                "identity": "\(delivery.identity.hexadecimal.prefix(Self.identityPrefixLength))",
                "attempt": "\(delivery.attempt)",
            ])
    }
}
#endif
