#if Server
import ArgumentParser
import LeadSharkReceiver

extension LeadShark {
    /// `leadshark serve`
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Receive webhooks, store them, and bring the leads where they belong.",
            usage: "leadshark serve [<options>]",
            discussion: """
                Runs until SIGTERM or SIGINT (Ctrl-C), then finishes what is being answered and exits with 0. Each \
                webhook is received under /webhooks/<name>; the name of the one that needs none is leadshark.
                """)

        @Option(help: ArgumentHelp("Where webhooks arrive (127.0.0.1:8080).", valueName: "host:port"))
        var listen: String?

        @Option(
            help: ArgumentHelp(
                "Where /health/live and /health/ready are (127.0.0.1:8081).", valueName: "host:port"))
        var adminListen: String?

        @Option(
            help: ArgumentHelp(
                "The queue: sqlite:path, or a postgres:// URL without a password (sqlite:leadshark.sqlite).",
                valueName: "store"))
        var store: String?

        @Flag(
            help: """
                Receive only: `leadshark worker` brings the leads where they belong. Both need the same settings of where \
                that is, and a PostgreSQL database.
                """)
        var noWorker = false

        @OptionGroup var destinations: DestinationOptions

        @OptionGroup var bodies: ReformattedBodiesOption

        @Option(
            help: ArgumentHelp(
                "How far an event's time may lie from ours, as 5m; beyond it the event is a dead letter (any time).",
                valueName: "time"))
        var tolerance: String?

        @Option(
            help: ArgumentHelp("How long completed events are kept, as 7d, or forever (7d).", valueName: "time"))
        var keepCompleted: String?

        @Option(
            help: ArgumentHelp(
                "With less of the store's disk free, no event is taken, as 64M, or 0 (64M).", valueName: "size"))
        var minimumFreeSpace: String?

        @OptionGroup var spool: SpoolOption

        @Option(
            help: ArgumentHelp("How large the spool may get, as 512M or 4G (1G).", valueName: "size"))
        var spoolLimit: String?

        @Option(help: ArgumentHelp("Log from this level on (info).", valueName: "level"))
        var logLevel: String?

        func run() async throws {
            var context = Context.current
            let flags = ServeSettings.Flags(
                listen: listen, adminListen: adminListen, store: store, leadsFile: destinations.leadsFile,
                forwardURL: destinations.forwardURL, forwardOrder: destinations.forwardOrder,
                reformattedBodies: bodies.reformattedBodies,
                tolerance: tolerance, keepCompleted: keepCompleted, minimumFreeSpace: minimumFreeSpace,
                spool: spool.spool, spoolLimit: spoolLimit, logLevel: logLevel)
            let settings = try ServeSettings(
                flags, role: noWorker ? .receiver : .receiverAndWorker, from: SettingsSource(context), in: context)
            try await Composition.run(settings, &context)
        }
    }
}
#endif
