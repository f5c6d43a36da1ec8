/// Checks that a webhook comes from LeadShark and was not changed on its way.
///
/// Give it the body's bytes exactly as they arrived, before anything has parsed, re-encoded or trimmed them. The
/// comparison takes the same time wherever the signature differs, and every accepted secret is tried.
public struct WebhookVerifier: Sendable {
    private let secrets: SecretSet
    private let reformattedBodies: ReformattedBodies
    private let implementation: HMACImplementation

    /// Makes a verifier for one webhook.
    ///
    /// - Parameters:
    ///   - secrets: The secrets that are accepted.
    ///   - reformattedBodies: Whether a body that was re-formatted on its way is accepted too. Read what
    ///     ``ReformattedBodies/canonicalized(upTo:)`` says before you allow it.
    ///   - implementation: How the HMAC is computed.
    public init(
        secrets: SecretSet, reformattedBodies: ReformattedBodies = .refused,
        implementation: HMACImplementation = .preparedStates
    ) {
        self.secrets = secrets
        self.reformattedBodies = reformattedBodies
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
        let signature = try Signature.digest(header: signature)
        if let position = try signer(of: body.span, signature) {
            return VerifiedWebhook(authenticated: body, by: position)
        }
        return try verifyCanonicalText(of: body.span, signature)
    }

    /// Verifies a webhook whose body lies in somebody else's memory, and copies it only when it is authentic.
    ///
    /// - Throws: ``VerificationError``.
    public func verify(_ body: Span<UInt8>, signature: String?) throws(VerificationError) -> VerifiedWebhook {
        let signature = try Signature.digest(header: signature)
        guard let position = try signer(of: body, signature) else {
            return try verifyCanonicalText(of: body, signature)
        }
        let payload = unsafe [UInt8](unsafeUninitializedCapacity: body.count) { buffer, count in
            unsafe body.withUnsafeBufferPointer { source in
                if !source.isEmpty { _ = unsafe buffer.update(from: source) }
            }
            count = body.count
        }
        return VerifiedWebhook(authenticated: payload, by: position)
    }

    /// Whether the signature fits the body. Copies nothing and says nothing about the cause.
    ///
    /// With ``ReformattedBodies/canonicalized`` it says so too when the signature fits the body's canonical text. Then it
    /// proves nothing about the body itself: to read what was signed, call `verify`.
    public func isValid(_ body: Span<UInt8>, signature: String?) -> Bool {
        do {
            let signature = try Signature.digest(header: signature)
            if try signer(of: body, signature) != nil { return true }
            _ = try verifyCanonicalText(of: body, signature)
            return true
        } catch {
            return false
        }
    }

    /// The second try, after the body itself did not fit, which a look at the clock may tell.
    private func verifyCanonicalText(
        of body: Span<UInt8>, _ signature: Digest
    ) throws(VerificationError) -> VerifiedWebhook {
        guard let text = reformattedBodies.canonicalText(of: body), let position = try signer(of: text.span, signature)
        else { throw VerificationError(.signatureMismatch) }
        return VerifiedWebhook(authenticated: text, by: position, isCanonicalText: true)
    }

    /// The secret that the signature was made with over these bytes, if any. Tries every secret, whichever fits, so that the
    /// time tells nothing about which did.
    private func signer(
        of bytes: Span<UInt8>, _ signature: Digest
    ) throws(VerificationError) -> SecretSet.Position? {
        let fitsCurrent = try secrets.current.expected(bytes, implementation).matches(signature)
        // Chained, which lends the secret. To unwrap it would count one more reference to it, and threads that verify
        // side by side would get into each other's way.
        let fitsPrevious = try secrets.previous?.expected(bytes, implementation).matches(signature) ?? false
        if fitsCurrent { return .current }
        return fitsPrevious ? .previous : nil
    }
}

extension SigningSecret {
    /// The tag that the body's signature has to be.
    fileprivate func expected(
        _ body: Span<UInt8>, _ implementation: HMACImplementation
    ) throws(VerificationError) -> Digest {
        switch implementation {
        case .preparedStates:
            return key.authenticate(body)
        case .provider:
            guard let digest = key.secret.withSpan({ ProviderHMAC.authenticate(body, key: $0) }) else {
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
