#if Server
import Foundation
import LeadSharkReceiver
import LeadSharkSQLite
import LeadSharkWebhooks
import Logging

/// A receiver whose commits do not wait for the disk. The test that sees the real one wait for it has to see that this one
/// does not. Takes the same settings, as far as it needs them.
@main
struct UnsafeReceiver {
    static func main() async throws {
        let arguments = CommandLine.arguments
        func value(of flag: String) throws -> String {
            guard let index = arguments.firstIndex(of: flag), index + 1 < arguments.count else {
                throw CocoaError(.keyValueValidation)
            }
            return arguments[index + 1]
        }
        let path = try value(of: "--store").dropFirst("sqlite:".count)
        let place = try value(of: "--listen").split(separator: ":")
        let secretFile = ProcessInfo.processInfo.environment["LEADSHARK_WEBHOOK_SECRET_FILE"] ?? ""
        let secret = try SigningSecret(String(contentsOfFile: secretFile, encoding: .utf8))

        let store = try await SQLiteDeliveryStore.openUnsafely(path: String(path))
        var configuration = ReceiverConfiguration(webhooks: [.init(secrets: SecretSet(current: secret))])
        configuration.listen = ListenAddress(host: String(place[0]), port: Int(place[1]) ?? 0)
        configuration.adminListen = nil
        let receiver = try Receiver(
            configuration: configuration, store: store, handlers: [], logger: Logger(label: "unsafe"))
        try await receiver.run()
        try await store.close()
    }
}
#else
/// What is left of it when the package is built without the receiver.
@main
struct UnsafeReceiver {
    static func main() {}
}
#endif
