#if Server
import AsyncHTTPClient
public import FoundationEssentials
public import LeadSharkDelivery
import LeadSharkWebhooks
public import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// Sends each event on to another HTTP server: a POST of the very bytes that LeadShark signed.
///
/// The request carries `Content-Type: application/json`, the event's identity in `Idempotency-Key`, its type in
/// `X-Webhook-Event` where it is safe in a header, and the operator's own headers. What the answer means:
///
/// | answer | the delivery |
/// |---|---|
/// | 2xx | is done |
/// | 408, 409, 423, 425, 429, 5xx, no connection, no answer in time | is retried by ``Configuration/backoff`` |
/// | 400, 413, 422 | goes to the dead letters: the destination has read the event and will not take it |
/// | 3xx | as the next line. Redirects are never followed: events go only where the operator said |
/// | 401, 403, 404, 405, 410 and every other | is retried by ``Configuration/longBackoff``, with an error in the log: somebody has to mend a token or a path |
///
/// `Retry-After` makes a wait longer, up to 24 hours, and never shorter: a destination that always asks for a second does
/// not use up a delivery's attempts in half a minute.
///
/// An event may arrive twice, when the answer got lost: the destination tells by `Idempotency-Key`. What may be secret in
/// the URL (its path and query) and what is in a header or an answer is never logged.
public struct HTTPForwardHandler: DeliveryHandler {
    /// How events are forwarded.
    public struct Configuration: Sendable {
        /// How long a connection may take.
        public var connectTimeout: Duration = .seconds(10)
        /// How long an attempt may take as a whole. Keep it below the worker's `attemptDeadline`.
        public var timeout: Duration = .seconds(30)
        /// How long to wait for passing trouble to pass. With the worker's 20 attempts they span some two days.
        public var backoff = BackoffPolicy(base: .seconds(5), cap: .seconds(6 * 3600), minimumShare: 0.8)
        /// How long to wait until somebody has mended something. With the worker's 20 attempts they span about a week.
        public var longBackoff = BackoffPolicy(base: .seconds(15 * 60), cap: .seconds(12 * 3600), minimumShare: 0.8)
        /// How often at most a lasting trouble is logged, unless it changes.
        public var complaintInterval: Duration = .seconds(60)

        /// The defaults.
        public init() {}
    }

    /// The handler's name.
    public let name: HandlerName
    /// In which order the destination gets events.
    public let ordering: DeliveryOrdering

    private let destination: ForwardDestination
    private let configuration: Configuration
    private let client: OwnedHTTPClient
    private let complaints: ComplaintLog
    private let now: @Sendable () -> Date
    private let generator: NIOLockedValueBox<any RandomNumberGenerator & Sendable>
    private let logger: Logger

    /// The most of an answer's body that is read, to keep the connection for the next event; what comes after it is not.
    public static let maximumAnswerBytes = 64 * 1024

    /// Makes a handler with an HTTP client of its own, on the process's shared event loops.
    ///
    /// - Parameters:
    ///   - url: Where to. `http` or `https`, without user information.
    ///   - headers: Headers to add, such as `Authorization`. The ones the handler sets itself are refused.
    ///   - ordering: As they come, or those of one person in order.
    ///   - now: The clock by which a date in `Retry-After` is read.
    ///   - generator: Where the waits get their jitter from.
    /// - Throws: ``ForwardError``.
    public init(
        name: HandlerName = "forward", url: String, headers: [(name: String, value: String)] = [],
        ordering: DeliveryOrdering = .unordered,
        configuration: Configuration = Configuration(), now: @escaping @Sendable () -> Date = { Date() },
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), logger: Logger
    ) throws {
        self.name = name
        self.ordering = ordering
        self.destination = try ForwardDestination(url: url, headers: headers)
        self.configuration = configuration
        self.client = OwnedHTTPClient(connectTimeout: configuration.connectTimeout)
        self.complaints = ComplaintLog(interval: configuration.complaintInterval / .seconds(1), now: now)
        self.now = now
        self.generator = NIOLockedValueBox(generator)
        self.logger = logger
    }

    /// Sends the event.
    ///
    /// - Throws: `CancellationError` when the task was cancelled: whether the event arrived is then unknown.
    public func handle(_ delivery: Delivery) async throws -> DeliveryOutcome {
        let response: HTTPClientResponse
        do {
            response = try await client.client.execute(
                request(for: delivery), timeout: TimeAmount(configuration.timeout))
        } catch {
            try Task.checkCancellation()
            let words = ForwardFailure.words(for: error)
            complain(words, level: .warning)
            return .retry(after: wait(configuration.backoff, delivery, nil), reason: words)
        }
        await discard(response.body)
        return outcome(
            of: delivery, status: response.status.code, retryAfter: response.headers.first(name: "Retry-After"))
    }

    /// Closes the connections. Without it they are closed when the last copy of the handler goes.
    public func shutdown() async { await client.shutdown() }

    private func request(for delivery: Delivery) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: destination.url)
        request.method = .POST
        for (name, value) in destination.headers { request.headers.add(name: name, value: value) }
        if !request.headers.contains(name: "User-Agent") {
            request.headers.add(name: "User-Agent", value: "leadshark-webhooks")
        }
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Idempotency-Key", value: delivery.identity.hexadecimal)
        let type = delivery.event.type.rawValue
        if HeaderSyntax.isToken(type) { request.headers.add(name: "X-Webhook-Event", value: type) }
        request.body = .bytes(delivery.payload)
        return request
    }

    /// Reads what little there usually is; the status says it all, so no failure here matters.
    private func discard(_ body: HTTPClientResponse.Body) async {
        var count = 0
        do {
            for try await part in body {
                count += part.readableBytes
                if count > Self.maximumAnswerBytes { return }
            }
        } catch {}
    }

    /// The next wait of a schedule, or what the destination asks for if that is longer.
    private func wait(_ backoff: BackoffPolicy, _ delivery: Delivery, _ retryAfter: String?) -> Duration {
        let own = generator.withLockedValue { backoff.delay(afterAttempt: delivery.attempt, using: &$0) }
        return max(own, RetryAfter.duration(retryAfter, now: now()) ?? .zero)
    }

    private func outcome(of delivery: Delivery, status: UInt, retryAfter: String?) -> DeliveryOutcome {
        switch ForwardVerdict(status: status) {
        case .accepted:
            if complaints.end() {
                logger.notice(
                    "The destination takes events again", metadata: ["destination": "\(destination.origin)"])
            }
            return .done
        case .refused:
            return .deadLetter(reason: "the destination refused the event with status \(status)")
        case .retry:
            complain("status \(status)", level: .warning)
            return .retry(
                after: wait(configuration.backoff, delivery, retryAfter), reason: "the destination answered \(status)")
        case .retryLater(let remedy):
            complain("status \(status): \(remedy)", level: .error)
            return .retry(
                after: wait(configuration.longBackoff, delivery, retryAfter),
                reason: "the destination answered \(status): \(remedy)")
        }
    }

    private func complain(_ cause: String, level: Logger.Level) {
        guard complaints.isDue(cause) else { return }
        logger.log(
            level: level, "The destination does not take events",
            metadata: ["destination": "\(destination.origin)", "cause": "\(cause)"])
    }
}
#endif
