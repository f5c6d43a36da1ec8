#if Server
import FoundationEssentials
public import LeadSharkDelivery
public import LeadSharkWebhooks
import Logging
import NIOHTTP1

/// Where webhooks arrive: verifies them, has them stored, and only then says 200.
///
/// | answer | when |
/// |---|---|
/// | 200 | the event is on disk (`stored`; in the store, or else in its spool), or was already (`duplicate`); a GET test; HEAD |
/// | 401 | the signature is missing, malformed, or does not fit |
/// | 404, 405 | no webhook has this path; another method than GET, HEAD, POST |
/// | 408, 413 | the sender is too slow; the body is too large |
/// | 400, 417, 431 | not HTTP as it should be |
/// | 503 | our own trouble: the event may have been stored all the same, so a sender that comes again is told `duplicate` |
///
/// What a webhook's content type is does not matter, nor any other header than the signature, nor a query in its URL.
public struct WebhookEndpoint: Sendable {
    /// One webhook: its name, which is the last part of its path, and its secrets.
    public struct Configuration: Sendable {
        /// The name.
        public var name: WebhookName
        /// The secrets that are accepted.
        public var secrets: SecretSet
        /// How signatures are computed.
        public var implementation: HMACImplementation
        /// What is made of bodies that were re-formatted on their way. Then the canonical text is what is stored and handed
        /// over, never the body.
        public var reformattedBodies: ReformattedBodies
        /// How far an event's own time may lie from ours when it arrives, into the past and the future; `nil` for any time.
        ///
        /// An event beyond it is stored and answered 200 like any other, since it is authentic and our clock may be the one
        /// that is wrong, but its deliveries are dead letters until an operator redelivers them. An event without a time that
        /// can be read is delivered.
        public var tolerance: Duration?

        /// Makes a configuration for one webhook.
        public init(
            name: WebhookName = .leadshark, secrets: SecretSet,
            implementation: HMACImplementation = .preparedStates, reformattedBodies: ReformattedBodies = .refused,
            tolerance: Duration? = nil
        ) {
            self.name = name
            self.secrets = secrets
            self.implementation = implementation
            self.reformattedBodies = reformattedBodies
            self.tolerance = tolerance
        }

        /// The path under which the webhook arrives.
        public var path: String { WebhookEndpoint.pathPrefix + name.text }
    }

    /// What stands before the name in a webhook's path.
    public static let pathPrefix = "/webhooks/"

    struct Webhook {
        let name: WebhookName
        let verifier: WebhookVerifier
        let tolerance: Duration?
        let metrics: WebhookMetrics
    }

    private let webhooks: [String: Webhook]
    private let unknown = WebhookMetrics(webhook: nil)
    private let sink: any EventSink
    private let limits: RequestLimits
    private let retryAfter: Duration
    private let now: @Sendable () -> Date
    private let diagnosis: RefusalDiagnosis
    private let logger: Logger

    init(
        webhooks configurations: [Configuration], sink: any EventSink, limits: RequestLimits, retryAfter: Duration,
        now: @escaping @Sendable () -> Date, diagnosis: RefusalDiagnosis, logger: Logger
    ) {
        webhooks = Dictionary(
            configurations.map { configuration in
                let webhook = Webhook(
                    name: configuration.name,
                    verifier: WebhookVerifier(
                        secrets: configuration.secrets, reformattedBodies: configuration.reformattedBodies,
                        implementation: configuration.implementation),
                    tolerance: configuration.tolerance, metrics: WebhookMetrics(webhook: configuration.name))
                return (configuration.path, webhook)
            }, uniquingKeysWith: { first, _ in first })
        self.sink = sink
        self.limits = limits
        self.retryAfter = retryAfter
        self.now = now
        self.diagnosis = diagnosis
        self.logger = logger
    }
}

extension WebhookEndpoint: RequestResponder {
    func admit(_ head: HTTPRequestHead) -> Admission {
        guard webhook(for: head) != nil else { return .refuse(.unknownTarget) }
        switch head.method {
        case .POST, .GET, .HEAD: return .read(maximumByteCount: limits.maximumBodyByteCount)
        default: return .refuse(.methodNotAllowed)
        }
    }

    func respond(to request: InboundRequest) async -> Answer {
        guard let webhook = webhook(for: request.head) else {
            return refuse(.unknownTarget, head: request.head, bodyByteCount: request.body.count)
        }
        switch request.head.method {
        case .POST:
            return await receive(request, at: webhook)
        case .GET:
            let test = GETTest(request, verifier: webhook.verifier)
            logger.info(
                "A GET test arrived; nothing is stored",
                metadata: [
                    "webhook": "\(webhook.name)", "payload": "\(test.place.rawValue)",
                    "byteCount": "\(test.byteCount)", "signature": "\(test.signature.rawValue)",
                ])
            return counted(Answer(.ok, body: test.json), at: webhook)
        default:
            return counted(Answer(.ok), at: webhook)
        }
    }

