#if Server
import ArgumentParser
import LeadSharkReceiver

extension LeadShark {
    /// `leadshark worker`
    struct Work: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "worker",
            abstract: "Bring leads where they belong that receivers have stored in a PostgreSQL database.",
            usage: "leadshark worker [<options>]",
            discussion: """
                The other half of `leadshark serve --no-worker`; any number of both may run on one database. Receivers and \
                workers need the same settings of where leads go. Runs until SIGTERM or SIGINT (Ctrl-C), then finishes what \
                is at work and exits with 0.
                """)

        @Option(
            help: ArgumentHelp(
                "Where /health/live and /health/ready are (127.0.0.1:8081).", valueName: "host:port"))
        var adminListen: String?

        @Option(
            help: ArgumentHelp("The queue: a postgres:// URL without a password.", valueName: "store"))
        var store: String?

        @OptionGroup var destinations: DestinationOptions

        @Option(
            help: ArgumentHelp("How long completed events are kept, as 7d, or forever (7d).", valueName: "time"))
        var keepCompleted: String?

        @Option(help: ArgumentHelp("Log from this level on (info).", valueName: "level"))
        var logLevel: String?

        func run() async throws {
            var context = Context.current
            let flags = ServeSettings.Flags(
                adminListen: adminListen, store: store, leadsFile: destinations.leadsFile,
                forwardURL: destinations.forwardURL, forwardOrder: destinations.forwardOrder,
                keepCompleted: keepCompleted, logLevel: logLevel)
            let settings = try ServeSettings(flags, role: .worker, from: SettingsSource(context), in: context)
            try await Composition.run(settings, &context)
        }
    }
}
#endif
