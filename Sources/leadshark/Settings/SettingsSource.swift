#if Server
import Configuration
import LeadSharkDelivery

/// The settings as the command line, the environment and `.env` give them, in this order.
///
/// A mistake never makes a setting fall through to the next: an empty value, an unknown name and an unreadable `.env`
/// are errors, whatever the command needs.
struct SettingsSource: Sendable {
    /// The webhooks that `LEADSHARK_WEBHOOKS` names, without the one that needs no name.
    let namedWebhooks: [WebhookName]

    private let environment: [String: String]
    private let file: [String: DotEnvFile.Entry]
    private let reader: ConfigReader

    /// Reads `.env` in the context's directory and checks every name.
    ///
    /// - Throws: ``CommandError``.
    init(_ context: Context) throws {
        try self.init(environment: context.environment, file: Self.readFile(in: context))
    }

    init(environment: [String: String], file: DotEnvFile?) throws {
        let entries = file?.entries ?? [:]
        self.environment = environment
        self.file = entries
        reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: environment, secretsSpecifier: .all),
            EnvironmentVariablesProvider(
                environmentVariables: entries.mapValues(\.value), secretsSpecifier: .all),
        ])
        // An unknown name goes before an empty value: it may be the same mistake. But the list of webhooks says which
        // names there are.
        let list = Self.find(.webhooks, environment: environment, file: entries, reader: reader)
        if list?.value.isEmpty == true { try Self.refuseEmptyValues(environment: environment, file: entries) }
        namedWebhooks = try list.map(WebhookList.parse) ?? []
        try refuseUnknownNames()
        try Self.refuseEmptyValues(environment: environment, file: entries)
    }

    /// A setting; `nil` when it is nowhere.
    ///
    /// - Parameter flag: What the command line said.
    /// - Throws: ``CommandError`` for an empty flag.
    func text(_ name: SettingName, flag: String? = nil) throws(CommandError) -> Sourced<String>? {
        guard let flag else {
            return Self.find(name, environment: environment, file: file, reader: reader)
        }
        let value = Sourced(value: flag, name: name, origin: .flag)
        if flag.isEmpty { throw value.refusal("is empty") }
        return value
    }

    private static func find(
        _ name: SettingName, environment: [String: String], file: [String: DotEnvFile.Entry], reader: ConfigReader
    ) -> Sourced<String>? {
        guard let value = reader.string(forKey: name.key, isSecret: name.isSecret) else { return nil }
        let origin: SettingOrigin =
            environment[name.variable] != nil ? .environment : .file(line: file[name.variable]?.line ?? 0)
        return Sourced(value: value, name: name, origin: origin)
    }

    private static func readFile(in context: Context) throws(CommandError) -> DotEnvFile? {
        let path = context.path(".env")
        guard let bytes = try PrivateFile.read(path, name: ".env", limit: DotEnvFile.maximumByteCount) else {
            return nil
        }
        do throws(DotEnvError) {
            return try DotEnvFile(parsing: bytes)
        } catch {
            throw CommandError(.configuration, ".env, line \(error.line): the line \(error.reason)")
        }
    }

    private static func refuseEmptyValues(
        environment: [String: String], file: [String: DotEnvFile.Entry]
    ) throws(CommandError) {
        let advice = "is set but empty; give it a value, or remove it"
        for (name, value) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(SettingName.prefix) && !SettingName.isElsewhere(name) && value.isEmpty {
            throw CommandError(.configuration, "\(name) (from the environment) \(advice)")
        }
        for (name, entry) in file.sorted(by: { $0.value.line < $1.value.line })
        where name.hasPrefix(SettingName.prefix) && !SettingName.isElsewhere(name) && entry.value.isEmpty {
            throw CommandError(.configuration, "\(name) (from .env, line \(entry.line)) \(advice)")
        }
    }

    private func refuseUnknownNames() throws(CommandError) {
        let known = knownVariables
        let inFile = file.sorted { $0.value.line < $1.value.line }.map {
            ($0.key, SettingOrigin.file(line: $0.value.line))
        }
        let inEnvironment = environment.keys.sorted().map { ($0, SettingOrigin.environment) }
        for (name, origin) in inEnvironment + inFile
        where name.hasPrefix(SettingName.prefix) && !known.contains(name) && !SettingName.isElsewhere(name) {
            let nearest = EditDistance.nearest(to: name, among: known) ?? ""
            var message = "\(name) (from \(origin)) is no setting of this program; the nearest is \(nearest)"
            if name.hasPrefix("LEADSHARK_WEBHOOK_") {
                message += " (webhooks that have a name are listed in LEADSHARK_WEBHOOKS)"
            }
            if Self.isServiceLink(name) {
                message +=
                    " (Kubernetes sets this one for a service named leadshark; enableServiceLinks: false stops it)"
            }
            throw CommandError(.configuration, message)
        }
    }

    private static func isServiceLink(_ name: String) -> Bool {
        name == "LEADSHARK_PORT" || ["LEADSHARK_PORT_", "LEADSHARK_SERVICE_"].contains(where: name.hasPrefix)
    }

    private var knownVariables: [String] {
        let secrets = ([nil] + namedWebhooks).flatMap { webhook in
            SettingName.Secret.allCases.map { SettingName.webhook(webhook, $0).variable }
        }
        return SettingName.general.map(\.variable) + secrets
    }
}
#endif