    func refuse(_ refusal: Refusal, head: HTTPRequestHead?, bodyByteCount: Int) -> Answer {
        let webhook = head.flatMap { self.webhook(for: $0) }
        var metadata: Logger.Metadata = [
            "cause": "\(refusal.rawValue)", "status": "\(refusal.status.rawValue)",
            "webhook": "\(webhook?.name.text ?? "-")", "byteCount": "\(bodyByteCount)",
        ]
        // The one cause that an operator cannot find without seeing what was asked for.
        if refusal == .unknownTarget, let head { metadata["path"] = "\(PathText.of(target: head.uri))" }
        logger.log(
            level: refusal.isOurs ? .error : refusal.status == .unauthorized ? .warning : .notice,
            "A request was refused", metadata: metadata)
        (webhook?.metrics ?? unknown).count(refusal.status)
        return Answer(
            refusal.status, allow: refusal == .methodNotAllowed ? "GET, HEAD, POST" : nil,
            retryAfter: refusal.isOurs ? retryAfter : nil)
    }

    /// The path has to be the webhook's, in no other spelling. A query decides nothing, whatever the method: a URL that
    /// passes the GET test takes events too, and what is signed is the body alone.
    private func webhook(for head: HTTPRequestHead) -> Webhook? {
        if let webhook = webhooks[head.uri] { return webhook }
        guard let mark = head.uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return webhooks[String(head.uri[..<mark])]
    }

    private func receive(_ request: InboundRequest, at webhook: Webhook) async -> Answer {
        let headers = request.head.headers
        let verified: VerifiedWebhook
        do {
            let signature = try WebhookHeaders.soleSignature(among: headers[WebhookHeaders.signature])
            verified = try webhook.verifier.verify(request.body, signature: signature)
        } catch {
            diagnosis.consider(error.code, request, at: webhook.name)
            return refuse(Refusal(error), head: request.head, bodyByteCount: request.body.count)
        }
        let event = NewEvent(
            webhook: webhook.name, verified: verified, eventHeader: headers[WebhookHeaders.event].first,
            deadLetterReason: deadLetterReason(for: verified, at: webhook))
        do {
            switch try await sink.enqueue(event) {
            case .stored, .spooled:
                webhook.metrics.countStored()
                tellWhatIsToEnd(verified, at: webhook)
                return counted(Answer(.ok, body: #"{"status":"stored"}"#), at: webhook)
            case .duplicate:
                webhook.metrics.countDuplicate()
                return counted(Answer(.ok, body: #"{"status":"duplicate"}"#), at: webhook)
            }
        } catch {
            // Nobody waits for this answer any more: the guard has given its own, or the connection is gone.
            if error.code == .cancelled { return Answer(.serviceUnavailable) }
            return refuse(Refusal(error), head: request.head, bodyByteCount: request.body.count)
        }
    }

    /// What an operator waits to see the end of: a rotation of secrets, a proxy that writes bodies anew.
    private func tellWhatIsToEnd(_ verified: VerifiedWebhook, at webhook: Webhook) {
        if verified.secret == .previous {
            logger.notice(
                "An event was signed with the previous secret", metadata: ["webhook": "\(webhook.name)"])
        }
        if verified.isCanonicalText {
            logger.notice("An event's body was re-formatted on its way", metadata: ["webhook": "\(webhook.name)"])
        }
    }

    /// Why an event is put aside. Its age is that at its receipt, whatever it waits for afterwards.
    private func deadLetterReason(for verified: VerifiedWebhook, at webhook: Webhook) -> String? {
        guard let tolerance = webhook.tolerance else { return nil }
        do throws(TimestampError) {
            try verified.checkTimestamp(tolerance: tolerance, at: now())
            return nil
        } catch {
            // A lead that lacks a field is still a lead.
            return error.code == .missing || error.code == .unreadable ? nil : error.message
        }
    }

    private func counted(_ answer: Answer, at webhook: Webhook) -> Answer {
        webhook.metrics.count(answer.status)
        return answer
    }
}

extension Refusal {
    init(_ error: VerificationError) {
        self =
            switch error.code {
            case .missingSignature: .missingSignature
            case .malformedSignature: .malformedSignature
            case .conflictingSignatures: .conflictingSignatures
            case .hmacUnavailable: .hmacUnavailable
            default: .signatureMismatch
            }
    }

    init(_ error: EnqueueError) {
        self =
            switch error.code {
            case .full: .queueFull
            case .stopped: .queueStopped
            default: .storeFailed
            }
    }
}
#endif
