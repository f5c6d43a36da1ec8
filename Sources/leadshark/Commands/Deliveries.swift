#if Server
public import ArgumentParser
public import LeadSharkDelivery
public import LeadSharkWebhooks

extension LeadShark {
    /// `leadshark deliveries`
    struct Deliveries: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "See what waits and what is in the dead letters; send it round again, delete it, or copy it.",
            discussion: "Works beside a running receiver.",
            subcommands: [
                List.self, Show.self, Stats.self, Redeliver.self, Delete.self, Export.self, Backup.self,
            ], defaultSubcommand: List.self)
    }
}

/// The option that names the store.
struct StoreOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The queue: sqlite:path, or a postgres:// URL without a password (sqlite:leadshark.sqlite).",
            valueName: "store"))
    var store: String?

    /// Where the store is.
    func location(in context: Context) throws -> StoreLocation {
        try SettingsSource(context).store(flag: store).value
    }

    /// Opens the store for reading, lends it and closes it.
    func read<Result>(
        in context: Context, _ body: (any DeliveryStore) async throws -> Result
    ) async throws -> Result {
        let location = try location(in: context)
        do {
            let store = try await location.openForReading(in: context)
            do {
                let result = try await body(store)
                try await store.close()
                return result
            } catch {
                try? await store.close()
                throw error
            }
        } catch {
            throw CommandError(cause: error) ?? error
        }
    }
}

extension DeliveryState: ExpressibleByArgument {}

extension HandlerName: ExpressibleByArgument {
    /// Reads a handler's name from the command line.
    public init?(argument: String) { self.init(argument) }
}

extension WebhookName: ExpressibleByArgument {
    /// Reads a webhook's name from the command line.
    public init?(argument: String) { self.init(argument) }
}

extension EventID: ExpressibleByArgument {
    /// Reads an event's number from the command line.
    public init?(argument: String) {
        guard let number = Int64(argument), number > 0 else { return nil }
        self.init(rawValue: number)
    }
}

extension EventIdentity: ExpressibleByArgument {
    /// Reads an event's identity from the command line.
    public init?(argument: String) { self.init(hexadecimal: argument) }
}

extension DeliveryID: ExpressibleByArgument {
    /// Reads a delivery's number from the command line.
    public init?(argument: String) {
        guard let number = Int64(argument), number > 0 else { return nil }
        self.init(rawValue: number)
    }
}
#endif
