#if Server
import LeadSharkDelivery
import LeadSharkHandlers
import LeadSharkReceiver
import LeadSharkSQLite
import Logging

/// The receiver, or the worker, with its store and its handlers, as the settings say.
struct Composition {
    private let settings: ServeSettings
    private let context: Context
    private let logger: Logger

    init(_ settings: ServeSettings, _ context: Context) {
        self.settings = settings
        self.context = context
        logger = context.console.logger(level: settings.logLevel)
    }

    /// Runs what the settings say until a signal.
    static func run(_ settings: ServeSettings, _ context: inout Context) async throws {
        // A receiver answers on, and stops when told, whatever becomes of the reader of its log.
        let writer = context.console.makeBackgroundWriter()
        context.console = context.console.writingNotes(by: writer)
        defer { writer.finish() }
        do {
            try await Composition(settings, context).run()
        } catch {
            throw CommandError(cause: error) ?? error
        }
    }

    /// Opens everything, receives until a signal, and closes everything.
    private func run() async throws {
        if settings.role != .worker { try Preflight.check(settings.listen) }
        try Preflight.check(settings.adminListen)
        let forward = try settings.forwardURL.map(makeForward)
        // One that only receives leaves the file to the worker.
        let leadsPath = settings.role == .receiver ? nil : settings.leadsFile.map { context.path($0.value) }
        if let file = settings.leadsFile, let leadsPath {
            try Preflight.checkAppending(to: file, at: leadsPath)
        }
        try settings.controlSocketPath(in: context).map(Preflight.checkControlSocket)
        let store = try await openStore()
        var leads: NDJSONFileHandler?
        do {
            leads = try await open(leadsPath)
            let file: (any DeliveryHandler)? =
                settings.role == .receiver && settings.leadsFile != nil ? LeadsFileElsewhere() : leads
            let destinations = ([file, forward] as [(any DeliveryHandler)?]).compactMap { $0 }
            // A delivery for the log costs as much as any other, so there is one only when the event goes nowhere else.
            try await receive(store, destinations.isEmpty ? [EventLogHandler(logger: logger)] : destinations)
        } catch {
            await leads?.close()
            await forward?.shutdown()
            try? await store.close()
            throw error
        }
        await leads?.close()
        await forward?.shutdown()
        try await store.close()
        context.console.note("Stopped.")
    }

    /// Opens the store, with its spool if there is one.
    private func openStore() async throws -> any DeliveryStore {
        guard let settings = settings.spool else {
            return try await self.settings.store.openForWork(
                in: context, options: self.settings.storeOptions, logger: logger)
        }
        let spool: SQLiteSpool
        do {
            spool = try await SQLiteSpool.open(
                path: context.path(settings.path.value), options: settings.options, logger: logger)
        } catch {
            guard let refusal = CommandError(cause: error) else { throw error }
            throw CommandError(refusal.status, "\(settings.path.label): \(refusal.message)")
        }
        do {
            let store = try await self.settings.store.openForWork(
                in: context, options: self.settings.storeOptions, mayBeAway: true, logger: logger)
            return SpoolingDeliveryStore(store: store, spool: spool, logger: logger)
        } catch {
            try? await spool.close()
            throw error
        }
    }

    /// Says what works, but is hardly meant.
    private func warn() {
        if let spool = settings.spool, spool.isOnDisk(of: settings.store, in: context) {
            context.console.note(
                "warning: \(spool.path.label): the spool is on the store's own disk, and has no room when that is full, "
                    + "nor works when that fails; name a place on another disk")
        }
        if settings.leadsFile == nil, settings.forwardURL == nil {
            context.console.note(
                "warning: leads are stored, but go nowhere but into this log, without their data; set \(SettingName.leadsFile.variable) or "
                    + SettingName.forwardURL.variable)
        }
        if let file = settings.leadsFile, let status = FileStatus(path: context.path(file.value)),
            status.permissions & 0o006 != 0
        {
            context.console.note(
                "warning: \(file.label): \(file.value), which holds personal data, is open to every user of this "
                    + "machine; consider chmod o-rw")
        }
    }

    private func makeForward(_ url: Sourced<String>) throws -> HTTPForwardHandler {
        do {
            let headers = settings.forwardAuthorization.map { [("Authorization", $0.value)] } ?? []
            return try HTTPForwardHandler(
                url: url.value, headers: headers, ordering: settings.forwardOrder, logger: logger)
        } catch let error as ForwardError {
            throw url.refusal(error.message)
        }
    }

    private func open(_ path: String?) async throws -> NDJSONFileHandler? {
        guard let path else { return nil }
        do {
            return try await NDJSONFileHandler(path: path, logger: logger)
        } catch {
            guard let label = settings.leadsFile?.label, let refusal = CommandError(cause: error) else { throw error }
            throw CommandError(refusal.status, "\(label): \(refusal.message)")
        }
    }

    private func receive(_ store: any DeliveryStore, _ handlers: [any DeliveryHandler]) async throws {
        var configuration = ReceiverConfiguration(
            webhooks: settings.webhooks.map {
                WebhookEndpoint.Configuration(
                    name: $0.name, secrets: $0.secrets, reformattedBodies: settings.reformattedBodies,
                    tolerance: settings.tolerance)
            })
        configuration.role = settings.role
        configuration.listen = ListenAddress(host: settings.listen.value.host, port: settings.listen.value.port)
        configuration.adminListen = ListenAddress(
            host: settings.adminListen.value.host, port: settings.adminListen.value.port)
        configuration.reformattedBodiesSetting = SettingName.canonicalizing
        configuration.worker.retention = settings.retention
        configuration.controlSocketPath = settings.controlSocketPath(in: context)
        if configuration.controlSocketPath == nil, !settings.store.isShared || settings.spool != nil {
            context.console.note(
                settings.store.isShared
                    ? "warning: the spool's path is too long for a control socket beside it; "
                        + "`leadshark spool drain` will work only while this receiver is stopped"
                    : "warning: the store's path is too long for a control socket beside it; "
                        + "`leadshark deliveries redeliver` will work only while this receiver is stopped")
        }
        warn()
        let banner = Banner(settings: settings, paths: configuration.webhooks.map(\.path), handlers: handlers)
        let console = context.console
        configuration.onListening = { addresses in
            for line in banner.lines(addresses) { console.note(line) }
        }
        let receiver = try Receiver(
            configuration: configuration, store: store, handlers: handlers, logger: logger)
        try await receiver.run()
    }
}

/// What the receiver says once it listens.
private struct Banner: Sendable {
    private let role: ReceiverConfiguration.Role
    private let paths: [String]
    private let store: String
    private let spool: String?
    private let handlers: String

    init(settings: ServeSettings, paths: [String], handlers: [any DeliveryHandler]) {
        role = settings.role
        self.paths = paths
        store = settings.store.description
        spool = settings.spool?.path.value
        self.handlers = handlers.map(\.name.text).joined(separator: ", ")
    }

    func lines(_ addresses: ReceiverAddresses) -> [String] {
        var lines = role == .worker ? [] : ["Receiving webhooks at http://\(addresses.webhooks)"]
        lines += paths.map { "  POST http://\(addresses.webhooks)\($0)" }
        if let admin = addresses.admin {
            lines.append("Health at http://\(admin)/health/live and /health/ready")
        }
        let place = role == .receiver ? "handlers (in a worker): " : "handlers: "
        lines.append("Store \(store); \(place)\(handlers)")
        if let spool { lines.append("Spool \(spool), for what the store cannot take") }
        return lines
    }
}
#endif
