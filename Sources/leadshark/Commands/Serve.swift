#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkHandlers
import LeadSharkReceiver
import LeadSharkSQLite
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

        @Option(help: ArgumentHelp("The queue on disk (sqlite:leadshark.sqlite).", valueName: "sqlite:path"))
        var store: String?

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
            let settings = try ServeSettings(flags, from: SettingsSource(context), in: context)
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
    }
}

/// The receiver with its store and its handlers, as the settings say.
struct Composition {
    private let settings: ServeSettings
    private let context: Context
    private let logger: Logger

    init(_ settings: ServeSettings, _ context: Context) {
        self.settings = settings
        self.context = context
        logger = context.console.logger(level: settings.logLevel)
    }

    /// Opens everything, receives until a signal, and closes everything.
    func run() async throws {
        try Preflight.check(settings.listen)
        try Preflight.check(settings.adminListen)
        let forward = try settings.forwardURL.map(makeForward)
        let leadsPath = settings.leadsFile.map { context.path($0.value) }
        if let file = settings.leadsFile, let leadsPath {
            try Preflight.checkAppending(to: file, at: leadsPath)
        }
        try ControlSocketPath.of(store: settings.storePath(in: context)).map(Preflight.checkControlSocket)
        let store = try await SQLiteDeliveryStore.open(
            path: settings.storePath(in: context), options: settings.storeOptions, logger: logger)
        var leads: NDJSONFileHandler?
        do {
            leads = try await open(leadsPath)
            let destinations = ([leads, forward] as [(any DeliveryHandler)?]).compactMap { $0 }
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

    private func receive(_ store: SQLiteDeliveryStore, _ handlers: [any DeliveryHandler]) async throws {
        var configuration = ReceiverConfiguration(
            webhooks: settings.webhooks.map {
                WebhookEndpoint.Configuration(
                    name: $0.name, secrets: $0.secrets, reformattedBodies: settings.reformattedBodies,
                    tolerance: settings.tolerance)
            })
        configuration.listen = ListenAddress(host: settings.listen.value.host, port: settings.listen.value.port)
        configuration.adminListen = ListenAddress(
            host: settings.adminListen.value.host, port: settings.adminListen.value.port)
        configuration.reformattedBodiesSetting = SettingName.canonicalizing
        configuration.worker.retention = settings.retention
        configuration.controlSocketPath = ControlSocketPath.of(store: settings.storePath(in: context))
        if configuration.controlSocketPath == nil {
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
    private let paths: [String]
    private let store: String
    private let handlers: String

    init(settings: ServeSettings, paths: [String], handlers: [any DeliveryHandler]) {
        self.paths = paths
        store = settings.store.description
        self.handlers = handlers.map(\.name.text).joined(separator: ", ")
    }

    func lines(_ addresses: ReceiverAddresses) -> [String] {
        var lines = ["Receiving webhooks at http://\(addresses.webhooks)"]
        lines += paths.map { "  POST http://\(addresses.webhooks)\($0)" }
        if let admin = addresses.admin {
            lines.append("Health at http://\(admin)/health/live and /health/ready")
        }
        lines.append("Store \(store); handlers: \(handlers)")
        return lines
    }
}
#endif
