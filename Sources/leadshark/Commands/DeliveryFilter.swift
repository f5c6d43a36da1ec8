#if Server
import ArgumentParser
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkWebhooks

/// The options that say which deliveries are meant. Several narrow each other.
struct DeliveryFilter: ParsableArguments {
    /// The most values of one option that may be repeated.
    static let maximumValueCount = 100

    @Option(
        help:
            "Only deliveries in this state; may be repeated. One of queued, ready, leased, waiting, completed, deadLettered."
    )
    var state: [DeliveryState] = []

    @Option(help: ArgumentHelp("Only this handler's.", valueName: "name"))
    var handler: HandlerName?

    @Option(help: ArgumentHelp("Only those of events that arrived at this webhook.", valueName: "name"))
    var webhook: WebhookName?

    @Option(help: ArgumentHelp("Only those of events of this type.", valueName: "type"))
    var type: String?

    @Option(
        help: ArgumentHelp(
            "Only those of a person's events, by actor_id or linkedin_username; may be repeated.", valueName: "id"))
    var person: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only those of events that were stored at this time or later: 2026-05-04T09:00:00Z, or 2h or 3d for so long ago.",
            valueName: "time"))
    var since: TimeArgument?

    @Option(help: ArgumentHelp("Only those of events that were stored before this time.", valueName: "time"))
    var until: TimeArgument?

    @Option(
        help: ArgumentHelp(
            "Only those that wait or are dead for a reason with this text in it.", valueName: "text"))
    var reasonContains: String?

    func validate() throws {
        if person.contains("") { throw ValidationError("--person is empty.") }
        if reasonContains == "" { throw ValidationError("--reason-contains is empty.") }
        if person.count > Self.maximumValueCount || state.count > Self.maximumValueCount {
            throw ValidationError("These are too many.")
        }
    }

    /// Whether nothing was asked for.
    var isEmpty: Bool { state.isEmpty && isEmptyButForState }

    /// Whether nothing was asked for but states.
    var isEmptyButForState: Bool {
        handler == nil && webhook == nil && type == nil && person.isEmpty && since == nil && until == nil
            && reasonContains == nil
    }

    /// The filter as the store takes it.
    func query(limit: Int, now: Date) -> DeliveryQuery {
        var query = DeliveryQuery(
            states: Set(state), handler: handler, webhook: webhook, type: type.map(EventType.init(rawValue:)),
            limit: limit)
        query.people = Set(person)
        query.since = since?.date(now: now)
        query.until = until?.date(now: now)
        query.reasonContains = reasonContains
        return query
    }
}

/// A time on the command line: an instant, or how long ago it was.
enum TimeArgument: ExpressibleByArgument, Hashable {
    case instant(Date)
    case ago(Duration)

    init?(argument: String) {
        if let duration = SettingsSource.duration(argument) {
            self = .ago(duration)
        } else if let date = EventTimestamp(argument).date {
            self = .instant(date)
        } else {
            return nil
        }
    }

    /// The instant that is meant.
    func date(now: Date) -> Date {
        switch self {
        case .instant(let date): date
        case .ago(let duration): now.addingTimeInterval(-Double(duration.components.seconds))
        }
    }
}

/// The options of what is done to many at once.
struct BulkOptions: ParsableArguments {
    @Flag(help: "Do it without asking.")
    var yes = false

    @Flag(help: "Show how many they are, and do nothing.")
    var dryRun = false

    /// Asks whether it shall be done.
    ///
    /// - Parameters:
    ///   - deed: What would be done, as the rest of "this would".
    ///   - question: The question, without its end.
    ///   - refusal: What to say when the answer is no.
    func confirm(_ deed: String, question: String, refusal: String, in context: Context) throws {
        if yes { return }
        guard context.input.isTerminal() else {
            throw CommandError(.usage, "this would \(deed); say --yes to do it, since nobody can be asked here")
        }
        context.console.prompt("\(question)? Type yes: ")
        guard context.input.readLine() == "yes" else { throw CommandError(.negative, refusal) }
    }
}
#endif
