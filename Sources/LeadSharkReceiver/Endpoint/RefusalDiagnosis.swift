#if Server
import LeadSharkDelivery
import LeadSharkWebhooks
import Logging
import NIOConcurrencyHelpers
import NIOHTTP1

/// Tells in the log why signatures do not fit: seldom, one at a time, and after the answer has gone its way.
///
/// Whoever knows the URL can send what does not fit, so it is bounded whatever comes: one request a minute of each webhook,
/// no body beyond ``maximumBodyByteCount``, and while one is looked at, no other.
final class RefusalDiagnosis: Sendable {
    /// How long a webhook's next one waits at least.
    static let interval: Duration = .seconds(60)
    /// The longest body that is looked at. One is held at a time.
    static let maximumBodyByteCount = 256 << 10

    private struct State {
        var isBusy = false
        var nextAt: [WebhookName: Duration] = [:]

        func isDue(_ webhook: WebhookName, at now: Duration) -> Bool {
            !isBusy && now >= nextAt[webhook] ?? .zero
        }
    }

    private let webhooks: [SignatureDiagnosis.Webhook]
    /// Those that accept re-formatted bodies already.
    private let reformatting: Set<WebhookName>
    private let setting: String
    private let elapsed: @Sendable () -> Duration
    private let start: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - setting: What makes the receiver accept re-formatted bodies.
    ///   - elapsed: The time since some moment.
    ///   - start: Does the work, not now but soon.
    init(
        of webhooks: [WebhookEndpoint.Configuration], setting: String, elapsed: @escaping @Sendable () -> Duration,
        logger: Logger,
        start: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { work in
            Task.detached(priority: .background) { work() }
        }
    ) {
        self.webhooks = webhooks.map { SignatureDiagnosis.Webhook(name: $0.name.text, secrets: $0.secrets) }
        reformatting = Set(webhooks.filter { $0.reformattedBodies != .refused }.map(\.name))
        self.setting = setting
        self.elapsed = elapsed
        self.start = start
        self.logger = logger
    }

    /// Has a refused request looked at, unless it is not the time for it.
    func consider(_ code: VerificationError.Code, _ request: InboundRequest, at webhook: WebhookName) {
        // The others say all there is to say. Parsing comes last: the answer waits for this.
        guard [.signatureMismatch, .malformedSignature, .conflictingSignatures].contains(code),
            request.body.count <= Self.maximumBodyByteCount, isDue(webhook), !Self.isProbe(request.body),
            begin(webhook)
        else { return }
        let signatures = request.head.headers[WebhookHeaders.signature]
        start { [self, body = request.body] in
            report(diagnosis(of: body, signatures, at: webhook), at: webhook)
            state.withLockedValue { $0.isBusy = false }
        }
    }

    /// Whether it is what `leadshark doctor` sends under a wrong signature: there is nothing to find, and the next request
    /// is the one to look at.
    private static func isProbe(_ body: [UInt8]) -> Bool {
        guard body.count <= maximumProbeByteCount, let value = try? JSONValue(parsing: body) else { return false }
        return value["event"]?.text == EventType.test.rawValue
    }

    /// How large a test event is at most.
    private static let maximumProbeByteCount = 2048

    private func isDue(_ webhook: WebhookName) -> Bool {
        let now = elapsed()
        return state.withLockedValue { $0.isDue(webhook, at: now) }
    }

    /// Takes the webhook's turn, unless another request was quicker.
    private func begin(_ webhook: WebhookName) -> Bool {
        let now = elapsed()
        return state.withLockedValue { state in
            guard state.isDue(webhook, at: now) else { return false }
            state.isBusy = true
            state.nextAt[webhook] = now + Self.interval
            return true
        }
    }

    private func diagnosis(
        of body: [UInt8], _ signatures: [String], at name: WebhookName
    ) -> SignatureDiagnosis? {
        guard let webhook = webhooks.first(where: { $0.name == name.text }) else { return nil }
        var limits = SignatureDiagnosis.Limits()
        limits.maximumBodyByteCount = Self.maximumBodyByteCount
        limits.maximumHashedByteCount = 64 << 20
        limits.maximumOtherWebhooks = webhooks.count
        return SignatureDiagnosis(
            of: body.span, signatures: signatures, webhook: webhook,
            others: webhooks.filter { $0.name != name.text }, limits: limits)
    }

    private func report(_ diagnosis: SignatureDiagnosis?, at webhook: WebhookName) {
        guard let diagnosis else { return }
        let setting = reformatting.contains(webhook) ? nil : setting
        logger.log(
            level: diagnosis.isProven ? .warning : .notice, "A refused signature was diagnosed",
            metadata: [
                "webhook": "\(webhook)", "finding": "\(diagnosis)",
                "certainty": "\(diagnosis.main.certainty.rawValue)", "summary": "\(diagnosis.main.summary)",
                "remedy": "\(diagnosis.main.remedy(naming: setting))",
            ])
    }
}
#endif
