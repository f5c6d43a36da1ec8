#if Server
import ArgumentParser
import LeadSharkDelivery

extension LeadShark.Deliveries {
    /// `leadshark deliveries show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a delivery's event: its payload, all its deliveries, and what came under its identity.",
            usage: "leadshark deliveries show (<id> | --event <number>) [<options>]",
            discussion: "What it prints is personal data. Exits with 1 when there is no such delivery.")

        @Argument(help: ArgumentHelp("The delivery's number, as list shows it.", valueName: "id"))
        var id: DeliveryID?

        @Option(help: ArgumentHelp("The event's number instead, as the log names it.", valueName: "number"))
        var event: EventID?

        @OptionGroup var store: StoreOption
        @OptionGroup var output: DeliveriesFormatOption

        func validate() throws {
            guard (id == nil) != (event == nil) else {
                throw ValidationError("Name one delivery by its number, or one event by --event.")
            }
        }

        func run() async throws {
            let context = Context.current
            let record = try await store.read(in: context) { store in
                if let event { return try await store.record(of: event) }
                guard let id else { return nil }
                return try await Self.record(of: id, in: store)
            }
            guard let record else {
                let what = event.map { "event \($0)" } ?? id.map { "delivery \($0)" } ?? ""
                throw CommandError(
                    .negative, "there is no \(what) in the store; `leadshark deliveries list` shows what there is")
            }
            switch output.format {
            case .json, .ndjson: try context.console.printJSON(EventReport(record))
            case .text: context.console.print(EventReport.text(record))
            }
        }

        private static func record(of id: DeliveryID, in store: any DeliveryStore) async throws -> EventRecord? {
            var query = DeliveryQuery(limit: 1)
            query.ids = [id]
            guard let delivery = try await store.deliveries(matching: query).first else { return nil }
            return try await store.record(of: delivery.event)
        }
    }
}
#endif
