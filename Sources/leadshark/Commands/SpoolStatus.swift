#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkReceiver
import LeadSharkSQLite

extension LeadShark.Spool {
    /// `leadshark spool status`
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell how many events wait in the spool, since when, and how much room is left.",
            usage: "leadshark spool status [<options>]",
            discussion: "A running receiver is asked; without one the file is read, and nothing is changed.")

        @OptionGroup var spool: SpoolOption
        @OptionGroup var store: StoreOption
        @OptionGroup var output: DeliveriesFormatOption

        func run() async throws {
            let context = Context.current
            let state = try await state(SpoolAccess(spool, store, in: context))
            switch output.format {
            case .json, .ndjson: try context.console.printJSON(state)
            case .text: context.console.print(Self.text(state))
            }
        }

        private func state(_ access: SpoolAccess) async throws -> ControlProtocol.SpoolState {
            if let socket = access.socket, FileStatus(path: socket)?.isSocket == true,
                let state = try? await ControlClient.with(socket: socket, { try await $0.spool() })
            {
                return state
            }
            do {
                return .init(try await SQLiteSpool.status(path: access.path, options: access.settings.options))
            } catch {
                throw CommandError(cause: error) ?? error
            }
        }

        static func text(_ state: ControlProtocol.SpoolState) -> String {
            let store =
                switch state.isSpooling {
                case true?: "the store is away, events go to the spool"
                case false?: "the store takes events"
                case nil: "no receiver runs"
                }
            guard let events = state.events else { return "The spool cannot be read; \(store)" }
            var text = "\(events == 1 ? "1 event" : "\(events) events") in the spool"
            if let seconds = state.oldestSeconds {
                text += ", the oldest for \(LeadShark.Deliveries.Stats.text(.seconds(seconds)))"
            }
            if let aside = state.setAside, aside > 0 { text += ", \(aside) of them refused by the store" }
            if let bytes = state.bytes, let maximum = state.maximumBytes {
                text += "; \(bytes >> 20) of \(maximum >> 20) MiB"
            }
            return text + "; \(store)"
        }
    }
}
#endif
