#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkReceiver
import LeadSharkSQLite

extension LeadShark {
    /// `leadshark spool`
    struct Spool: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "See what waits for a store that could not take it, and have it moved there.",
            discussion: "Works beside a running receiver.",
            subcommands: [Status.self, Drain.self], defaultSubcommand: Status.self)
    }
}

/// The option that names the spool.
struct SpoolOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file, best on another disk, where events wait while the store cannot take them (none).",
            valueName: "path"))
    var spool: String?
}

/// The spool that a command is about.
struct SpoolAccess {
    let settings: SpoolSettings
    let store: StoreLocation
    private let context: Context

    /// - Throws: ``CommandError`` when no spool is set, or its file is not there.
    init(_ spool: SpoolOption, _ store: StoreOption, in context: Context) throws {
        let source = try SettingsSource(context)
        self.store = try source.store(flag: store.store).value
        guard let settings = try source.spool(flag: spool.spool, besides: self.store, in: context) else {
            throw CommandError(
                .configuration, "no spool is set; name it by --spool or \(SettingName.spool.variable)")
        }
        guard FileStatus(path: context.path(settings.path.value)) != nil else {
            throw CommandError(
                .noInput, "\(settings.path.label): there is no spool at \(settings.path.value); a receiver makes it")
        }
        self.settings = settings
        self.context = context
    }

    /// The spool's file.
    var path: String { context.path(settings.path.value) }

    /// The socket of a receiver that may run with it.
    var socket: String? { ControlSocketPath.of(store, spool: settings, in: context) }
}
#endif
