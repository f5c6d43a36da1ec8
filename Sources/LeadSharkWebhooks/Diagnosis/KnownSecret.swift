/// A secret that is tried, and whose it is.
struct KnownSecret {
    enum Role: Hashable {
        case accepted(SecretSet.Position)
        case retired
        case other(SecretSet.Position?)

        /// What it tells when the signature fits this secret; nothing, when it may.
        var code: SignatureDiagnosis.Code? {
            switch self {
            case .accepted: nil
            case .retired: .retiredSecret
            case .other: .otherWebhookSecret
            }
        }
    }

    let webhook: String
    let role: Role
    let secret: SigningSecret

    var isOwn: Bool {
        switch role {
        case .accepted, .retired: true
        case .other: false
        }
    }

    /// Whether it begins or ends with what a careless paste leaves.
    var looksOdd: Bool {
        secret.key.secret.withSpan { SecretVariant.trimmed($0) != 0..<$0.count }
    }

    /// For a sentence: "the current secret of the webhook crm".
    var phrase: String {
        switch role {
        case .accepted(let position): "the \(position.rawValue) secret of the webhook \(webhook)"
        case .retired: "a secret that the webhook \(webhook) no longer accepts"
        case .other(let position?): "the \(position.rawValue) secret of another webhook, \(webhook)"
        case .other(nil): "a retired secret of another webhook, \(webhook)"
        }
    }

    /// All secrets, those of the webhook in question first.
    static func all(
        of webhook: SignatureDiagnosis.Webhook, others: [SignatureDiagnosis.Webhook],
        limits: SignatureDiagnosis.Limits
    ) -> [KnownSecret] {
        func secrets(
            of webhook: SignatureDiagnosis.Webhook, _ accepted: (SecretSet.Position) -> Role, _ retired: Role
        ) -> [KnownSecret] {
            var all = [
                KnownSecret(webhook: webhook.name, role: accepted(.current), secret: webhook.secrets.current)
            ]
            if let previous = webhook.secrets.previous {
                all.append(KnownSecret(webhook: webhook.name, role: accepted(.previous), secret: previous))
            }
            return all
                + webhook.retired.prefix(limits.maximumRetiredSecrets).map {
                    KnownSecret(webhook: webhook.name, role: retired, secret: $0)
                }
        }
        return secrets(of: webhook, { .accepted($0) }, .retired)
            + others.prefix(limits.maximumOtherWebhooks).flatMap { secrets(of: $0, { .other($0) }, .other(nil)) }
    }
}
