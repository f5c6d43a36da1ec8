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
                Exits with 0 when no check failed, else with 1; with 78 when none failed but there is no secret to sign an \
                event with. The events that it sends are marked as tests inside \
                their signed body: a receiver of this kind stores them and gives them to nobody.
                """)

        @Argument(help: "The endpoint's URL, as it stands in LeadShark's dashboard.")
        var url: String

        @OptionGroup var webhook: WebhookOption
        @OptionGroup var output: FormatOption

        func run() async throws {
            let context = Context.current
            let endpoint: EndpointURL
            do throws(EndpointURLError) {
                endpoint = try EndpointURL(url)
            } catch {
                throw CommandError(.usage, "\(error.message); \(error.remedy)")
            }
            let webhooks = try context.webhooks(SettingsSource(context), mayBeNone: true)
            let secret =
                try webhooks.isEmpty
                ? nil : webhook.pick(from: webhooks, path: endpoint.path).secrets.current
            var configuration = LeadSharkProbe.Doctor.Configuration()
            configuration.missingSecretReason =
                "there is no secret; run `leadshark init` or set LEADSHARK_WEBHOOK_SECRET"
            let doctor = LeadSharkProbe.Doctor(url: url, secret: secret, configuration: configuration)
            let isText = output.format == .text
            let report = await doctor.run { check in
                if isText { context.console.print(DoctorLine.text(check)) }
            }
            if isText {
                context.console.print(DoctorLine.verdict(of: report))
            } else {
                try context.console.printJSON(
                    DoctorLine.Report(healthy: report.isHealthy, checks: report.checks.map(DoctorLine.init)))
            }
            if !report.isHealthy { throw ExitCode(ExitStatus.negative.rawValue) }
            if secret == nil { throw ExitCode(ExitStatus.configuration.rawValue) }
        }
    }
}
#endif
