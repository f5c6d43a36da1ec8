#if Server
public import ArgumentParser
import FoundationEssentials
public import LeadSharkProbe
import LeadSharkWebhooks

extension LeadShark {
    /// `leadshark send`
    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Act as LeadShark: send signed events to a URL.",
            usage: "leadshark send <url> [<options>]",
            discussion: """
                Exits with 0 when all were answered with a 2xx, else with 1. Without --event the documented types are \
                sent in turn, each once unless --count says otherwise. Their time is the present.

                The leads are made up, but a receiver cannot know: they reach its leads file and its CRM as others do. \
                To try a live receiver use `leadshark doctor`, whose events reach nobody. Never aim it at an endpoint \
                that is not yours.
                """)

        /// The most events of one run.
        static let maximumCount = 10_000_000

        @Argument(help: "The endpoint, as https://your.host/webhooks/leadshark.")
        var url: String

        @Option(help: ArgumentHelp("Send events of this type.", valueName: "type"))
        var event: String?

        @Option(help: ArgumentHelp("Send this file, byte for byte; - is standard input.", valueName: "path"))
        var file: String?

        @Option(
            help: ArgumentHelp(
                "How many to send (one of each documented type; with --event, --file or --get one).", valueName: "n"))
        var count: Int?

        @Option(help: ArgumentHelp("How many are under way at once.", valueName: "n"))
        var concurrency = 1

        @Option(
            help: ArgumentHelp(
                "The number of the first event. The same number makes the same event, which is a duplicate then.",
                valueName: "n"))
        var firstNumber: Int?

        @Option(
            help: ArgumentHelp(
                "The time that the events carry, as 2026-05-04T09:00:00Z (now). A --file is sent as it is.",
                valueName: "time"))
        var timestamp: String?

        @Flag(help: "Send the GET of the dashboard's test button, which stores nothing.")
        var get = false

        @Option(help: "With --get, where the payload is: nowhere, body (the default) or query.")
        var payloadIn: TestPayloadPlace?

        @OptionGroup var webhook: WebhookOption
        @OptionGroup var output: FormatOption

        func validate() throws {
            if event != nil, file != nil { throw ValidationError("--event and --file exclude each other.") }
            if timestamp != nil, file != nil {
                throw ValidationError("--timestamp and --file exclude each other: a file is sent as it is.")
            }
            if timestamp?.isEmpty == true { throw ValidationError("--timestamp is empty.") }
            if payloadIn != nil, !get { throw ValidationError("--payload-in goes with --get.") }
            if event?.isEmpty == true { throw ValidationError("--event is empty.") }
            if let firstNumber, firstNumber < 0 || firstNumber > Int(Int32.max) * 4096 {
                throw ValidationError("--first-number is out of range.")
            }
            guard (1...Self.maximumCount).contains(count ?? 1) else {
                throw ValidationError("--count is a number from 1 to \(Self.maximumCount).")
            }
            guard (1...Sender.Configuration.maximumConcurrency).contains(concurrency) else {
                throw ValidationError(
                    "--concurrency is a number from 1 to \(Sender.Configuration.maximumConcurrency).")
            }
        }

        func run() async throws {
            let context = Context.current
            let endpoint: EndpointURL
            do throws(EndpointURLError) {
                endpoint = try EndpointURL(url)
            } catch {
                throw CommandError(.usage, "\(error.message); \(error.remedy)")
            }
            let webhooks = try context.webhooks(SettingsSource(context))
            let secret = try webhook.pick(from: webhooks, path: endpoint.path).secrets.current
            let source: Sender.Source
            var types: [EventType] = []
            if let file {
                source = .payload(try InputFile.read(file, in: context))
            } else {
                types = event.map { [EventType(rawValue: $0)] } ?? EventType.documented
                source = .fixtures(
                    types, firstNumber: firstNumber ?? Self.freshNumber(),
                    timestamp: { [timestamp] in timestamp ?? Self.text(of: context.now()) })
            }
            let count = count ?? (get ? 1 : max(1, types.count))
            if let event { Self.noteUndocumented(EventType(rawValue: event), context.console) }
            var configuration = Sender.Configuration()
            configuration.concurrency = concurrency
            let sender = Sender(url: endpoint, secret: secret, configuration: configuration)
            let summary = await sender.send(source, count: count, method: get ? .get(payloadIn ?? .body) : .post)
            switch output.format {
            case .text: context.console.print(SendReport.text(summary))
            case .json: try context.console.printJSON(SendReport(summary, types: types))
            }
            guard summary.isSuccess else {
                context.console.note("`leadshark doctor \(endpoint)` finds out why")
                throw ExitCode(ExitStatus.negative.rawValue)
            }
        }

        /// A type that LeadShark does not document may be meant, or a slip of the hand.
        private static func noteUndocumented(_ type: EventType, _ console: Console) {
            guard type != .test, !EventType.documented.contains(type),
                let nearest = EditDistance.nearest(to: type.rawValue, among: EventType.documented.map(\.rawValue))
            else { return }
            console.note("note: \(VisibleText.line(type.rawValue)) is not a documented type; the nearest is \(nearest)")
        }

        /// A time as LeadShark writes it: RFC 3339, UTC, milliseconds.
        static func text(of time: Date) -> String {
            Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(time)
        }

        /// A number that no earlier run has used: the time in microseconds, of this century.
        static func freshNumber() -> Int { Int(Date().timeIntervalSinceReferenceDate * 1_000_000) }
    }
}

extension TestPayloadPlace: ExpressibleByArgument {}
#endif
