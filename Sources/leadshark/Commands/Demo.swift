#if Server
import ArgumentParser
import LeadSharkDelivery
import LeadSharkProbe
import LeadSharkReceiver
import LeadSharkSQLite
import LeadSharkWebhooks
import Logging
import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension LeadShark {
    /// `leadshark demo`
    struct Demo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the whole path at work, on this machine alone, without any set-up.",
            discussion: "Takes a moment, needs no settings, and leaves nothing behind.")

        func run() async throws {
            let context = Context.current
            let folder = try DemoFolder()
            defer { folder.remove() }
            do {
                try await Demonstration(context: context, store: folder.path + "/store.sqlite").run()
            } catch {
                throw CommandError(cause: error) ?? error
            }
        }
    }
}

/// A receiver, a sender that plays LeadShark, and a handler that prints each lead.
struct Demonstration {
    /// How long the leads may take.
    static let patience: Duration = .seconds(30)

    let context: Context
    let store: String

    func run() async throws {
        let secret = try SigningSecret(EnvironmentTemplate.trialSecret())
        let types = EventType.documented
        let store = try await SQLiteDeliveryStore.open(path: store)
        let (leads, arrivals) = AsyncStream<DemoLead>.makeStream(bufferingPolicy: .bufferingNewest(64))
        let (addresses, addressed) = AsyncStream<ReceiverAddresses>.makeStream()

        var configuration = ReceiverConfiguration(webhooks: [.init(secrets: SecretSet(current: secret))])
        configuration.listen = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.adminListen = nil
        configuration.onListening = { addressed.yield($0) }
        let path = configuration.webhooks[0].path
        let receiver = try Receiver(
            configuration: configuration, store: store, handlers: [DemoHandler(arrivals: arrivals)],
            logger: context.console.logger(level: .error))
        let services = receiver.makeServiceGroup()

        do {
            try await withThrowingTaskGroup(of: Step.self) { group in
                group.addTask {
                    try await services.run()
                    return .stopped
                }
                group.addTask {
                    try await Task.sleep(for: Self.patience)
                    return .late
                }
                group.addTask {
                    guard let address = await addresses.first(where: { _ in true }) else { return .stopped }
                    let url = try EndpointURL("http://\(address.webhooks)\(path)")
                    try await show(url, secret: secret, types: types, leads: leads)
                    return .shown
                }
                let step = try await group.next() ?? .stopped
                await services.triggerGracefulShutdown()
                switch step {
                case .shown:
                    // The receiver's own end; the patience is not waited for.
                    while let next = try await group.next(), next != .stopped {}
                case .stopped:
                    throw CommandError(.temporary, "the demo was stopped before it was over")
                case .late:
                    throw CommandError(.unavailable, "not all leads came out within \(Self.patience)")
                }
                group.cancelAll()
            }
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        context.console.print("\nStopped cleanly; nothing of it is left on this machine.")
        context.console.print(
            "Next: `leadshark init` puts LeadShark's own secret into .env, `leadshark serve` receives.")
    }

    private enum Step { case shown, stopped, late }

    private func show(
        _ url: EndpointURL, secret: SigningSecret, types: [EventType], leads: AsyncStream<DemoLead>
    ) async throws {
        let console = context.console
        console.print("A receiver listens at \(url)")
        console.print(
            "with a secret made for this trial and a queue on disk. Playing LeadShark's part, this program")
        console.print("signs an event of each type and sends it there over HTTP.\n")
        let summary = await Sender(url: url, secret: secret).send(.fixtures(types), count: types.count)
        guard summary.isSuccess else {
            throw CommandError(.unavailable, "not all events were accepted\n" + SendReport.text(summary))
        }
        console.print(
            "\(summary.accepted) events sent, \(summary.accepted) answered with 200: each was on disk before its answer."
        )
        console.print("These leads come out at the other end:\n")
        var missing = Set(types)
        for await lead in leads {
            console.print(lead.line)
            missing.remove(lead.type)
            if missing.isEmpty { break }
        }
        guard missing.isEmpty else {
            throw CommandError(.unavailable, "not all leads came out")
        }
    }
}

/// A folder for the demo's store, closed to others.
struct DemoFolder {
    let path: String

    init() throws(CommandError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/leadshark-demo-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandError(.cannotCreate, "a temporary folder cannot be made: \(Descriptor.reason(errno))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes the folder and the files in it.
    func remove() {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(directory)
        rmdir(path)
    }
}
#endif
