/// Checks that a webhook comes from LeadShark and was not changed on its way.
///
/// Give it the body's bytes exactly as they arrived, before anything has parsed, re-encoded or trimmed them. The
/// comparison takes the same time wherever the signature differs, and every accepted secret is tried.
public struct WebhookVerifier: Sendable {
    private let secrets: SecretSet
    private let implementation: HMACImplementation

    /// Makes a verifier for one webhook.
    public init(secrets: SecretSet, implementation: HMACImplementation = .preparedStates) {
        self.secrets = secrets
        self.implementation = implementation
    }

    /// Verifies a webhook, keeping the caller's array: no copy, no allocation.
    ///
    /// - Parameters:
    ///   - body: The request's body, byte for byte.
    ///   - signature: The value of the `X-Webhook-Signature` header; `nil` when there is none. For a request that may
    ///     carry the header twice, see ``WebhookHeaders/soleSignature(among:)``.
    /// - Throws: ``VerificationError``.
    public func verify(_ body: [UInt8], signature: String?) throws(VerificationError) -> VerifiedWebhook {
        let position = try authenticate(body.span, signature: Signature(header: signature))
        return VerifiedWebhook(authenticated: body, by: position)
    }

    /// Verifies a webhook whose body lies in somebody else's memory, and copies it only when it is authentic.
    ///
    /// - Throws: ``VerificationError``.
    public func verify(_ body: Span<UInt8>, signature: String?) throws(VerificationError) -> VerifiedWebhook {
        let position = try authenticate(body, signature: Signature(header: signature))
        let payload = unsafe [UInt8](unsafeUninitializedCapacity: body.count) { buffer, count in
            unsafe body.withUnsafeBufferPointer { source in
                if !source.isEmpty { _ = unsafe buffer.update(from: source) }
            }
            count = body.count
        }
        return VerifiedWebhook(authenticated: payload, by: position)
    }

    /// Whether the signature fits the body. Copies nothing and says nothing about the cause.
    public func isValid(_ body: Span<UInt8>, signature: String?) -> Bool {
        do {
            _ = try authenticate(body, signature: Signature(header: signature))
            return true
        } catch {
            return false
        }
    }

    /// Tries every secret, whichever fits, so that the time tells nothing about which did.
    private func authenticate(
        _ body: Span<UInt8>, signature: Signature
    ) throws(VerificationError) -> SecretSet.Position {
        let fitsCurrent = try expected(body, secrets.current).matches(signature.digest)
        var fitsPrevious = false
        if let previous = secrets.previous {
            fitsPrevious = try expected(body, previous).matches(signature.digest)
        }
        if fitsCurrent { return .current }
        if fitsPrevious { return .previous }
        throw VerificationError(.signatureMismatch)
    }

    private func expected(_ body: Span<UInt8>, _ secret: SigningSecret) throws(VerificationError) -> Digest {
        switch implementation {
        case .preparedStates:
            return secret.key.authenticate(body)
        case .provider:
            guard let digest = secret.key.secret.withSpan({ ProviderHMAC.authenticate(body, key: $0) }) else {
                throw VerificationError(.hmacUnavailable)
            }
            return digest
        }
    }
}

extension WebhookVerifier: CustomStringConvertible, CustomReflectable {
    /// Says how many secrets are accepted, never which.
    public var description: String { "WebhookVerifier(\(secrets.previous == nil ? 1 : 2) secrets)" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
