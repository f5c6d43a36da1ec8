#if Server
import LeadSharkWebhooks
import ArgumentParser
import LeadSharkDelivery
import LeadSharkReceiver
import LeadSharkSQLite

extension LeadShark.Deliveries {
    /// `leadshark deliveries redeliver`
    struct Redeliver: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send completed or dead deliveries round again, their attempts counted anew.",
            usage: "leadshark deliveries redeliver (<id> ... | --dead) [<options>]",
            discussion: """
                A running receiver is asked to do it; without one they are delivered after the next start. Those that \
                are open already stay as they are. Exits with 1 when none was sent round again.
                """)

        /// The most deliveries of one run.
        static let maximumCount = 1_000_000

        @Argument(help: ArgumentHelp("The deliveries' numbers, as list shows them.", valueName: "id"))
        var ids: [DeliveryID] = []

        @Flag(help: "All dead letters, or those that --handler, --webhook and --type pick.")
        var dead = false

        @Option(help: ArgumentHelp("With --dead: only this handler's.", valueName: "name"))
        var handler: HandlerName?

        @Option(help: ArgumentHelp("With --dead: only those that arrived at this webhook.", valueName: "name"))
        var webhook: WebhookName?

        @Option(help: ArgumentHelp("With --dead: only events of this type.", valueName: "type"))
        var type: String?

        @OptionGroup var store: StoreOption
        @OptionGroup var output: FormatOption

        func validate() throws {
            if dead, !ids.isEmpty { throw ValidationError("Name deliveries by number or say --dead, not both.") }
            if !dead, ids.isEmpty { throw ValidationError("Name the deliveries by number, or say --dead.") }
            if !dead, handler != nil || webhook != nil || type != nil {
                throw ValidationError("--handler, --webhook and --type go with --dead.")
            }
            if ids.count > Self.maximumCount { throw ValidationError("These are too many.") }
        }

        func run() async throws {
            let context = Context.current
            let path = try store.path(in: context)
            // Reading first: it makes no store where there is none.
            let meant = try await store.read(in: context) { store in
                guard dead else { return ids }
                let query = DeliveryQuery(
                    states: [.deadLettered], handler: handler, webhook: webhook,
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
                        + (done.count < meant.count ? "; the others are open already, or not there" : "")
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

/// Whoever may change a store: the process that owns it, over its control socket, or else this one.
struct StoreOwner {
    let path: String

    /// Who did it.
    enum Doer { case receiver, command }

    /// - Returns: The deliveries that are ready now, and who made them so.
    func redeliver(_ ids: [DeliveryID]) async throws -> (done: [DeliveryID], by: Doer) {
        do {
            let store: SQLiteDeliveryStore
            do {
                store = try await SQLiteDeliveryStore.open(path: path)
            } catch let error as StoreOpeningError where error.code == .inUse {
                return (try await ask(ids, inUse: error), .receiver)
            }
            do {
                var done: [DeliveryID] = []
                for part in parts(of: ids) { done += try await store.redeliver(part) }
                try await store.close()
                return (done, .command)
            } catch {
                try? await store.close()
                throw error
            }
        } catch {
            throw CommandError(cause: error) ?? error
        }
    }

    private func ask(_ ids: [DeliveryID], inUse: StoreOpeningError) async throws -> [DeliveryID] {
        guard let socket = ControlSocketPath.of(store: path) else {
            throw CommandError(
                .temporary, "\(inUse.message): its path is too long for a control socket, so that one cannot be asked")
        }
        return try await ControlClient.with(socket: socket) { client in
            var done: [DeliveryID] = []
            for part in parts(of: ids) { done += try await client.redeliver(part) }
            return done
        }
    }

    private func parts(of ids: [DeliveryID]) -> [[DeliveryID]] {
        stride(from: 0, to: ids.count, by: ControlProtocol.maximumDeliveryCount).map {
            Array(ids[$0..<min($0 + ControlProtocol.maximumDeliveryCount, ids.count)])
        }
    }
}
#endif
