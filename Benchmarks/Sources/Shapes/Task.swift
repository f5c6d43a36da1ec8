import LeadSharkWebhooks

/// Something that the SDK does with bytes that anybody may have sent.
struct Task: Sendable {
    let name: String
    /// Does it once, and returns a number that depends on it.
    let run: @Sendable (Input) throws -> Int

    struct Input: Sendable {
        let payload: [UInt8]
        let webhook: VerifiedWebhook
        /// The payload without its last byte.
        let cut: [UInt8]

        init(_ payload: [UInt8], _ secret: SigningSecret) throws {
            self.payload = payload
            webhook = try WebhookVerifier(secrets: SecretSet(current: secret))
                .verify(payload, signature: secret.signature(for: payload.span).hexadecimal)
            cut = payload.dropLast()
        }
    }

    static let all = [
        Task(name: "scan") { EventEnvelope(of: $0.webhook, webhookName: "leadshark").type == .dmSent ? 1 : 0 },
        Task(name: "decode") { try $0.webhook.event().anomalies.count },
        Task(name: "tree") { try JSONValue(parsing: $0.payload)["data"] == nil ? 0 : 1 },
        Task(name: "stringify") { try JSONValue.stringify(parsing: $0.payload).count },
        Task(name: "refuse") { input in
            do {
                return try JSONValue(parsing: input.cut)["data"] == nil ? 0 : 1
            } catch let error as JSONError {
                return error.offset
            }
        },
    ]
}
