import FoundationEssentials
import HTTPTypes
import Hummingbird
import LeadSharkWebhooks

/// Receives LeadShark's webhooks in a server of one's own, with nothing but the SDK.
///
///     LEADSHARK_WEBHOOK_SECRET=… swift run OwnServer
///
/// It answers as soon as the signature is checked, and hands the event to a task of its own: LeadShark waits ten
/// seconds at most. What is in that stream is lost when the process ends; see EmbeddedReceiver for a queue on disk.
@main
struct OwnServer {
    /// Far more than LeadShark sends.
    static let maximumBodyBytes = 256 * 1024
    /// How many webhooks may wait to be handled.
    static let maximumWaiting = 1000
    static let signatureHeader = HTTPField.Name(WebhookHeaders.signature)

    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let secret = try SigningSecret(environment["LEADSHARK_WEBHOOK_SECRET"] ?? "")
        let verifier = WebhookVerifier(secrets: SecretSet(current: secret))
        let (webhooks, arrivals) = AsyncStream.makeStream(
            of: VerifiedWebhook.self, bufferingPolicy: .bufferingOldest(maximumWaiting))

        let router = Router()
        router.post("webhooks/leadshark") { request, _ in
            let body = try await request.body.collect(upTo: maximumBodyBytes)
            let signatures = signatureHeader.map { request.headers[values: $0] } ?? []
            do {
                let signature = try WebhookHeaders.soleSignature(among: signatures)
                let webhook = try verifier.verify(body.readableBytesUInt8Span, signature: signature)
                guard case .enqueued = arrivals.yield(webhook) else { return HTTPResponse.Status.serviceUnavailable }
                return .ok
            } catch let error as VerificationError {
                print("refused: \(error.message)")  // for us alone; the sender learns nothing but the status
                return .unauthorized
            }
        }
        // LeadShark's test button sends a GET.
        router.get("webhooks/leadshark") { _, _ in HTTPResponse.Status.ok }

        let port = environment["PORT"].flatMap(Int.init) ?? 8080
        let server = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await withThrowingTaskGroup { group in
            group.addTask {
                defer { arrivals.finish() }
                try await server.runService()  // until SIGTERM or SIGINT
            }
            for await webhook in webhooks { handle(webhook) }
            try await group.waitForAll()
        }
    }

    static func handle(_ webhook: VerifiedWebhook) {
        guard let event = try? webhook.event() else { return print("authentic, but not an event: keep its bytes") }
        switch event.content {
        case .dmSent(let dm): print("\(dm.lead?.name ?? "somebody") got the message \(dm.message ?? "")")
        case .emailCaptured(let captured): print("\(captured.email ?? "no address") from \(event.lead?.name ?? "?")")
        default: print("\(event.type): \(event.lead?.name ?? "somebody")")
        }
    }
}
