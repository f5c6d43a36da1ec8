/// Tries secrets and bodies against what a header may mean, until something fits or the budget is used up.
struct DiagnosisSearch {
    /// What fits.
    struct Hit {
        let candidate: TagCandidate
        /// `nil` when it needs no secret that we know.
        let secret: KnownSecret?
        /// What was changed in the secret to make it fit.
        var key: SignatureDiagnosis.Code?
        /// What was changed in the body to make it fit.
        var body: SignatureDiagnosis.Code?
    }

    private let candidates: [TagCandidate]
    private let algorithms: [TagAlgorithm]
    private var budget: Int
    /// How many combinations of a secret and a body were tried.
    private(set) var tries = 0
    /// Whether the budget ended the search.
    private(set) var isExhausted = false

    /// What a try costs beside the bytes that it hashes: to prepare the key, and to allocate.
    private static let costOfTry = 1024

    init(_ candidates: [TagCandidate], budget: Int) {
        self.candidates = candidates
        self.budget = budget
        algorithms = TagAlgorithm.allCases.filter { algorithm in
            candidates.contains { $0.algorithm == algorithm }
        }
    }

    mutating func run(
        over body: Span<UInt8>, with secrets: [KnownSecret], limits: SignatureDiagnosis.Limits
    ) -> Hit? {
        guard !candidates.isEmpty else { return nil }
        return asIs(body, secrets) ?? variantsOfSecrets(body, secrets.filter(\.isOwn)) ?? withoutSecret(body, secrets)
            ?? variantsOfBody(body, secrets, limits) ?? variantsOfSecrets(body, secrets.filter { !$0.isOwn })
    }

    private mutating func asIs(_ body: Span<UInt8>, _ secrets: [KnownSecret]) -> Hit? {
        for secret in secrets {
            if let candidate = candidate(fitting: body, secret) { return Hit(candidate: candidate, secret: secret) }
        }
        return nil
    }

    private mutating func variantsOfSecrets(_ body: Span<UInt8>, _ secrets: [KnownSecret]) -> Hit? {
        for secret in secrets {
            for variant in SecretVariant.all(of: secret.secret) {
                if let candidate = candidate(fitting: body, variant.bytes) {
                    return Hit(candidate: candidate, secret: secret, key: variant.code)
                }
            }
        }
        return nil
    }

    /// What goes wrong in a sender of one's own making.
    private mutating func withoutSecret(_ body: Span<UInt8>, _ secrets: [KnownSecret]) -> Hit? {
        if let candidate = candidate(fitting: body, SecretBytes(copying: [UInt8]().span)) {
            return Hit(candidate: candidate, secret: nil, key: .emptySecret)
        }
        for algorithm in algorithms where pay(body.count) {
            let fitting = algorithm.withHash(of: body) { hash in candidate(algorithm, hash) }
            if let candidate = fitting ?? nil { return Hit(candidate: candidate, secret: nil, key: .noSecret) }
        }
        // A key beyond a block is hashed, so that the body is read once more at each try.
        let swapped = SecretBytes(copying: body)
        for secret in secrets where pay(body.count) {
            for algorithm in algorithms {
                let fitting = swapped.withSpan { key in
                    secret.secret.key.secret.withSpan { message in
                        algorithm.withTag(of: message, key: key) { candidate(algorithm, $0) }
                    }
                }
                if let candidate = fitting ?? nil {
                    return Hit(candidate: candidate, secret: secret, key: .argumentsSwapped)
                }
            }
        }
        return nil
    }

    private mutating func variantsOfBody(
        _ body: Span<UInt8>, _ secrets: [KnownSecret], _ limits: SignatureDiagnosis.Limits
    ) -> Hit? {
        guard body.count <= limits.maximumBodyByteCount else { return nil }
        var variants = BodyVariants(of: body, limits: limits)
        while !isExhausted, let variant = variants.next() {
            for secret in secrets {
                if let candidate = candidate(fitting: variant.bytes.span, secret) {
                    return Hit(candidate: candidate, secret: secret, body: variants.cause(of: variant))
                }
            }
        }
        return nil
    }

    // MARK: One try

    private mutating func candidate(fitting body: Span<UInt8>, _ secret: KnownSecret) -> TagCandidate? {
        candidate(fitting: body, secret.secret.key.secret)
    }

    private mutating func candidate(fitting body: Span<UInt8>, _ key: SecretBytes) -> TagCandidate? {
        tries += 1
        for algorithm in algorithms {
            guard pay(body.count) else { return nil }
            let fitting = key.withSpan { key in
                algorithm.withTag(of: body, key: key) { candidate(algorithm, $0) }
            }
            if let candidate = fitting ?? nil { return candidate }
        }
        return nil
    }

    private func candidate(_ algorithm: TagAlgorithm, _ tag: Span<UInt8>) -> TagCandidate? {
        for candidate in candidates where candidate.algorithm == algorithm && candidate.fits(tag) {
            return candidate
        }
        return nil
    }

    private mutating func pay(_ byteCount: Int) -> Bool {
        let cost = byteCount + Self.costOfTry
        guard cost <= budget else {
            isExhausted = true
            return false
        }
        budget -= cost
        return true
    }
}
