#if Server
import LeadSharkWebhooks
import ArgumentParser
import LeadSharkDelivery
import LeadSharkSQLite

extension LeadShark.Deliveries {
    /// `leadshark deliveries redeliver`
    struct Redeliver: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send deliveries round again that are completed, dead or waiting, their attempts counted anew.",
            usage: "leadshark deliveries redeliver (<id> ... | --dead | --waiting)",
            discussion: """
                A running receiver is asked to do it; without one they are delivered after the next start. Those that \
                are ready or at work stay as they are. Exits with 1 when none was sent round again.
                """)

        /// The most deliveries of one run.
        static let maximumCount = 1_000_000

        @Argument(help: ArgumentHelp("The deliveries' numbers, as list shows them.", valueName: "id"))
        var ids: [DeliveryID] = []

        @Flag(help: "All dead letters, or those that --handler, --webhook and --type pick.")
        var dead = false

        @Flag(help: "All that wait for their time, picked likewise: once what they wait for is mended.")
        var waiting = false

        @Option(help: ArgumentHelp("With --dead and --waiting: only this handler's.", valueName: "name"))
        var handler: HandlerName?

        @Option(
            help: ArgumentHelp("With --dead and --waiting: only those that arrived at this webhook.", valueName: "name")
        )
        var webhook: WebhookName?

        @Option(help: ArgumentHelp("With --dead and --waiting: only events of this type.", valueName: "type"))
        var type: String?

        @OptionGroup var store: StoreOption
        @OptionGroup var output: FormatOption

        func validate() throws {
            if picks, !ids.isEmpty {
                throw ValidationError("Name deliveries by number, or say --dead or --waiting, not both.")
            }
            if !picks, ids.isEmpty {
                throw ValidationError("Name the deliveries by number, or say --dead or --waiting.")
            }
            if !picks, handler != nil || webhook != nil || type != nil {
                throw ValidationError("--handler, --webhook and --type go with --dead and --waiting.")
            }
            if ids.count > Self.maximumCount { throw ValidationError("These are too many.") }
        }

        private var picks: Bool { dead || waiting }

        private var pickedStates: Set<DeliveryState> {
            Set((dead ? [.deadLettered] : []) + (waiting ? [.waiting] : []))
        }

        func run() async throws {
            let context = Context.current
            let path = try store.path(in: context)
            // Reading first: it makes no store where there is none.
            let meant = try await store.read(in: context) { store in
                guard picks else { return ids }
                let query = DeliveryQuery(
                    states: pickedStates, handler: handler, webhook: webhook,
                    type: type.map { .init(rawValue: $0) },
                    limit: Self.maximumCount)
                return try await store.deliveries(matching: query).map(\.id)
            }
            let (done, by) = try await meant.isEmpty ? ([], .receiver) : StoreOwner(path: path).redeliver(meant)
            switch output.format {
            case .json:
                try context.console.printJSON(
                    Result(asked: meant.count, redelivered: done.map(\.rawValue)))
            case .text:
                context.console.print(
                    "\(done.count) of \(meant.count) sent round again"
                        + (done.count < meant.count ? "; the others are ready or at work already, or not there" : "")
                        + (by == .command && !done.isEmpty ? "; no receiver runs: delivered at its next start" : ""))
            }
            if done.isEmpty { throw ExitCode(ExitStatus.negative.rawValue) }
        }

        private struct Result: Encodable {
            let asked: Int
            let redelivered: [Int64]
        }
    }
}
#endif
