#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkWebhooks

extension LeadShark {
    /// `leadshark verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check whether a signature fits a payload.",
            usage: "leadshark verify [<file>] --signature <hex> [<options>]",
            discussion: """
                Exits with 0 when it does and with 1 when it does not. Every secret that is set up is tried, or those \
                of one webhook with --webhook. With --explain, the causes that are known for a signature that does not \
                fit are tried, and the one under which it fits is told with its remedy; none of it changes the verdict.
                """)

        @OptionGroup var input: InputFile

        @Option(
            help: ArgumentHelp(
                "The value of the X-Webhook-Signature header; once for each, if the request has several.",
                valueName: "hex"))
        var signature: [String] = []

        @Flag(help: "Tell why the signature does not fit, and what to do about it.")
        var explain = false

        @OptionGroup var webhook: WebhookOption
        @OptionGroup var bodies: ReformattedBodiesOption
        @OptionGroup var output: FormatOption

        func validate() throws {
            if signature.isEmpty {
                throw ValidationError("--signature is missing; give it the value of the X-Webhook-Signature header.")
            }
            if signature.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) {
                throw ValidationError("--signature is empty; give it the value of the X-Webhook-Signature header.")
            }
        }

        func run() async throws {
            let context = Context.current
            let settings = try SettingsSource(context)
            let reformattedBodies = try settings.reformattedBodies(flag: bodies.reformattedBodies)
            let webhooks = try context.webhooks(settings)
            let asked = try webhook.webhook == nil ? webhooks : [webhook.pick(from: webhooks)]
            let payload = try input.read(in: context)
            var verdict = try Verdict.of(
                payload, signatures: signature, asked: asked, all: webhooks, reformattedBodies: reformattedBodies)
            if explain {
                verdict.findings = FindingReport.all(
                    of: payload, signatures: signature, asked: asked, all: webhooks,
                    reformattedBodies: reformattedBodies)
            }
            switch output.format {
            case .text: context.console.print(verdict.text)
            case .json: try context.console.printJSON(verdict)
            }
            if !verdict.valid { throw ExitCode(ExitStatus.negative.rawValue) }
        }
    }
}

/// What `verify` found.
struct Verdict: Encodable, Hashable {
    let valid: Bool
    /// The webhook whose secret fits; without being valid: another than the one that was asked for.
    let webhook: String?
    /// Which of its secrets.
    let secret: SecretSet.Position?
    /// Whether it is valid over the body's canonical text, and not over the body; else `nil`.
    let isCanonicalText: Bool?
    /// Why it is not valid.
    let reason: String?
    /// What the diagnosis found, when it was asked for.
    var findings: [FindingReport]?
    private let sentence: String

    private enum CodingKeys: String, CodingKey {
        case valid, webhook, secret, reason, findings
        case isCanonicalText = "canonical_text"
    }

    /// For people.
    var text: String {
        if let findings { return ([sentence] + findings.flatMap(\.lines)).joined(separator: "\n") }
        if valid { return sentence }
        let isMismatch = reason == VerificationError.Code.signatureMismatch.description.snakeCased
        return "\(sentence)\n\(isMismatch ? Self.advice + " " : "")\(Self.hint)"
    }

    /// Tries the secrets of the webhooks that were asked for, then the others, since the secret of another webhook is
    /// the mistake that takes longest to find.
    ///
    /// - Throws: ``CommandError`` when it cannot be told.
    static func of(
        _ payload: [UInt8], signatures: [String], asked: [WebhookSettings], all: [WebhookSettings],
        reformattedBodies: ReformattedBodies
    ) throws(CommandError) -> Verdict {
        let signature: String?
        do throws(VerificationError) {
            signature = try WebhookHeaders.soleSignature(among: signatures)
        } catch {
            return Verdict(refused: error.code, error.message)
        }
        var failure = VerificationError.Code.signatureMismatch
        var message = ""
        for (webhooks, valid) in [(asked, true), (all, false)] {
            for webhook in webhooks {
                do throws(VerificationError) {
                    let verifier = WebhookVerifier(secrets: webhook.secrets, reformattedBodies: reformattedBodies)
                    let verified = try verifier.verify(payload, signature: signature)
                    return valid ? .init(valid: webhook, verified) : .init(other: webhook, verified)
                } catch {
                    failure = error.code
                    message = error.message
                }
            }
        }
        if failure == .hmacUnavailable { throw CommandError(.unavailable, message) }
        return Verdict(refused: failure, message)
    }

    /// What to look at when a signature does not fit.
    private static let advice =
        "Compare the secret with the one that LeadShark shows for this webhook, and check that the file holds the body "
        + "byte for byte: a newline more, or JSON that was written anew, makes another signature."
    private static let hint = "With --explain, what is known to go wrong is tried."

    private init(refused code: VerificationError.Code, _ message: String) {
        self.init(
            valid: false, webhook: nil, secret: nil, reason: code.description.snakeCased,
            sentence: "not valid: \(message)")
    }

    private init(
        valid: Bool, webhook: String?, secret: SecretSet.Position?, isCanonicalText: Bool? = nil, reason: String?,
        sentence: String
    ) {
        self.valid = valid
        self.isCanonicalText = isCanonicalText
        self.webhook = webhook
        self.secret = secret
        self.reason = reason
        self.sentence = sentence
    }

    private init(valid webhook: WebhookSettings, _ verified: VerifiedWebhook) {
        let secret = verified.secret
        var sentence = "valid: signed with the \(secret.rawValue) secret of the webhook \(webhook.name)"
        if verified.isCanonicalText { sentence += ", over the canonical text of this body, which was re-formatted" }
        self.init(
            valid: true, webhook: webhook.name.text, secret: secret,
            isCanonicalText: verified.isCanonicalText ? true : nil, reason: nil, sentence: sentence)
    }

    private init(other webhook: WebhookSettings, _ verified: VerifiedWebhook) {
        let secret = verified.secret
        self.init(
            valid: false, webhook: webhook.name.text, secret: secret, reason: "other_webhook",
            sentence: "not valid: signed with the \(secret.rawValue) secret of another webhook, \(webhook.name)")
    }
}
#endif
