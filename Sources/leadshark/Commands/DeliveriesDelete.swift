#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkWebhooks

extension LeadShark.Deliveries {
    /// `leadshark deliveries delete`
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete events for good, with all their deliveries.",
            usage: "leadshark deliveries delete (<id> ... | <filter> ...) [<options>]",
            discussion: """
                Deletes the events that the deliveries belong to: their payloads, and the deliveries of all handlers, open \
                ones too. Nothing but the identity is kept, so that an event that comes again is still a duplicate. Shows \
                how many they are and asks; where nobody can be asked, --yes is needed. Several filters narrow each other. \
                Works beside a running receiver. Exits with 1 when nothing was deleted.
                """)

        /// The most deliveries of one run.
        static let maximumCount = 1_000_000
        /// The most events that are named in one run.
        static let maximumEvents = 1000
        /// For how many events the deliveries are counted in one query.
        private static let eventsPerCount = 5000

        @Argument(help: ArgumentHelp("The deliveries' numbers, as list shows them.", valueName: "id"))
        var ids: [DeliveryID] = []

        @Option(help: ArgumentHelp("An event by its own number; may be repeated.", valueName: "number"))
        var event: [EventID] = []

        @Option(help: ArgumentHelp("The event with this identity.", valueName: "hex"))
        var identity: EventIdentity?

        @OptionGroup var filter: DeliveryFilter
        @OptionGroup var bulk: BulkOptions
        @OptionGroup var store: StoreOption
        @OptionGroup var output: DeliveriesFormatOption

        func validate() throws {
            switch [!ids.isEmpty, !event.isEmpty, identity != nil || !filter.isEmpty].count(where: { $0 }) {
            case 0: throw ValidationError("Name deliveries or events by number, or say which by a filter; see --help.")
            case 1: break
            default: throw ValidationError("Name deliveries by number, events by --event, or use filters: one of them.")
            }
            if ids.count > Self.maximumCount || event.count > Self.maximumEvents {
                throw ValidationError("These are too many.")
            }
        }

        func run() async throws {
            let context = Context.current
            let location = try store.location(in: context)
            // Reading first: it makes no store where there is none.
            let meant = try await store.read(in: context) { try await find(in: $0, context) }
            var deleted: [EventID] = []
            if !meant.events.isEmpty, !bulk.dryRun {
                try bulk.confirm(
                    "delete \(meant)", question: "Delete \(meant) for good", refusal: "nothing was deleted", in: context
                )
                (deleted, _) = try await StoreOwner(location, context).delete(meant.events)
            }
            switch output.format {
            case .json, .ndjson:
                try context.console.printJSON(
                    Result(
                        events: meant.events.count, deliveries: meant.deliveryCount, open: meant.openCount,
                        deleted: deleted.count, dryRun: bulk.dryRun))
            case .text:
                if meant.events.isEmpty {
                    context.console.print("No event matches.")
                } else if bulk.dryRun {
                    context.console.print("\(meant) would be deleted")
                } else {
                    context.console.print("\(deleted.count) of \(meant) deleted")
                }
            }
            if bulk.dryRun ? meant.events.isEmpty : deleted.isEmpty { throw ExitCode(ExitStatus.negative.rawValue) }
        }

        private func find(in store: any DeliveryStore, _ context: Context) async throws -> Meant {
            var query = filter.query(limit: Self.maximumCount, now: context.now())
            if !ids.isEmpty { query.ids = Set(ids) }
            query.identity = identity
            var found: Set<EventID> = []
            if event.isEmpty {
                try await store.forEachPage(of: query) { found.formUnion($0.map(\.event)) }
            } else {
                // These may have no deliveries.
                for id in event where try await store.record(of: id) != nil { found.insert(id) }
            }
            // The events' other deliveries go with them.
            let events = found.sorted()
            var (deliveryCount, openCount) = (0, 0)
            for start in stride(from: 0, to: events.count, by: Self.eventsPerCount) {
                var all = DeliveryQuery(limit: .max)
                all.events = Set(events[start..<min(start + Self.eventsPerCount, events.count)])
                try await store.forEachPage(of: all, size: 10_000) { page in
                    deliveryCount += page.count
                    openCount += page.count { $0.state.isOpen }
                }
            }
            return Meant(events: events, deliveryCount: deliveryCount, openCount: openCount)
        }

        private struct Meant: Sendable, CustomStringConvertible {
            let events: [EventID]
            let deliveryCount: Int
            let openCount: Int

            var description: String {
                let open = openCount == 0 ? "" : ", \(openCount) of them open"
                return (events.count == 1 ? "1 event" : "\(events.count) events")
                    + (deliveryCount == 1 ? " (1 delivery\(open))" : " (\(deliveryCount) deliveries\(open))")
            }
        }

        private struct Result: Encodable {
            let events: Int
            let deliveries: Int
            let open: Int
            let deleted: Int
            let dryRun: Bool

            private enum CodingKeys: String, CodingKey {
                case events, deliveries, open, deleted
                case dryRun = "dry_run"
            }
        }
    }
}
#endif
