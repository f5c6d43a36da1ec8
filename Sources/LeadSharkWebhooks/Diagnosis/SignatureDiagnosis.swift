/// Why a signature does not fit: what was tried, and which of it explains what arrived.
///
/// A mismatch looks the same whatever its cause: another webhook's secret, a newline pasted with it, a proxy that wrote the
/// body anew. This tries such causes and names the one under which the signature fits, with the remedy.
///
/// ```swift
/// import LeadSharkWebhooks
///
/// func explain(_ body: [UInt8], signatures: [String], secrets: SecretSet) -> String {
///     let diagnosis = SignatureDiagnosis(
///         of: body.span, signatures: signatures, webhook: .init(name: "crm", secrets: secrets))
///     return "\(diagnosis.main.summary). \(diagnosis.main.remedy)"
/// }
/// ```
///
/// It explains, and never accepts: it gives no ``VerifiedWebhook``, and what it found must not make anybody act on the body.
/// No finding holds a secret, a tag or anything of the body, so it may be logged. Do not send it to the sender.
///
/// A signature is tried in every form in which it could have been written, over the body as it is with every secret and its
/// variants, and over every variant of the body with every secret as it is: so one mistake in the secret or in the body, and
/// one in the header beside it. It takes far longer than to verify and is bounded by ``Limits``; keep it off the path of an
/// answer.
public struct SignatureDiagnosis: Sendable {
    /// A webhook whose secrets are tried.
    public struct Webhook: Sendable {
        /// The name by which findings mention it.
        public var name: String
        /// The secrets that are accepted for it.
        public var secrets: SecretSet
        /// Secrets that were accepted once, and are no longer.
        public var retired: [SigningSecret]

        /// Takes a webhook's secrets.
        public init(name: String, secrets: SecretSet, retired: [SigningSecret] = []) {
            self.name = name
            self.secrets = secrets
            self.retired = retired
        }
    }

    /// Bounds on the work.
    public struct Limits: Sendable, Hashable {
        /// The longest body, in bytes, of which variants are tried. A longer one is tried as it is only. No variant is longer
        /// than eight times this, and only a few are held at a time.
        public var maximumBodyByteCount = 1 << 20
        /// How many bytes are hashed, over all tries. Each counts 1 KiB more than it hashes.
        public var maximumHashedByteCount = 256 << 20
        /// How many webhooks are tried beside the one in question.
        public var maximumOtherWebhooks = 64
        /// How many secrets are tried of those that a webhook no longer accepts.
        public var maximumRetiredSecrets = 8

        /// The defaults: far below a second.
        public init() {}
    }

    /// What was found, what matters most first; never empty. Those that are proven hold together: with all of them remedied
    /// the signature fits.
    public let findings: [Finding]
    /// Whether everything was tried. Not when ``Limits`` ended it.
    public let isComplete: Bool

    /// The first of ``findings``.
    public var main: Finding { findings[0] }
    /// Whether ``findings`` are proven by the signature itself.
    public var isProven: Bool { main.certainty == .proven }

    /// Diagnoses what arrived.
    ///
    /// - Parameters:
    ///   - body: The request's body, byte for byte.
    ///   - signatures: The values of all its `X-Webhook-Signature` headers, as they came.
    ///   - webhook: The webhook that it arrived at.
    ///   - others: Other webhooks, whose secrets may have been mistaken for this one's.
    ///   - limits: Bounds on the work.
    public init(
        of body: Span<UInt8>, signatures: [String], webhook: Webhook, others: [Webhook] = [],
        limits: Limits = Limits()
    ) {
        let reading = TagReading(signatures)
        let secrets = KnownSecret.all(of: webhook, others: others, limits: limits)
        var search = DiagnosisSearch(reading.candidates, budget: limits.maximumHashedByteCount)
        if let hit = search.run(over: body, with: secrets, limits: limits) {
            findings = Self.proven(hit, reading)
            isComplete = true
            return
        }
        isComplete = !search.isExhausted && body.count <= limits.maximumBodyByteCount
        var likely = reading.likely + BodyAppearance.findings(for: body, limits: limits)
        if let odd = secrets.first(where: { $0.isOwn && $0.looksOdd }) {
            likely.append(Finding(.secretHasBlanks, .likely, secret: odd))
        }
        likely.append(Finding(.unexplained, .likely, tries: search.tries, isComplete: isComplete))
        findings = likely
    }

    private static func proven(_ hit: DiagnosisSearch.Hit, _ reading: TagReading) -> [Finding] {
        var findings: [Finding] = []
        if let code = hit.body { findings.append(Finding(code, .proven, secret: hit.secret)) }
        if let code = hit.key { findings.append(Finding(code, .proven, secret: hit.secret)) }
        if let code = hit.secret?.role.code { findings.append(Finding(code, .proven, secret: hit.secret)) }
        findings += hit.candidate.shapes.map { Finding($0, .proven, secret: hit.secret) }
        if reading.isConflicting { findings.append(Finding(.conflictingSignatures, .proven, secret: hit.secret)) }
        return findings.isEmpty ? [Finding(.fits, .proven, secret: hit.secret)] : findings
    }
}

extension SignatureDiagnosis: CustomStringConvertible {
    /// The codes of the findings.
    public var description: String { findings.map(\.code.description).joined(separator: ", ") }
}
