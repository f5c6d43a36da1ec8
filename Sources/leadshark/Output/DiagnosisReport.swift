#if Server
import LeadSharkDelivery
import LeadSharkWebhooks

/// A finding of the diagnosis as `verify --explain` prints it.
struct FindingReport: Encodable, Hashable {
    let code: String
    let certainty: SignatureDiagnosis.Certainty
    let summary: String
    let remedy: String

    init(_ finding: SignatureDiagnosis.Finding) {
        code = finding.code.description.snakeCased
        certainty = finding.certainty
        summary = finding.summary
        remedy = finding.remedy
    }

    /// For people: what was seen, and on a line of its own what helps.
    var lines: [String] {
        ["\(certainty == .proven ? "because" : "perhaps"): \(summary)", "  \(remedy)"]
    }

    /// Why a signature fits or does not. Each webhook that was asked for is taken for the one that it arrived at.
    static func all(
        of payload: [UInt8], signature: String, asked: [WebhookSettings], all: [WebhookSettings]
    ) -> [FindingReport] {
        var first: SignatureDiagnosis?
        for webhook in asked {
            let others = all.filter { $0.name != webhook.name }
            var limits = SignatureDiagnosis.Limits()
            limits.maximumOtherWebhooks = others.count
            let diagnosis = SignatureDiagnosis(
                of: payload.span, signatures: [signature], webhook: .init(webhook),
                others: asked.count > 1 ? [] : others.map { .init($0) }, limits: limits)
            if diagnosis.isProven { return diagnosis.findings.map(Self.init) }
            first = first ?? diagnosis
        }
        return first?.findings.map(Self.init) ?? []
    }
}

extension SignatureDiagnosis.Webhook {
    fileprivate init(_ settings: WebhookSettings) { self.init(name: settings.name.text, secrets: settings.secrets) }
}
#endif
