#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkWebhooks

extension LeadShark {
    /// `leadshark sign`
    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the signature that LeadShark would send for a payload.",
            discussion: "The payload is taken byte for byte: a newline at its end is signed too.")

        @OptionGroup var input: InputFile
        @OptionGroup var webhook: WebhookOption
        @OptionGroup var output: FormatOption

        func run() async throws {
            let context = Context.current
            let webhooks = try context.webhooks(SettingsSource(context))
            let webhook = try webhook.pick(from: webhooks)
            let payload = try input.read(in: context)
            let signature = webhook.secrets.current.signature(for: payload.span).hexadecimal
            switch output.format {
            case .text: context.console.print(signature)
            case .json:
                try context.console.printJSON(Result(webhook: webhook.name.text, signature: signature))
            }
        }

        private struct Result: Encodable {
            let webhook: String
            let signature: String
        }
    }
}
#endif
