#if Server
import ArgumentParser
import LeadSharkDelivery

extension LeadShark.Deliveries {
    /// `leadshark deliveries redeliver`
    struct Redeliver: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send deliveries round again that are completed, dead or waiting, their attempts counted anew.",
            usage: "leadshark deliveries redeliver (<id> ... | <filter> ...) [<options>]",
            discussion: """
                A running receiver is asked to do it; without one they are delivered after the next start. Those that \
                are ready or at work stay as they are, and so does what has been completed since it was found waiting or \
                dead. When they are not named by number, it shows how many they are and asks; where nobody can be asked, \
                --yes is needed. Exits with 1 when none was sent round again.
                """)

        /// The most deliveries of one run.
        static let maximumCount = 1_000_000

        @Argument(help: ArgumentHelp("The deliveries' numbers, as list shows them.", valueName: "id"))
        var ids: [DeliveryID] = []

        @Flag(help: "All dead letters, or those that the filters pick.")
        var dead = false

        @Flag(help: "All that wait for their time, picked likewise: once what they wait for is mended.")
        var waiting = false

        @OptionGroup var filter: DeliveryFilter
        @OptionGroup var bulk: BulkOptions
        @OptionGroup var store: StoreOption
        @OptionGroup var output: DeliveriesFormatOption

        func validate() throws {
            if picks, !ids.isEmpty {
                throw ValidationError("Name deliveries by number, or say --dead, --waiting or --state, not both.")
            }
            if !picks, !filter.isEmpty {
                throw ValidationError("Filters go with --dead, --waiting or --state completed; say which are meant.")
            }
            if !picks, ids.isEmpty {
                throw ValidationError(
                    "Name the deliveries by number, or say --dead, --waiting or --state completed.")
            }
            guard Set(filter.state).isSubset(of: DeliveryState.redeliverable) else {
                throw ValidationError("--state is completed, waiting or deadLettered here: others are under way.")
            }
            if ids.count > Self.maximumCount { throw ValidationError("These are too many.") }
        }

        private var picks: Bool { dead || waiting || !filter.state.isEmpty }

        /// From which states they are sent round again: what has been completed since it was found waiting is not done twice.
        private var states: Set<DeliveryState> {
            guard picks else { return DeliveryState.redeliverable }
            return Set(filter.state).union(dead ? [.deadLettered] : []).union(waiting ? [.waiting] : [])
        }

        func run() async throws {
            let context = Context.current
            let location = try store.location(in: context)
            // Reading first: it makes no store where there is none.
            let meant = try await store.read(in: context) { try await find(in: $0, context) }
            let text = meant.count == 1 ? "1 delivery" : "\(meant.count) deliveries"
            if picks, !bulk.dryRun, !meant.isEmpty {
                try bulk.confirm(
                    "send \(text) round again", question: "Send \(text) round again",
                    refusal: "nothing was sent round again", in: context)
            }
            let (done, by) =
                try await meant.isEmpty || bulk.dryRun
                ? ([], .receiver) : StoreOwner(location, context).redeliver(meant, from: states)
            switch output.format {
            case .json, .ndjson:
                try context.console.printJSON(
                    Result(asked: meant.count, redelivered: done.map(\.rawValue), dryRun: bulk.dryRun))
            case .text:
                context.console.print(
                    bulk.dryRun
                        ? "\(text) would be sent round again"
                        : "\(done.count) of \(meant.count) sent round again"
                            + (done.count < meant.count
                                ? "; the others are \(picks ? "no longer so" : "ready or at work already"), or not there"
                                : "")
                            + (by == .command && !done.isEmpty
                                ? "; no receiver runs: delivered at its next start" : ""))
            }
            if bulk.dryRun ? meant.isEmpty : done.isEmpty { throw ExitCode(ExitStatus.negative.rawValue) }
        }

        /// The deliveries that are meant, oldest first.
        private func find(in store: any DeliveryStore, _ context: Context) async throws -> [DeliveryID] {
            if !picks, !bulk.dryRun { return ids }
            var query = filter.query(limit: Self.maximumCount, now: context.now())
            query.states = states
            if !picks { query.ids = Set(ids) }
            var found: [DeliveryID] = []
            try await store.forEachPage(of: query) { found += $0.map(\.id) }
            return found.reversed()
        }

        private struct Result: Encodable {
            let asked: Int
            let redelivered: [Int64]
            let dryRun: Bool

            private enum CodingKeys: String, CodingKey {
                case asked, redelivered
                case dryRun = "dry_run"
            }
        }
    }
}
#endif
