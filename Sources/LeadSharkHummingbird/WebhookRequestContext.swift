#if Hummingbird
public import Hummingbird
public import LeadSharkWebhooks

/// A request context with a place for the webhook that a ``WebhookMiddleware`` has verified.
///
/// ```swift
/// import Hummingbird
/// import LeadSharkHummingbird
/// import LeadSharkWebhooks
///
/// struct AppContext: WebhookRequestContext {
///     var coreContext: CoreRequestContextStorage
///     var webhook: VerifiedWebhook?
///
///     init(source: ApplicationRequestContextSource) {
///         coreContext = .init(source: source)
///     }
/// }
/// ```
public protocol WebhookRequestContext: RequestContext {
    /// The request's webhook; `nil` until the middleware has verified it. A route behind the middleware never sees `nil`.
    var webhook: VerifiedWebhook? { get set }
}

extension WebhookRequestContext {
    /// The request's webhook, for routes behind a ``WebhookMiddleware``.
    ///
    /// - Throws: `HTTPError` with 500 when no middleware is in front of the route: the mistake is then the server's.
    public func requireWebhook() throws -> VerifiedWebhook {
        guard let webhook else { throw HTTPError(.internalServerError) }
        return webhook
    }
}
#endif
