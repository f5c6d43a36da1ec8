@testable import LeadSharkWebhooks

/// Secrets and bodies. An input is three numbers (the length of the secret, where the body is divided, which bit of the
/// signature is changed), the secret and the body.
enum VerifyTarget {
    static func check(_ input: [UInt8]) {
        guard input.count > 3 else { return }
        let key = Array(input[3...].prefix(Int(input[0])))
        let body = Array(input[(3 + key.count)...])
        guard let secret = outcome({ () throws(SigningSecretError) in try SigningSecret(utf8: key.span) }).value else {
            return require(key.allSatisfy { $0 == 0x20 || (9...13).contains($0) }, "only blanks are no secret")
        }
        let tag = secret.key.authenticate(body.span)
        let parts = [body.prefix(Int(input[1])), body.dropFirst(Int(input[1]))]
        require(tag.matches(authenticationTag(of: parts, key: key)), "the parts have the tag of the whole")
        let other = ProviderHMAC.authenticate(body.span, key: key.span)
        require(other.map(tag.matches) == true, "libcrypto's own HMAC has the same tag")

        let signature = secret.signature(for: body.span).hexadecimal
        var wrong = Array(signature.utf8)
        let place = Int(input[2]) % 64
        wrong[place] = wrong[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        for implementation in [HMACImplementation.preparedStates, .provider] {
            let verifier = WebhookVerifier(secrets: SecretSet(current: secret), implementation: implementation)
            check(verifier, body, signature, String(decoding: wrong, as: UTF8.self))
        }
        checkReformatted(body, secret)
    }

    /// RFC 2104 to the letter, over a message in parts.
    private static func authenticationTag(of parts: [ArraySlice<UInt8>], key: [UInt8]) -> Digest {
        var block = key
        if key.count > 64 {
            let digest = SHA256.digest(of: key.span).bytes
            block = digest.indices.map { digest[$0] }
        }
        block += Array(repeating: 0, count: 64 - block.count)
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 }.span)
        for part in parts { inner.update(part.span) }
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5c }.span)
        outer.update(inner.finalize().bytes.span)
        return outer.finalize()
    }

    private static func check(_ verifier: WebhookVerifier, _ body: [UInt8], _ signature: String, _ wrong: String) {
        let whole = outcome { () throws(VerificationError) in try verifier.verify(body, signature: signature) }
        require(whole.value?.payload == body, "what is signed is accepted as it is")
        let around = [1] + body + [2]
        let span = around.span.extracting(1..<body.count + 1)
        let isValid = verifier.isValid(span, signature: signature)
        require(isValid, "a part of an array is verified like an array")
        var payload: [UInt8]?
        do { payload = try verifier.verify(span, signature: signature).payload } catch {}
        require(payload == body, "what is copied is what is signed")

        let refused = outcome { () throws(VerificationError) in try verifier.verify(body, signature: wrong) }
        require(refused.error?.code == .signatureMismatch, "another signature is refused")
        let extended = outcome { () throws(VerificationError) in try verifier.verify(around, signature: signature) }
        require(extended.error?.code == .signatureMismatch, "another body is refused")
    }

    /// What was signed is the text that JavaScript makes of the body.
    private static func checkReformatted(_ body: [UInt8], _ secret: SigningSecret) {
        let stringified = outcome { () throws(JSONError) in try JSONValue.stringify(parsing: body) }
        guard let text = stringified.value else { return }
        let signature = secret.signature(for: text.span).hexadecimal
        let verify = { (reformatted: ReformattedBodies) in
            let verifier = WebhookVerifier(secrets: SecretSet(current: secret), reformattedBodies: reformatted)
            return outcome { () throws(VerificationError) in try verifier.verify(body, signature: signature) }.value
        }
        require((verify(.refused) != nil) == (text == body), "what was re-formatted is refused")
        let webhook = verify(.canonicalized(upTo: body.count))
        require(webhook?.payload == text, "what was re-formatted is accepted as what was signed")
        require(webhook?.isCanonicalText == (text != body), "what was re-formatted is called that")
        let short = verify(.canonicalized(upTo: body.count - 1))
        require((short != nil) == (text == body), "what is longer than allowed is not re-formatted")
    }
}
