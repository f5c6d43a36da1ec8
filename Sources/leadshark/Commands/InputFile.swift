#if Server
import ArgumentParser
import LeadSharkDelivery
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The payload that `sign` and `verify` work on.
struct InputFile: ParsableArguments {
    /// The most bytes that are read. A receiver takes far fewer.
    static let maximumByteCount = 16 << 20

    @Argument(help: "The file with the payload, byte for byte; - is standard input.")
    var file = "-"

    /// Reads the bytes.
    func read(in context: Context) throws(CommandError) -> [UInt8] {
        try Self.read(file, in: context)
    }

    /// Reads a file, or standard input for `-`.
    static func read(_ file: String, in context: Context) throws(CommandError) -> [UInt8] {
        let result: Descriptor.ReadResult
        if file == "-" {
            if context.input.isTerminal() {
                context.console.note("reading from the terminal; end with Ctrl-D on a line of its own")
            }
            result = context.input.readAll(maximumByteCount)
        } else {
            let descriptor = open(context.path(file), O_RDONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else {
                throw CommandError(.noInput, "\(file) cannot be read: \(Descriptor.reason(errno))")
            }
            defer { close(descriptor) }
            result = Descriptor.readAll(descriptor, limit: maximumByteCount)
        }
        let name = file == "-" ? "standard input" : file
        switch result {
        case .bytes(let bytes): return bytes
        case .tooLong:
            throw CommandError(.badData, "\(name) is longer than \(maximumByteCount) bytes")
        case .failed(EISDIR): throw CommandError(.noInput, "\(name) is a directory")
        case .failed(let code):
            throw CommandError(.ioError, "\(name) cannot be read: \(Descriptor.reason(code))")
        }
    }
}

/// The option that picks one of several webhooks.
struct WebhookOption: ParsableArguments {
    @Option(help: ArgumentHelp("The webhook whose secret is meant.", valueName: "name"))
    var webhook: String?

    /// The one webhook that is meant; without the option the one that a URL's path ends in.
    func pick(from webhooks: [WebhookSettings], path: String) throws(CommandError) -> WebhookSettings {
        let end = path.prefix { $0 != "?" }.split(separator: "/").last
        if webhook == nil, let named = webhooks.first(where: { $0.name.text == end ?? "" }) { return named }
        if webhook == nil, webhooks.count > 1 {
            let names = webhooks.map(\.name.text).joined(separator: ", ")
            throw CommandError(
                .usage, "the URL ends in the name of no webhook, and there are several; pick one by --webhook: \(names)"
            )
        }
        return try pick(from: webhooks)
    }

    /// The one webhook that is meant; with one only, that one.
    func pick(from webhooks: [WebhookSettings]) throws(CommandError) -> WebhookSettings {
        let names = webhooks.map(\.name.text).joined(separator: ", ")
        guard let webhook else {
            guard let only = webhooks.first, webhooks.count == 1 else {
                throw CommandError(.usage, "there are several webhooks; pick one by --webhook: \(names)")
            }
            return only
        }
        guard let named = webhooks.first(where: { $0.name.text == webhook }) else {
            throw CommandError(.usage, "--webhook: \(webhook) is none of the webhooks that are set up: \(names)")
        }
        return named
    }
}

extension Context {
    /// The settings' webhooks, after their warnings were told.
    ///
    /// - Parameter mayBeNone: Whether a set-up without any secret is no error.
    func webhooks(_ settings: SettingsSource, mayBeNone: Bool = false) throws -> [WebhookSettings] {
        let webhooks = try mayBeNone ? settings.configuredWebhooks(in: self) : settings.webhooks(in: self)
        for warning in webhooks.flatMap(\.warnings) { console.note("warning: \(warning)") }
        return webhooks
    }
}
#endif
