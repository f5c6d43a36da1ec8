#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkHandlers
import LeadSharkReceiver
import Logging

extension LeadShark {
    /// `leadshark serve`
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Receive webhooks, store them, and bring the leads where they belong.",
            usage: "leadshark serve [<options>]",
            discussion: """
                Runs until SIGTERM or SIGINT (Ctrl-C), then finishes what is being answered and exits with 0. Each \
                webhook is received under /webhooks/<name>; the name of the one that needs none is leadshark.
                """)

        @Option(help: ArgumentHelp("Where webhooks arrive (127.0.0.1:8080).", valueName: "host:port"))
        var listen: String?

        @Option(
            help: ArgumentHelp(
                "Where /health/live and /health/ready are (127.0.0.1:8081).", valueName: "host:port"))
        var adminListen: String?

        @Option(
            help: ArgumentHelp(
                "The queue: sqlite:path, or a postgres:// URL without a password (sqlite:leadshark.sqlite).",
                valueName: "store"))
        var store: String?

        @Flag(
            help: """
                Receive only: `leadshark worker` brings the leads where they belong. Both need the same settings of where \
                that is, and a PostgreSQL database.
                """)
        var noWorker = false

        @Option(help: ArgumentHelp("Append each lead to this file, one JSON object a line.", valueName: "path"))
        var leadsFile: String?

        @Option(
            name: .customLong("forward-url"),
            help: ArgumentHelp(
                "Send each event on to this URL; its Authorization header is in LEADSHARK_FORWARD_AUTHORIZATION.",
                valueName: "url"))
        var forwardURL: String?

        @Option(
            help: ArgumentHelp(
                "The order in which that URL gets events: none, or person: those of each person one at a time (none).",
                valueName: "order"))
        var forwardOrder: String?

        @OptionGroup var bodies: ReformattedBodiesOption

        @Option(
            help: ArgumentHelp(
                "How far an event's time may lie from ours, as 5m; beyond it the event is a dead letter (any time).",
                valueName: "time"))
        var tolerance: String?

        @Option(
            help: ArgumentHelp("How long completed events are kept, as 7d, or forever (7d).", valueName: "time"))
        var keepCompleted: String?

        @Option(
            help: ArgumentHelp(
                "With less of the store's disk free, no event is taken, as 64M, or 0 (64M).", valueName: "size"))
        var minimumFreeSpace: String?

        @Option(help: ArgumentHelp("Log from this level on (info).", valueName: "level"))
        var logLevel: String?

        func run() async throws {
            var context = Context.current
            let flags = ServeSettings.Flags(
                listen: listen, adminListen: adminListen, store: store, leadsFile: leadsFile,
                forwardURL: forwardURL, forwardOrder: forwardOrder, reformattedBodies: bodies.reformattedBodies,
                tolerance: tolerance, keepCompleted: keepCompleted, minimumFreeSpace: minimumFreeSpace,
                logLevel: logLevel)
            let settings = try ServeSettings(
                flags, role: noWorker ? .receiver : .receiverAndWorker, from: SettingsSource(context), in: context)
            try await Composition.run(settings, &context)
        }
    }
}

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
        let store = try await settings.store.openForWork(
            in: context, options: settings.storeOptions, logger: logger)
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

    /// Says what works, but is hardly meant.
    private func warn() {
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
        if configuration.controlSocketPath == nil, !settings.store.isShared {
            context.console.note(
                "warning: the store's path is too long for a control socket beside it; "
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
    private let handlers: String

    init(settings: ServeSettings, paths: [String], handlers: [any DeliveryHandler]) {
        role = settings.role
        self.paths = paths
        store = settings.store.description
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
        return lines
    }
}
#endif
