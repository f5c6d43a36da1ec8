#if Server
import LeadSharkDelivery
import Logging
import NIOHTTP1

/// Answers on the admin listener: `GET /health/live` says that the process runs, `GET /health/ready` that it
/// can take webhooks, and whether they go to the spool.
struct HealthResponder: RequestResponder {
    static let livePath = "/health/live"
    static let readyPath = "/health/ready"

    /// How long the store may take to say that it is well.
    static let checkDeadline: Duration = .seconds(2)

    let status: ReceiverStatus
    let check: StoreCheck
    var spool: SpoolingDeliveryStore?
    let logger: Logger

    func admit(_ head: HTTPRequestHead) -> Admission {
        guard head.uri == Self.livePath || head.uri == Self.readyPath else { return .refuse(.unknownTarget) }
        guard head.method == .GET || head.method == .HEAD else { return .refuse(.methodNotAllowed) }
        return .read(maximumByteCount: 0)
    }

    func respond(to request: InboundRequest) async -> Answer {
        if request.head.uri == Self.livePath { return Answer(.ok, body: #"{"status":"live"}"#) }
        if status.isStopping { return Answer(.serviceUnavailable, body: #"{"status":"stopping"}"#) }
        guard status.isListening else { return Answer(.serviceUnavailable, body: #"{"status":"starting"}"#) }
        guard await check.passes() else { return unhealthy }
        guard let spool, let words = Self.words(await spool.report()) else {
            return Answer(.ok, body: #"{"status":"ready"}"#)
        }
        return Answer(.ok, body: #"{"status":"ready","spool":\#(words)}"#)
    }

    /// What is told of a spool; `nil` while there is nothing to tell.
    private static func words(_ report: SpoolReport) -> String? {
        let state = ControlProtocol.SpoolState(report)
        return state.isIdle ? nil : ControlResponder.json(state)
    }

    /// A store that does not answer in time is as good as ill.
    func refuse(_ refusal: Refusal, head: HTTPRequestHead?, bodyByteCount: Int) -> Answer {
        if refusal == .deadlinePassed { return unhealthy }
        logger.debug("A health request was refused", metadata: ["cause": "\(refusal.rawValue)"])
        return Answer(refusal.status, allow: refusal == .methodNotAllowed ? "GET, HEAD" : nil)
    }

    private var unhealthy: Answer {
        logger.warning("The store is not healthy", metadata: ["cause": "storeUnhealthy"])
        return Answer(.serviceUnavailable, body: #"{"status":"store unhealthy"}"#)
    }
}
#endif
