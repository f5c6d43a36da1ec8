#if Server
import LeadSharkWebhooks
import NIOConcurrencyHelpers
import TestPeers

/// A clock that moves only when it is told to.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Self { Self(offset: offset + duration) }
        func duration(to other: Self) -> Duration { other.offset - offset }
        static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
    }

    private let time = NIOLockedValueBox(Instant(offset: .zero))

    var now: Instant { time.withLockedValue { $0 } }
    var minimumResolution: Duration { .nanoseconds(1) }

    func advance(by duration: Duration) {
        time.withLockedValue { $0 = $0.advanced(by: duration) }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        time.withLockedValue { $0 = max($0, deadline) }
    }
}

enum TestSecret {
    static func make(_ text: String = "a secret for tests") throws -> SigningSecret { try SigningSecret(text) }
}

extension RecordedRequest {
    /// Whether the request's one signature fits these bytes with `secret`.
    func isSigned(with secret: SigningSecret, over bytes: [UInt8]? = nil) -> Bool {
        let verifier = WebhookVerifier(secrets: SecretSet(current: secret))
        let values = values(WebhookHeaders.signature)
        guard values.count == 1 else { return false }
        let signed = bytes ?? body
        return verifier.isValid(signed.span, signature: values[0])
    }

    var type: String? { try? WebhookEvent(payload: body).type.rawValue }
}
#endif
