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
                of one webhook with --webhook.
                """)

        @OptionGroup var input: InputFile

        @Option(help: ArgumentHelp("The value of the X-Webhook-Signature header.", valueName: "hex"))
        var signature: String

        @OptionGroup var webhook: WebhookOption
        @OptionGroup var output: FormatOption

        func validate() throws {
            if signature.allSatisfy(\.isWhitespace) {
                throw ValidationError("--signature is empty; give it the value of the X-Webhook-Signature header.")
            }
        }

        func run() async throws {
            let context = Context.current
            let webhooks = try context.webhooks(SettingsSource(context))
            let asked = try webhook.webhook == nil ? webhooks : [webhook.pick(from: webhooks)]
            let payload = try input.read(in: context)
            let verdict = try Verdict.of(payload, signature: signature, asked: asked, all: webhooks)
            switch output.format {
            case .text: context.console.print(verdict.sentence)
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
    /// Why it is not valid.
    let reason: String?
    let sentence: String

    private enum CodingKeys: CodingKey { case valid, webhook, secret, reason }

    /// Tries the secrets of the webhooks that were asked for, then the others, since the secret of another webhook is
    /// the mistake that takes longest to find.
    ///
    /// - Throws: ``CommandError`` when it cannot be told.
    static func of(
        _ payload: [UInt8], signature: String, asked: [WebhookSettings], all: [WebhookSettings]
    ) throws(CommandError) -> Verdict {
        var failure = VerificationError.Code.signatureMismatch
        var message = ""
        for (webhooks, valid) in [(asked, true), (all, false)] {
            for webhook in webhooks {
                do throws(VerificationError) {
                    let verified = try WebhookVerifier(secrets: webhook.secrets).verify(
                        payload, signature: signature)
                    return valid
                        ? .init(valid: webhook, verified.secret) : .init(other: webhook, verified.secret)
                } catch {
                    failure = error.code
                    message = error.message
                }
            }
        }
        if failure == .hmacUnavailable { throw CommandError(.unavailable, message) }
        return Verdict(
            valid: false, webhook: nil, secret: nil, reason: failure.description.snakeCased,
            sentence: "not valid: \(message)" + (failure == .signatureMismatch ? "\n" + Self.advice : ""))
    }

    /// What to look at when a signature does not fit.
    private static let advice =
        "Compare the secret with the one that LeadShark shows for this webhook, and check that the file holds the body "
        + "byte for byte: a newline more, or JSON that was written anew, makes another signature."

    private init(valid: Bool, webhook: String?, secret: SecretSet.Position?, reason: String?, sentence: String) {
        self.valid = valid
        self.webhook = webhook
        self.secret = secret
        self.reason = reason
        self.sentence = sentence
    }

    private init(valid webhook: WebhookSettings, _ secret: SecretSet.Position) {
        self.init(
            valid: true, webhook: webhook.name.text, secret: secret, reason: nil,
            sentence: "valid: signed with the \(secret.rawValue) secret of the webhook \(webhook.name)")
    }

    private init(other webhook: WebhookSettings, _ secret: SecretSet.Position) {
        self.init(
            valid: false, webhook: webhook.name.text, secret: secret, reason: "other_webhook",
            sentence: "not valid: signed with the \(secret.rawValue) secret of another webhook, \(webhook.name)")
    }
}
#endif
