import Crypto
import Floor
import LeadSharkWebhooks
import Subjects

/// What it takes to verify a body of `count` bytes, from the header to the answer.
///
/// swift-crypto is given the signature decoded already; ours has to read its 64 digits. During a rotation
/// (`previous`), ours tries two secrets.
func verifying(byteCount count: Int, previous: Bool = false, threads: Int = 1) throws -> Comparison {
    let text = "a secret of the usual length: 0123456789abcdef"
    let secret = try SigningSecret(text)
    let verifier = WebhookVerifier(
        secrets: SecretSet(current: secret, previous: previous ? try SigningSecret("another") : nil))
    let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    let signature = secret.signature(for: body.span).hexadecimal

    let key = SymmetricKey(data: Array(text.utf8))
    let tag = Array(HMAC<SHA256>.authenticationCode(for: body, using: key))
    guard HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: body, using: key) else { throw Disagreement() }

    // Each thread has a body of its own, as each request has.
    let bodies = (0..<threads).map { _ in body.map { $0 } }
    return Comparison(
        cases: [
            .init(
                name: "verify",
                runs: bodies.map { body in { try verifier.verify(body, signature: signature).payload.count } }),
            .init(
                name: "sha256",
                runs: bodies.map { body in
                    { body.withUnsafeBufferPointer { Int(floor_sha256($0.baseAddress, $0.count)) } }
                }),
            .init(
                name: "swift-crypto",
                runs: bodies.map { body in
                    { HMAC<SHA256>.isValidAuthenticationCode(tag, authenticating: body, using: key) ? 1 : 0 }
                }),
        ], threads: threads)
}

/// How many allocations 1,000 verifications take.
func allocationsToVerify() throws -> UInt64 {
    let start = floor_allocations()
    let verify = try verifying(byteCount: 700, previous: true).cases[0].runs[0]
    _ = try verify()
    let before = floor_allocations()
    // What counts nothing would always be content.
    guard before > start else { throw Disagreement() }
    for _ in 0..<1_000 { _ = try verify() }
    return floor_allocations() - before
}
