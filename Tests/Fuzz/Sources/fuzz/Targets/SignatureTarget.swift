@testable import LeadSharkWebhooks

/// Values of the signature header.
enum SignatureTarget {
    private static let body = Array(#"{"event":"dm.sent","data":{}}"#.utf8)
    private static let secret = try? SigningSecret("fuzz")
    private static let expected = secret?.signature(for: body.span).hexadecimal

    static func check(_ input: [UInt8]) {
        // Several headers are put on several lines.
        let values = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        let sole = outcome { () throws(VerificationError) in try WebhookHeaders.soleSignature(among: values) }
        let isSame = values.allSatisfy { Array($0.utf8) == Array(values[0].utf8) }
        require(isSame == (sole.error == nil), "values that differ are refused, and only those")
        checkOne(String(decoding: input, as: UTF8.self))
        if let value = values.first { checkOne(value) }
    }

    private static func checkOne(_ value: String) {
        let signature = outcome { () throws(VerificationError) in try Signature(header: value) }
        let isSignature = value.utf8.count == 64 && value.utf8.allSatisfy(isDigit)
        let isBlank = value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        switch signature {
        case .success(let signature):
            require(isSignature, "a signature is 64 hexadecimal digits")
            require(signature.hexadecimal == value.lowercased(), "a signature is printed as it was read")
        case .failure(let error):
            require(!isSignature, "64 hexadecimal digits are a signature")
            require(error.code == (isBlank ? .missingSignature : .malformedSignature), "an error has its code")
        }
        guard let secret, let expected else { return require(false, "the secret is one") }
        let verifier = WebhookVerifier(secrets: SecretSet(current: secret))
        let webhook = outcome { () throws(VerificationError) in try verifier.verify(body, signature: value) }
        require((webhook.value != nil) == (value.lowercased() == expected), "only the right signature is accepted")
        let code = signature.error?.code ?? .signatureMismatch
        require(webhook.value != nil || webhook.error?.code == code, "what is refused is refused for its reason")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
