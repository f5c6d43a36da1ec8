#if Server
public import LeadSharkDelivery

/// How an operator's command talks to a running receiver: HTTP over the UNIX socket at
/// ``ReceiverConfiguration/controlSocketPath``, JSON both ways.
///
/// | request | its body | body of the 200 |
/// |---|---|---|
/// | `GET /status` | none | ``Status`` |
/// | `POST /deliveries/redeliver` | ``RedeliverRequest`` | ``RedeliverResponse`` |
/// | `POST /deliveries/delete` | ``DeleteRequest`` | ``DeleteResponse`` |
/// | `GET /spool` | none | ``SpoolState`` |
/// | `POST /spool/drain` | none | ``DrainResponse`` |
///
/// Those of the spool are answered with 404 by a receiver that has none.
///
/// Any other status comes with a ``Failure``. Whoever may open the socket (mode 0600: the receiver's user) may do all this.
public enum ControlProtocol {
    /// The target that tells how things stand.
    public static let statusPath = "/status"
    /// The target that sends deliveries round again.
    public static let redeliverPath = "/deliveries/redeliver"
    /// The target that deletes events with their deliveries.
    public static let deletePath = "/deliveries/delete"
    /// The target that tells what is in the spool.
    public static let spoolPath = "/spool"
    /// The target that has the spool's events moved to the store now.
    public static let drainPath = "/spool/drain"
    /// The largest request body, in bytes.
    public static let maximumRequestByteCount = 1 << 20
    /// The largest number of deliveries, or of events, in one request.
    public static let maximumDeliveryCount = 10_000

    /// Asks for deliveries to be sent round again that are in one of some states. Others stay as they are.
    public struct RedeliverRequest: Sendable, Hashable, Codable {
        /// The numbers of the deliveries, at most ``ControlProtocol/maximumDeliveryCount``.
        public var ids: [Int64]
        /// From which states; all of ``DeliveryState/redeliverable`` when it is left out.
        public var states: Set<DeliveryState>?

        /// Makes a request.
        public init(_ deliveries: [DeliveryID], from states: Set<DeliveryState>? = nil) {
            ids = deliveries.map(\.rawValue)
            self.states = states
        }
    }

    /// Tells which deliveries go round again.
    public struct RedeliverResponse: Sendable, Hashable, Codable {
        /// The numbers of those that are; the others are ready or at work already, or are not there.
        public var redelivered: [Int64]

        /// Makes a response.
        public init(_ deliveries: [DeliveryID]) { redelivered = deliveries.map(\.rawValue) }

        /// The deliveries.
        public var deliveries: [DeliveryID] { redelivered.map(DeliveryID.init(rawValue:)) }
    }

    /// Asks for events to be deleted for good, with their deliveries in whatever state.
    public struct DeleteRequest: Sendable, Hashable, Codable {
        /// The numbers of the events, at most ``ControlProtocol/maximumDeliveryCount``.
        public var events: [Int64]

        /// Makes a request.
        public init(_ events: [EventID]) { self.events = events.map(\.rawValue) }
    }

    /// Tells which events are deleted.
    public struct DeleteResponse: Sendable, Hashable, Codable {
        /// The numbers of those that are; the others were not there.
        public var deleted: [Int64]

        /// Makes a response.
        public init(_ events: [EventID]) { deleted = events.map(\.rawValue) }

        /// The events.
        public var events: [EventID] { deleted.map(EventID.init(rawValue:)) }
    }

    /// How things stand.
    public struct Status: Sendable, Hashable, Codable {
        /// The names of the webhooks that are received.
        public var webhooks: [String]
        /// How many deliveries there are, by handler and by state.
        public var deliveries: [String: [String: Int]]
        /// Whether the receiver is on its way out.
        public var isStopping: Bool

        private enum CodingKeys: String, CodingKey {
            case webhooks, deliveries
            case isStopping = "is_stopping"
        }

        /// Makes a status.
        public init(webhooks: [String], deliveries: [String: [String: Int]], isStopping: Bool) {
            self.webhooks = webhooks
            self.deliveries = deliveries
            self.isStopping = isStopping
        }
    }

    /// Why a request was not done.
    public struct Failure: Sendable, Hashable, Codable {
        /// A few words for the operator.
        public var error: String

        /// Makes a failure.
        public init(error: String) { self.error = error }
    }
}
#endif
