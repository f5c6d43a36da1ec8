/// A webhook that LeadShark really sent: exactly the bytes that were authenticated, and by which secret.
///
/// Only ``WebhookVerifier`` makes one, so a function that takes a `VerifiedWebhook` cannot be handed unverified bytes.
/// It is not `Codable` for the same reason.
public struct VerifiedWebhook: Sendable {
    /// The bytes exactly as they were signed: those of the body, or with ``isCanonicalText`` those of its canonical text.
    public let payload: [UInt8]
    /// The secret that signed them. Once nothing arrives signed by the previous one, it can be dropped.
    public let secret: SecretSet.Position
    /// Whether the body arrived re-formatted, so that the payload is not the body but its canonical text. Never, unless the
    /// verifier was made to accept such bodies (``ReformattedBodies``).
    public let isCanonicalText: Bool

    /// For the verifier, and for the delivery engine, which reads back what a verifier once let through: the database
    /// is a trust boundary.
    package init(authenticated payload: [UInt8], by secret: SecretSet.Position, isCanonicalText: Bool = false) {
        self.payload = payload
        self.secret = secret
        self.isCanonicalText = isCanonicalText
    }

    /// Decodes the payload.
    ///
    /// - Throws: ``EventDecodingError`` when the payload is not JSON, or lacks what every event has (`event`, a string,
    ///   and `data`, an object). Whatever else is missing or odd is no error: see ``WebhookEvent/anomalies``.
    public func event() throws(EventDecodingError) -> WebhookEvent {
        try WebhookEvent(payload: payload)
    }
}

extension VerifiedWebhook: CustomStringConvertible, CustomReflectable {
    /// The size, never the content: it is personal data.
    public var description: String { "VerifiedWebhook(\(payload.count) bytes)" }
    /// A mirror that shows the size alone.
    public var customMirror: Mirror { Mirror(self, children: ["byteCount": payload.count]) }
}
