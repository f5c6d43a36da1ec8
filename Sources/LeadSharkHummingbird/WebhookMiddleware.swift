#if Hummingbird
public import Hummingbird
public import LeadSharkWebhooks
import HTTPTypes
import Logging
import NIOCore

/// Verifies every request that comes through, and lets only LeadShark's webhooks pass.
///
/// It reads the body up to a limit, verifies it, and puts the ``VerifiedWebhook`` into the context:
///
/// ```swift
/// import Hummingbird
/// import LeadSharkHummingbird
/// import LeadSharkWebhooks
///
/// func addWebhook(
///     to router: Router<some WebhookRequestContext>, secrets: SecretSet,
///     enqueue: @escaping @Sendable (VerifiedWebhook) async throws -> Void
/// ) {
///     // LeadShark's test button sends a GET, which may not be signed: it stays outside.
///     router.get("webhooks/leadshark") { _, _ in HTTPResponse.Status.ok }
///     router.group("webhooks/leadshark")
///         .add(middleware: WebhookMiddleware(verifier: WebhookVerifier(secrets: secrets)))
///         .post { _, context in
///             try await enqueue(context.requireWebhook())
///             return HTTPResponse.Status.ok
///         }
/// }
/// ```
///
/// | answer | when |
/// |---|---|
/// | 401 | the signature is missing, malformed, or does not fit, or there are several that differ |
/// | 413 | the body is longer than the limit, by its `Content-Length` or by what arrives |
/// | 503 | libcrypto offers no HMAC-SHA-256; only with ``HMACImplementation/provider`` |
///
/// These answers have no body: the sender does not learn why. The context's logger does, without anything of the signature or
/// the payload.
///
/// The body is read once, into the array that ``VerifiedWebhook/payload`` then is, without a second copy. The request goes
/// on with an empty body: what was verified is in the context, and nobody reads anything else by mistake.
///
/// Time is not bounded here. Let a proxy do it, or an `idleTimeout` in the server's configuration: until then a slow sender
/// holds a connection and as much memory as it has sent, up to the limit. What is sent beyond the limit Hummingbird reads and drops.
public struct WebhookMiddleware<Context: WebhookRequestContext>: RouterMiddleware {
    /// The limit when none is given: 256 KiB, far more than LeadShark sends.
    public static var defaultMaximumBodyByteCount: Int { 256 * 1024 }

    private let verifier: WebhookVerifier
    private let maximumBodyByteCount: Int

    /// Makes a middleware for one webhook.
    ///
    /// - Parameters:
    ///   - verifier: Verifies the webhooks.
    ///   - maximumBodyByteCount: How many bytes a body may have.
    public init(
        verifier: WebhookVerifier, maximumBodyByteCount: Int = WebhookMiddleware.defaultMaximumBodyByteCount
    ) {
        self.verifier = verifier
        self.maximumBodyByteCount = maximumBodyByteCount
    }

    /// Verifies the request, and passes it on.
    ///
    /// - Throws: `HTTPError` when it is refused; what reading the body and `next` throw.
    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let body = try await collect(request)
        let webhook: VerifiedWebhook
        do throws(VerificationError) {
            let signature = try WebhookHeaders.soleSignature(among: request.headers.signatures)
            webhook = try verifier.verify(body, signature: signature)
        } catch {
            context.logger.info("A webhook was refused", metadata: ["cause": "\(error.code)"])
            throw HTTPError(error.code == .hmacUnavailable ? .serviceUnavailable : .unauthorized)
        }
        var request = request
        request.body = RequestBody(buffer: ByteBuffer())
        var context = context
        context.webhook = webhook
        return try await next(request, context)
    }

    /// The whole body. Never holds more bytes than the limit allows, whatever the sender promises.
    private func collect(_ request: Request) async throws -> [UInt8] {
        let promised = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard promised <= maximumBodyByteCount else { throw HTTPError(.contentTooLarge) }
        var body: [UInt8] = []
        for try await part in request.body {
            guard part.readableBytes <= maximumBodyByteCount - body.count else { throw HTTPError(.contentTooLarge) }
            if body.isEmpty { body.reserveCapacity(max(promised, part.readableBytes)) }
            body.append(contentsOf: part.readableBytesView)
        }
        return body
    }
}

extension HTTPFields {
    /// All values of the signature header, as they came.
    fileprivate var signatures: [String] {
        // The name is one that a header can have, so there is no `nil`; if there were, nothing would be accepted.
        HTTPField.Name(WebhookHeaders.signature).map { self[values: $0] } ?? []
    }
}
#endif
