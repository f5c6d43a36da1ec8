#if Server
import ArgumentParser
import LeadSharkDelivery

extension LeadShark.Deliveries {
    /// `leadshark deliveries list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List deliveries, newest first.",
            usage: "leadshark deliveries list [<options>]",
            discussion: "Without --state: those that are not completed.")

        /// The most deliveries of one list.
        static let maximumLimit = 100_000

        @OptionGroup var filter: DeliveryFilter

        @Option(help: ArgumentHelp("List so many at most.", valueName: "n"))
        var limit = 100

        @OptionGroup var store: StoreOption
        @OptionGroup var output: DeliveriesFormatOption

        func validate() throws {
            guard (1...Self.maximumLimit).contains(limit) else {
                throw ValidationError("--limit is a number from 1 to \(Self.maximumLimit).")
            }
        }

        func run() async throws {
            let context = Context.current
            var query = filter.query(limit: limit, now: context.now())
            if query.states.isEmpty { query.states = Set(DeliveryState.allCases).subtracting([.completed]) }
            var deliveries: [DeliverySummary] = []
            try await store.read(in: context) { store in
                try await store.forEachPage(of: query) { page in
                    if output.format == .ndjson {
                        try context.console.print(rows: page.map(DeliveryRow.init), as: .ndjson)
                    } else {
                        deliveries += page
                    }
                }
            }
            switch output.format {
            case .ndjson: break
            case .json: try context.console.printJSON(deliveries.map(DeliveryRow.init))
            case .text:
                guard !deliveries.isEmpty else {
                    context.console.note(
                        filter.isEmpty
                            ? "Nothing is open or dead; --state completed shows what is done." : "No delivery matches.")
                    return
                }
                context.console.print(DeliveryRow.table(deliveries))
                if deliveries.count == limit { context.console.note("There may be more; see --limit.") }
            }
        }
    }
}
#endif
