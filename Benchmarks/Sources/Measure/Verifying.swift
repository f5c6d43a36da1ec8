import Crypto
import Floor
import LeadSharkWebhooks

/// What it takes to verify a body of `count` bytes.
///
/// swift-crypto is given the signature decoded already; ours has to read its 64 digits.
func verifying(byteCount count: Int) throws -> Comparison {
    let text = "a secret of the usual length: 0123456789abcdef"
    let secret = try SigningSecret(text)
    let verifier = WebhookVerifier(secrets: SecretSet(current: secret))
    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    let signature = secret.signature(for: body.span).hexadecimal

    let key = SymmetricKey(data: Array(text.utf8))
    let tag = Array(HMAC<SHA256>.authenticationCode(for: body, using: key))
    guard HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: body, using: key) else { throw Disagreement() }

    return Comparison(cases: [
        .init(name: "verify") { try verifier.verify(body, signature: signature).payload.count },
        .init(name: "sha256") { body.withUnsafeBufferPointer { Int(floor_sha256($0.baseAddress, $0.count)) } },
        .init(name: "swift-crypto") {
            HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: body, using: key) ? 1 : 0
        },
    ])
}

/// The contenders do not come to the same result, so there is nothing to compare.
struct Disagreement: Error {}
