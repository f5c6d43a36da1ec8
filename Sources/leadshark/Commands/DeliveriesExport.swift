#if Server
import ArgumentParser
import LeadSharkDelivery

extension LeadShark.Deliveries {
    /// `leadshark deliveries export`
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write events with their payloads as NDJSON, newest first.",
            usage: "leadshark deliveries export [<filter> ...] [<options>]",
            discussion: """
                One object a line for each event with a delivery that the filters pick: what `show --format json` prints, with \
                all deliveries of the event, and its payload as text, or in base64 where it is not UTF-8. Without a filter: \
                all events but those without deliveries, such as LeadShark's tests. What it writes is personal data. A \
                file is made for you alone, and none is overwritten. Works beside a running receiver.
                """)

        @Option(help: ArgumentHelp("The file to make; - for standard output.", valueName: "file"))
        var output = "-"

        @OptionGroup var filter: DeliveryFilter
        @OptionGroup var store: StoreOption

        func validate() throws {
            if output.isEmpty { throw ValidationError("--output is empty.") }
        }

        func run() async throws {
            let context = Context.current
            // Looked for first, so that no file is made where there is no store.
            try await store.read(in: context) { store in
                let file = try output == "-" ? nil : NewFile(context.path(output), shown: output)
                do {
                    let count = try await export(from: store, to: file, context)
                    try file?.finish()
                    if file != nil {
                        let events = count == 1 ? "1 event" : "\(count) events"
                        context.console.note("Exported \(events) to \(VisibleText.line(output)).")
                    }
                } catch {
                    file?.discard()
                    throw error
                }
            }
        }

        /// - Returns: How many events there were.
        private func export(
            from store: any DeliveryStore, to file: NewFile?, _ context: Context
        ) async throws -> Int {
            let query = filter.query(limit: .max, now: context.now())
            var count = 0
            // An event's deliveries need not follow each other: in a database others may have been made at the same time.
            var seen: Set<EventID> = []
            try await store.forEachPage(of: query) { page in
                for delivery in page where seen.insert(delivery.event).inserted {
                    guard context.console.outputFailure == 0 else { return }
                    guard let record = try await store.record(of: delivery.event) else { continue }
                    let line = try Console.jsonLine(EventReport(record))
                    if let file { try file.write(line) } else { context.console.printUnchanged(line) }
                    count += 1
                }
            }
            return count
        }
    }
}
#endif
