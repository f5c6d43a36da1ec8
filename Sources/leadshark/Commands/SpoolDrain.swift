#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkReceiver
import LeadSharkSQLite
import Logging

extension LeadShark.Spool {
    /// `leadshark spool drain`
    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move the spool's events to the store now.",
            usage: "leadshark spool drain [<options>]",
            discussion: """
                A running receiver does it by itself as soon as the store is back; asked, it tries at once, and what the \
                store refused before too. Without a receiver this command moves them. Exits with 1 when events are left.
                """)

        /// How often in a row nothing may be moved before it is given up.
        static let maximumIdleRounds = 5

        @OptionGroup var spool: SpoolOption
        @OptionGroup var store: StoreOption
        @OptionGroup var output: DeliveriesFormatOption

        func run() async throws {
            let context = Context.current
            let access = try SpoolAccess(spool, store, in: context)
            let result: ControlProtocol.DrainResponse
            do {
                result = try await drain(access, context)
            } catch {
                throw CommandError(cause: error) ?? error
            }
            switch output.format {
            case .json, .ndjson: try context.console.printJSON(result)
            case .text:
                context.console.print("\(result.moved) moved to the store, \(result.left) left in the spool")
                if let error = result.error { context.console.note("leadshark: it went no further: \(error)") }
            }
            if result.left > 0 { throw ExitCode(ExitStatus.negative.rawValue) }
        }

        private func drain(_ access: SpoolAccess, _ context: Context) async throws -> ControlProtocol.DrainResponse {
            let spool: SQLiteSpool
            do {
                spool = try await SQLiteSpool.open(path: access.path, options: access.settings.options)
            } catch let error as StoreOpeningError where error.code == .inUse {
                guard let socket = access.socket else {
                    throw CommandError(
                        .temporary,
                        "\(error.message): its path is too long for a control socket, so that one cannot be asked")
                }
                return try await ControlClient.with(socket: socket) { client in
                    try await Self.repeating { try await client.drain() }
                }
            }
            return try await move(spool, access, context)
        }

        /// Moves the events here, with nobody else at work on the spool.
        private func move(
            _ spool: SQLiteSpool, _ access: SpoolAccess, _ context: Context
        ) async throws -> ControlProtocol.DrainResponse {
            let logger = context.console.logger(level: .critical)
            let store: any DeliveryStore
            do {
                store =
                    access.store.isShared
                    ? try await access.store.openForReading(in: context)
                    : try await access.store.openForWork(in: context, options: .init(), logger: logger)
            } catch {
                try? await spool.close()
                throw error
            }
            let both = SpoolingDeliveryStore(store: store, spool: spool, logger: logger)
            let mover = Task { try await both.run() }
            let result: Result<ControlProtocol.DrainResponse, any Error>
            do {
                result = .success(try await Self.repeating { .init(try await both.moveNow()) })
            } catch {
                result = .failure(error)
            }
            mover.cancel()
            _ = await mover.result
            try await both.close()
            return try result.get()
        }

        /// Asks until nothing is left, or it goes no further.
        private static func repeating(
            _ round: () async throws -> ControlProtocol.DrainResponse
        ) async throws -> ControlProtocol.DrainResponse {
            var total = try await round()
            var idleRounds = 0
            while total.left > 0, total.error == nil, idleRounds < maximumIdleRounds {
                let next = try await round()
                idleRounds = next.moved == 0 ? idleRounds + 1 : 0
                total.moved += next.moved
                total.left = next.left
                total.error = next.error
            }
            return total
        }
    }
}
#endif
