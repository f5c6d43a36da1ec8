public import LeadSharkWebhooks

/// A request as LeadShark sends it: the body, and the headers with its signature.
public struct SignedRequest: Sendable {
    /// The request's body: the payload.
    public let body: [UInt8]
    /// The request's headers, in the order of sending, without those that an HTTP client adds itself.
    public let headers: [(name: String, value: String)]

    /// Signs a body.
    ///
    /// - Parameters:
    ///   - body: The payload, as it will be sent.
    ///   - type: What to say in `X-Webhook-Event`. Without it, the type in the body is taken. A type that cannot stand
    ///     in a header (blanks, control characters, letters beyond ASCII, more than 256 bytes) is left out.
    ///   - secret: The webhook's secret.
    public init(signing body: [UInt8], type: EventType? = nil, secret: SigningSecret) {
        self.body = body
        var headers = [
            (name: "Content-Type", value: "application/json"),
            (name: WebhookHeaders.signature, value: secret.signature(for: body.span).hexadecimal),
        ]
        let type = type ?? (try? WebhookEvent(payload: body))?.type
        if let type, Self.canStandInHeader(type.rawValue) {
            headers.append((name: WebhookHeaders.event, value: type.rawValue))
        }
        self.headers = headers
    }

    /// The value of a header, whatever the case of its name; `nil` when there is none.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The signature that the request carries.
    public var signature: String? { header(WebhookHeaders.signature) }

    private static func canStandInHeader(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

extension SignedRequest: CustomStringConvertible, CustomReflectable {
    /// The size and the number of headers, never the payload or the signature.
    public var description: String { "SignedRequest(\(body.count) bytes, \(headers.count) headers)" }
    /// A mirror that shows the size alone.
    public var customMirror: Mirror { Mirror(self, children: ["byteCount": body.count]) }
}
