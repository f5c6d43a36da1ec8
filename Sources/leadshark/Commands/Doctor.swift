#if Server
import LeadSharkWebhooks
import ArgumentParser
import LeadSharkProbe

extension LeadShark {
    /// `leadshark doctor`
    struct Doctor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find out why nothing arrives: LeadShark's troubleshooting list, done for you.",
            discussion: """
                Exits with 0 when no check failed, else with 1. The events that it sends are marked as tests inside \
                their signed body: a receiver of this kind stores them and gives them to nobody.
                """)

        @Argument(help: "The endpoint's URL, as it stands in LeadShark's dashboard.")
        var url: String

        @OptionGroup var webhook: WebhookOption
        @OptionGroup var output: FormatOption

        func run() async throws {
            let context = Context.current
            let webhooks = try context.webhooks(SettingsSource(context))
            let secret = try webhook.pick(from: webhooks, path: url).secrets.current
            let doctor = LeadSharkProbe.Doctor(url: url, secret: secret)
            let isText = output.format == .text
            let report = await doctor.run { check in
                if isText { context.console.print(DoctorLine.text(check)) }
            }
            if isText {
                context.console.print(report.isHealthy ? "All is well." : "Something is wrong.")
            } else {
                try context.console.printJSON(
                    DoctorLine.Report(healthy: report.isHealthy, checks: report.checks.map(DoctorLine.init)))
            }
            if !report.isHealthy { throw ExitCode(ExitStatus.negative.rawValue) }
        }
    }
}
#endif
