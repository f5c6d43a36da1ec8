#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkSQLite
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

        @Argument(help: ArgumentHelp("The deliveries' numbers, as list shows them.", valueName: "id"))
        var ids: [DeliveryID] = []

        @Option(help: ArgumentHelp("An event by its own number; may be repeated.", valueName: "number"))
        var event: [EventID] = []

        @Option(help: ArgumentHelp("The event with this identity.", valueName: "hex"))
        var identity: EventIdentity?

        @Option(
            help: ArgumentHelp(
                "A person's events, by actor_id or linkedin_username; may be repeated.", valueName: "id"))
        var person: [String] = []

        @Option(help: "Events with a delivery in this state; may be repeated.")
        var state: [DeliveryState] = []

        @Option(help: ArgumentHelp("Events that arrived at this webhook.", valueName: "name"))
        var webhook: WebhookName?

        @Option(help: ArgumentHelp("Events of this type.", valueName: "type"))
        var type: String?

        @Flag(help: "Delete without asking.")
        var yes = false

        @Flag(help: "Show how many they are, and delete nothing.")
        var dryRun = false

        @OptionGroup var store: StoreOption
        @OptionGroup var output: FormatOption

        func validate() throws {
            let isFiltering =
                identity != nil || !person.isEmpty || !state.isEmpty || webhook != nil || type != nil
            switch [!ids.isEmpty, !event.isEmpty, isFiltering].count(where: { $0 }) {
            case 0: throw ValidationError("Name deliveries or events by number, or say which by a filter; see --help.")
            case 1: break
            default: throw ValidationError("Name deliveries by number, events by --event, or use filters: one of them.")
            }
            if person.contains("") { throw ValidationError("--person is empty.") }
            if ids.count > Self.maximumCount || event.count > Self.maximumEvents || person.count > 100 {
                throw ValidationError("These are too many.")
            }
        }

        func run() async throws {
            let context = Context.current
            let path = try store.path(in: context)
            // Reading first: it makes no store where there is none.
            let meant = try await store.read(in: context) { try await find(in: $0) }
            var deleted: [EventID] = []
            if !meant.events.isEmpty, !dryRun {
                try confirm(meant, context)
                (deleted, _) = try await StoreOwner(path: path).delete(meant.events)
            }
            switch output.format {
            case .json:
                try context.console.printJSON(
                    Result(
                        events: meant.events.count, deliveries: meant.deliveryCount, open: meant.openCount,
                        deleted: deleted.count, dryRun: dryRun))
            case .text:
                if meant.events.isEmpty {
                    context.console.print("No event matches.")
                } else if dryRun {
                    context.console.print("\(meant) would be deleted")
                } else {
                    context.console.print("\(deleted.count) of \(meant) deleted")
                }
            }
            if dryRun ? meant.events.isEmpty : deleted.isEmpty { throw ExitCode(ExitStatus.negative.rawValue) }
        }

        private func find(in store: SQLiteDeliveryStore) async throws -> Meant {
            var query = DeliveryQuery(
                states: Set(state), webhook: webhook, type: type.map(EventType.init(rawValue:)),
                limit: Self.maximumCount)
            if !ids.isEmpty { query.ids = Set(ids) }
            query.identity = identity
            query.people = Set(person)
            var events: Set<EventID> = []
            if event.isEmpty {
                events.formUnion(try await store.deliveries(matching: query).map(\.event))
            } else {
                // These may have no deliveries.
                for id in event where try await store.record(of: id) != nil { events.insert(id) }
            }
            // The events' other deliveries go with them.
            var all = DeliveryQuery(limit: .max)
            all.events = events
            let deliveries = events.isEmpty ? [] : try await store.deliveries(matching: all)
            return Meant(
                events: events.sorted(), deliveryCount: deliveries.count,
                openCount: deliveries.count { $0.state.isOpen })
        }

        private func confirm(_ meant: Meant, _ context: Context) throws {
            if yes { return }
            guard context.input.isTerminal() else {
                throw CommandError(
                    .usage, "this would delete \(meant); say --yes to do it, since nobody can be asked here")
            }
            context.console.prompt("Delete \(meant) for good? Type yes: ")
            guard context.input.readLine() == "yes" else {
                throw CommandError(.negative, "nothing was deleted")
            }
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
