#if Server
import LeadSharkDelivery
import LeadSharkWebhooks

/// A finding of the diagnosis as `verify --explain` prints it.
struct FindingReport: Encodable, Hashable {
    let code: String
    let certainty: SignatureDiagnosis.Certainty
    let summary: String
    let remedy: String

    /// - Parameter setting: How re-formatted bodies are accepted; `nil` when they are already.
    init(_ finding: SignatureDiagnosis.Finding, setting: String?) {
        code = finding.code.description.snakeCased
        certainty = finding.certainty
        summary = finding.summary
        remedy = finding.remedy(naming: setting)
    }

    /// For people: what was seen, and on a line of its own what helps.
    var lines: [String] {
        ["\(certainty == .proven ? "because" : "perhaps"): \(summary)", "  \(remedy)"]
    }

    /// Why a signature fits or does not. Each webhook that was asked for is taken for the one that it arrived at.
    static func all(
        of payload: [UInt8], signatures: [String], asked: [WebhookSettings], all: [WebhookSettings],
        reformattedBodies: ReformattedBodies
    ) -> [FindingReport] {
        let setting = reformattedBodies == .refused ? SettingName.canonicalizing : nil
        var first: SignatureDiagnosis?
        for webhook in asked {
            let others = all.filter { $0.name != webhook.name }
            var limits = SignatureDiagnosis.Limits()
            limits.maximumOtherWebhooks = others.count
            let diagnosis = SignatureDiagnosis(
                of: payload.span, signatures: signatures, webhook: .init(webhook),
                others: asked.count > 1 ? [] : others.map { .init($0) }, limits: limits)
            if diagnosis.isProven { return diagnosis.findings.map { .init($0, setting: setting) } }
            first = first ?? diagnosis
        }
        return first?.findings.map { .init($0, setting: setting) } ?? []
    }
}

extension SignatureDiagnosis.Webhook {
    fileprivate init(_ settings: WebhookSettings) { self.init(name: settings.name.text, secrets: settings.secrets) }
}
#endif
