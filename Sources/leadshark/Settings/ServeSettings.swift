#if Server
import LeadSharkDelivery
import LeadSharkReceiver
import LeadSharkSQLite
import LeadSharkWebhooks
import Logging

/// What `serve` and `worker` need to know, all of it checked before anything is made.
struct ServeSettings {
    let role: ReceiverConfiguration.Role
    let webhooks: [WebhookSettings]
    let listen: Sourced<HostPort>
    let adminListen: Sourced<HostPort>
    let store: StoreLocation
    let leadsFile: Sourced<String>?
    let forwardURL: Sourced<String>?
    let forwardOrder: DeliveryOrdering
    let forwardAuthorization: ForwardAuthorization?
    let reformattedBodies: ReformattedBodies
    let tolerance: Duration?
    let retention: Retention
    let storeOptions: SQLiteDeliveryStore.Options
    let spool: SpoolSettings?
    let logLevel: Logger.Level

    /// The flags of the command line; `nil` for what was not said.
    struct Flags {
        var listen: String?
        var adminListen: String?
        var store: String?
        var leadsFile: String?
        var forwardURL: String?
        var forwardOrder: String?
        var reformattedBodies: String?
        var tolerance: String?
        var keepCompleted: String?
        var minimumFreeSpace: String?
        var spool: String?
        var spoolLimit: String?
        var logLevel: String?
    }

    static let defaultListen = HostPort(host: "127.0.0.1", port: 8080)
    static let defaultAdminListen = HostPort(host: "127.0.0.1", port: 8081)

    init(
        _ flags: Flags, role: ReceiverConfiguration.Role = .receiverAndWorker, from settings: SettingsSource,
        in context: Context
    ) throws {
        self.role = role
        logLevel = try settings.logLevel(flag: flags.logLevel)
        listen = try settings.address(.listen, flag: flags.listen, default: Self.defaultListen)
        adminListen = try settings.address(.adminListen, flag: flags.adminListen, default: Self.defaultAdminListen)
        store = try Self.store(flag: flags.store, role: role, from: settings)
        leadsFile = try settings.text(.leadsFile, flag: flags.leadsFile)
        forwardURL = try settings.text(.forwardURL, flag: flags.forwardURL)
        if let forwardURL, forwardURL.value == EnvironmentTemplate.forwardURL {
            throw forwardURL.refusal("is the example of the template; leads would go to strangers")
        }
        forwardOrder = try settings.forwardOrder(flag: flags.forwardOrder)
        forwardAuthorization = try settings.forwardAuthorization(in: context)
        reformattedBodies = try settings.reformattedBodies(flag: flags.reformattedBodies)
        tolerance = try settings.tolerance(flag: flags.tolerance)
        retention = try settings.retention(flag: flags.keepCompleted)
        storeOptions = try settings.storeOptions(minimumFreeSpace: flags.minimumFreeSpace)
        // A worker takes nothing in.
        spool =
            role == .worker
            ? nil
            : try settings.spool(
                flag: flags.spool, limit: flags.spoolLimit, minimumFreeSpace: flags.minimumFreeSpace, besides: store,
                in: context)
        if forwardAuthorization != nil, forwardURL == nil {
            throw CommandError(
                .configuration,
                "\(SettingName.forwardAuthorization.variable) or its file is set, but there is no URL to send it to; "
                    + "set \(SettingName.forwardURL.variable), or remove it")
        }
        if listen.value == adminListen.value, listen.value.port != 0 {
            throw adminListen.refusal(
                "\(listen.value) is where webhooks arrive; the health checks need another port")
        }
        // Last, since it is what a newcomer has not set: the other sentences would not be seen.
        webhooks = role == .worker ? [] : try context.webhooks(settings)
    }

    /// With SQLite one process is receiver and worker in one.
    private static func store(
        flag: String?, role: ReceiverConfiguration.Role, from settings: SettingsSource
    ) throws -> StoreLocation {
        let store = try settings.store(flag: flag)
        guard role != .receiverAndWorker, !store.value.isShared else { return store.value }
        throw store.refusal(
            "is \(store.value), a file that one process has for itself, so that a receiver and a worker cannot share it; "
                + "run `leadshark serve` alone, which is both, or name a PostgreSQL database as "
                + "\(SettingName.store.variable)")
    }

    /// Where the owner of a store in a file listens for commands, or that of a spool; `nil` for a database, which needs none,
    /// and for a path that is too long.
    func controlSocketPath(in context: Context) -> String? {
        ControlSocketPath.of(store, spool: spool, in: context)
    }
}

/// Where the owner of a store listens for the operator's commands.
enum ControlSocketPath {
    /// The longest path that every system takes for a socket, less what its maker puts behind it meanwhile.
    static let maximumByteCount = 103 - 12

    /// Beside the store, where that is a file, and else beside the spool, if there is one.
    static func of(_ store: StoreLocation, spool: SpoolSettings?, in context: Context) -> String? {
        (store.filePath(in: context) ?? spool.map { context.path($0.path.value) }).flatMap(of(store:))
    }

    /// Beside the store; `nil` when that would be too long.
    static func of(store path: String) -> String? {
        let path = path + ".control"
        return path.utf8.count <= maximumByteCount ? path : nil
    }
}
#endif
