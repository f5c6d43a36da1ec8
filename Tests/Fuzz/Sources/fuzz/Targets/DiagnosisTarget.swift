import LeadSharkWebhooks

/// Requests to be diagnosed. An input is two numbers (what was done to the request, and the length of the secret), the
/// secret, the header with a NUL behind it, and the body. The header counts only when nothing was done.
enum DiagnosisTarget {
    static func check(_ input: [UInt8]) {
        guard input.count > 2 else { return }
        let key = Array(input[2...].prefix(Int(input[1])))
        let rest = input[(2 + key.count)...]
        let header = rest.prefix { $0 != 0 }
        let body = Array(rest.dropFirst(header.count + 1))
        guard let secret = Self.secret(key) else { return }
        switch input[0] % 6 {
        case 0:
            let values = header.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            check(body, values.map { String(decoding: $0, as: UTF8.self) }, secret)
        case 1:
            let diagnosis = diagnosis(of: body, signature(body, secret), secret)
            require(diagnosis.findings.map(\.code) == [.fits], "where nothing is wrong, nothing is found")
        case 2:
            let diagnosis = diagnosis(of: body, "sha256=" + signature(body, secret), secret)
            require(diagnosis.findings.map(\.code) == [.signaturePrefix], "a prefix is found")
        case 3:
            guard let other = Self.secret(key + [UInt8(ascii: "!")]) else { return }
            let diagnosis = diagnosis(of: body, signature(body, other), secret, other)
            require(diagnosis.findings.map(\.code) == [.otherWebhookSecret], "another webhook's secret is found")
        case 4:
            let longer = body + [UInt8(ascii: "\n")]
            let diagnosis = diagnosis(of: longer, signature(body, secret), secret)
            require(diagnosis.isProven && diagnosis.main.code != .fits, "an added newline is found")
        default:
            let stringified = outcome { () throws(JSONError) in try JSONValue.stringify(parsing: body) }
            guard let text = stringified.value else { return }
            let diagnosis = diagnosis(of: body, signature(text, secret), secret)
            require(diagnosis.isProven, "a body that was re-formatted is found")
            require((diagnosis.main.code == .fits) == (text == body), "only what was re-formatted is called that")
        }
    }

    /// A request to which anything may have been done.
    private static func check(_ body: [UInt8], _ values: [String], _ secret: SigningSecret) {
        let diagnosis = diagnosis(of: body, values, secret, secret)
        let again = self.diagnosis(of: body, values, secret, secret)
        require(again.findings == diagnosis.findings, "a diagnosis is always the same")
        let verifier = WebhookVerifier(secrets: SecretSet(current: secret))
        let sole = outcome { () throws(VerificationError) in try WebhookHeaders.soleSignature(among: values) }
        let isValid = sole.value.map { verifier.isValid(body.span, signature: $0) } ?? false
        require(
            isValid == (diagnosis.findings.map(\.code) == [.fits]),
            "what fits is what the verifier accepts, and no other")

        var limits = SignatureDiagnosis.Limits()
        limits.maximumHashedByteCount = 0
        let hasty = self.diagnosis(of: body, values, secret, nil, limits)
        require(!hasty.isProven, "nothing is proven without work")
        limits = SignatureDiagnosis.Limits()
        limits.maximumBodyByteCount = body.count - 1
        require(
            !self.diagnosis(of: body, values, secret, nil, limits).isComplete || diagnosis.isProven,
            "what is too long is not tried completely")
    }

    private static func diagnosis(
        of body: [UInt8], _ signature: String, _ secret: SigningSecret, _ other: SigningSecret? = nil
    ) -> SignatureDiagnosis {
        diagnosis(of: body, [signature], secret, other)
    }

    private static func diagnosis(
        of body: [UInt8], _ values: [String], _ secret: SigningSecret, _ other: SigningSecret?,
        _ limits: SignatureDiagnosis.Limits = .init()
    ) -> SignatureDiagnosis {
        let webhook = SignatureDiagnosis.Webhook(name: "fuzz", secrets: SecretSet(current: secret))
        let others = other.map { [SignatureDiagnosis.Webhook(name: "other", secrets: SecretSet(current: $0))] }
        let diagnosis = SignatureDiagnosis(
            of: body.span, signatures: values, webhook: webhook, others: others ?? [], limits: limits)
        check(diagnosis, body, secret)
        return diagnosis
    }

    /// What holds for every diagnosis.
    private static func check(_ diagnosis: SignatureDiagnosis, _ body: [UInt8], _ secret: SigningSecret) {
        require(!diagnosis.findings.isEmpty && diagnosis.findings.count < 10, "there are some findings, and not many")
        let tag = signature(body, secret)
        for finding in diagnosis.findings {
            require(finding.certainty == diagnosis.main.certainty, "all findings are proven, or none")
            require(!finding.summary.isEmpty && !finding.remedy.isEmpty, "a finding says what it is and what helps")
            require(finding.description.utf8.count < 1024, "a finding is short, whatever arrived")
            require(!finding.description.contains(tag), "a finding tells no tag")
        }
    }

    private static func secret(_ key: [UInt8]) -> SigningSecret? {
        outcome { () throws(SigningSecretError) in try SigningSecret(utf8: key.span) }.value
    }

    private static func signature(_ body: [UInt8], _ secret: SigningSecret) -> String {
        secret.signature(for: body.span).hexadecimal
    }
}
