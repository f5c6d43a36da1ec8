import LeadSharkWebhooks
import Marks

/// One call of the verifier with hidden secrets, and what has to come of it.
struct Case {
    enum Outcome: Equatable {
        case accepted(SecretSet.Position, isCanonicalText: Bool)
        case refused(VerificationError.Code)
    }

    /// The ways in.
    enum Entry: CaseIterable { case array, span, isValid }

    let name: String
    let verifier: WebhookVerifier
    let body: [UInt8]
    let signature: String?
    let outcome: Outcome
    /// Each secret is compared with the signature for each text that is tried, whichever fits.
    let comparisonCount: Int

    /// Calls the verifier, and says what is wrong, if anything.
    func run(_ entry: Entry) -> String? {
        let (reports, comparisons, hidden) = (marks_reports(), comparisons_count(), comparisons_hidden())
        let outcome = call(entry)
        let reportCount = marks_reports() - reports
        let comparisonCount = comparisons_count() - comparisons
        let hiddenCount = comparisons_hidden() - hidden
        if reportCount != 0 { return "\(reportCount) reports" }
        if outcome != self.outcome { return "\(outcome) instead of \(self.outcome)" }
        if comparisonCount != self.comparisonCount {
            return "\(comparisonCount) comparisons instead of \(self.comparisonCount)"
        }
        // Had the marks been lost on the way there, nothing would have been shown.
        if hiddenCount != comparisonCount { return "\(hiddenCount) of \(comparisonCount) comparisons of hidden bytes" }
        return nil
    }

    private func call(_ entry: Entry) -> Outcome {
        do throws(VerificationError) {
            let webhook: VerifiedWebhook
            switch entry {
            case .array: webhook = try verifier.verify(body, signature: signature)
            case .span: webhook = try verifier.verify(body.span, signature: signature)
            case .isValid: return answer(verifier.isValid(body.span, signature: signature))
            }
            return .accepted(webhook.secret, isCanonicalText: webhook.isCanonicalText)
        } catch {
            return .refused(error.code)
        }
    }

    /// What stands for an answer that is only yes or no.
    private func answer(_ isValid: Bool) -> Outcome {
        switch outcome {
        case .accepted: isValid ? outcome : .refused(.signatureMismatch)
        case .refused: isValid ? .accepted(.current, isCanonicalText: false) : outcome
        }
    }
}
