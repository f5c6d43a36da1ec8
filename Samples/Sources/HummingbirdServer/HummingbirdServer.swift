import FoundationEssentials
import HTTPTypes
import Hummingbird
import LeadSharkHummingbird
import LeadSharkWebhooks

/// Receives LeadShark's webhooks in a Hummingbird server, with the middleware that does the verifying.
///
///     LEADSHARK_WEBHOOK_SECRET=… swift run HummingbirdServer
///
/// It prints each lead before it answers: do nothing there that takes long. See EmbeddedReceiver for a queue on disk.
@main
struct HummingbirdServer {
    struct AppContext: WebhookRequestContext {
        var coreContext: CoreRequestContextStorage
        var webhook: VerifiedWebhook?

        init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }
    }

    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let secret = try SigningSecret(environment["LEADSHARK_WEBHOOK_SECRET"] ?? "")
        let verifier = WebhookVerifier(secrets: SecretSet(current: secret))

        let router = Router(context: AppContext.self)
        // LeadShark's test button sends a GET, which may not be signed: it stays outside.
        router.get("webhooks/leadshark") { _, _ in HTTPResponse.Status.ok }
        router.group("webhooks/leadshark")
            .add(middleware: WebhookMiddleware(verifier: verifier))
            .post { _, context in
                handle(try context.requireWebhook())
                return HTTPResponse.Status.ok
            }

        let port = environment["PORT"].flatMap(Int.init) ?? 8080
        let server = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await server.runService()  // until SIGTERM or SIGINT
    }

    static func handle(_ webhook: VerifiedWebhook) {
        guard let event = try? webhook.event() else { return print("authentic, but not an event: keep its bytes") }
        print("\(event.type): \(event.lead?.name ?? "somebody")")
    }
}
