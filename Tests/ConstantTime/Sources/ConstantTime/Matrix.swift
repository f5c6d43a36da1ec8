import LeadSharkWebhooks

/// Every case there is: secrets of each length that HMAC treats in a way of its own, alone and in a rotation, signatures
/// that are right or wrong in each place that matters, bodies up to 256 KiB, both implementations, re-formatted bodies.
struct Matrix {
    /// Takes each case as it is made.
    typealias Visit = (Case) throws -> Void

    /// A block of SHA-256 has 64 bytes. A longer key is hashed first.
    static let secretByteCounts = [1, 32, 64, 65, 200]
    /// 55 bytes are the most that share the last block with the padding.
    static let bodyByteCounts = [0, 1, 55, 56, 64, 700, 4096]
    static let largeByteCounts = [64 << 10, 256 << 10]
    static let implementations = [HMACImplementation.preparedStates, .provider]

    static func forEach(_ visit: Visit) throws {
        for implementation in implementations {
            for count in secretByteCounts {
                for secrets in try Secrets.all(byteCount: count) {
                    for bodyByteCount in bodyByteCounts {
                        try raw(secrets, body(bodyByteCount), implementation, visit)
                    }
                    try reformatted(secrets, textByteCount: 700, implementation, visit)
                }
            }
            let secrets = try Secrets.all(byteCount: 32)[2]
            for count in largeByteCounts {
                try raw(secrets, body(count), implementation, visit)
                try reformatted(secrets, textByteCount: count, implementation, visit)
            }
        }
    }

    /// Signatures of the body as it is.
    private static func raw(
        _ secrets: Secrets, _ body: [UInt8], _ implementation: HMACImplementation, _ visit: Visit
    ) throws {
        let verifier = WebhookVerifier(secrets: secrets.hidden, implementation: implementation)
        for signature in Presented.all(secrets.signature(for: body)) {
            try visit(
                Case(
                    name: "\(implementation), \(secrets.name), \(body.count) B, \(signature.name)", verifier: verifier,
                    body: body, signature: signature.header,
                    outcome: signature.fault.map { .refused($0) }
                        ?? .accepted(secrets.signer, isCanonicalText: false),
                    comparisonCount: signature.isCompared ? secrets.count : 0))
        }
    }

    /// Signatures of the canonical text of a body that is another one; of a body that has none; and of the body itself.
    private static func reformatted(
        _ secrets: Secrets, textByteCount: Int, _ implementation: HMACImplementation, _ visit: Visit
    ) throws {
        let verifier = WebhookVerifier(
            secrets: secrets.hidden, reformattedBodies: .canonicalized, implementation: implementation)
        let text = text(textByteCount)
        let body = reformatted(text)
        let name = "\(implementation), \(secrets.name), re-formatted \(textByteCount) B"
        for signature in Presented.all(secrets.signature(for: text)) {
            try visit(
                Case(
                    name: "\(name), \(signature.name)", verifier: verifier, body: body, signature: signature.header,
                    outcome: signature.fault.map { .refused($0) } ?? .accepted(secrets.signer, isCanonicalText: true),
                    comparisonCount: signature.isCompared ? secrets.count * 2 : 0))
        }
        let wrong = Presented.allWrong(secrets.signature(for: text))
        let others = [
            (name: "cut short", body: Array(body.dropLast())), (name: "its own canonical text", body: text),
        ]
        for other in others {
            try visit(
                Case(
                    name: "\(name), \(other.name)", verifier: verifier, body: other.body, signature: wrong.header,
                    outcome: .refused(.signatureMismatch), comparisonCount: secrets.count))
        }
        try visit(
            Case(
                name: "\(name), signed as it is", verifier: verifier, body: body,
                signature: secrets.signature(for: body), outcome: .accepted(secrets.signer, isCanonicalText: false),
                comparisonCount: secrets.count))
    }

    private static func body(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    }

    /// An event as JavaScript writes it, of `count` bytes.
    private static func text(_ count: Int) -> [UInt8] {
        let head = #"{"event":"dm.sent","data":{"lead":{"name":"Zoë \"Z\" Doe","likes":[1.5,20,1e+21]},"message":""#
        let tail = #""}}"#
        return Array((head + String(repeating: "x", count: count - head.utf8.count - tail.utf8.count) + tail).utf8)
    }

    /// The same with a blank after each colon and comma, a number in another form, and a letter escaped.
    private static func reformatted(_ text: [UInt8]) -> [UInt8] {
        let text = String(decoding: text, as: UTF8.self)
        return Array(
            text.replacing(":", with: ": ").replacing(",", with: ", ").replacing("1.5", with: "15e-1")
                .replacing("ë", with: #"\u00EB"#).utf8)
    }
}

/// What a verifier accepts, and which of it signs.
struct Secrets {
    let name: String
    let hidden: SecretSet
    let signer: SecretSet.Position
    private let signing: SigningSecret

    var count: Int { hidden.previous == nil ? 1 : 2 }

    func signature(for body: [UInt8]) -> String { signing.signature(for: body.span).hexadecimal }

    /// One secret alone, and two of which either signs.
    static func all(byteCount: Int) throws -> [Secrets] {
        let first = try TwofoldSecret(byteCount: byteCount, seed: 1)
        let second = try TwofoldSecret(byteCount: byteCount, seed: 2)
        let both = SecretSet(current: first.hidden, previous: second.hidden)
        return [
            Secrets(
                name: "a secret of \(byteCount) B", hidden: SecretSet(current: first.hidden), signer: .current,
                signing: first.open),
            Secrets(
                name: "the current of two of \(byteCount) B", hidden: both, signer: .current, signing: first.open),
            Secrets(
                name: "the previous of two of \(byteCount) B", hidden: both, signer: .previous, signing: second.open),
        ]
    }
}

/// A signature header, as it may arrive instead of the right one.
struct Presented {
    let name: String
    let header: String?
    /// Why it is refused, if it is.
    let fault: VerificationError.Code?

    /// Whether it can be read, so that it is compared.
    var isCompared: Bool { fault == nil || fault == .signatureMismatch }

    static func all(_ right: String) -> [Presented] {
        [
            Presented(name: "right", header: right, fault: nil),
            Presented(name: "in upper case", header: right.uppercased(), fault: nil),
            changed("wrong in the first byte", right, 0..<1),
            changed("wrong in the last byte", right, 63..<64),
            changed("wrong in the seventeenth byte", right, 32..<33),
            allWrong(right),
            Presented(name: "a digit short", header: String(right.dropLast()), fault: .malformedSignature),
            Presented(name: "with a prefix", header: "sha256=" + right, fault: .malformedSignature),
            Presented(name: "no digit at the end", header: right.dropLast() + "g", fault: .malformedSignature),
            Presented(name: "missing", header: nil, fault: .missingSignature),
        ]
    }

    static func allWrong(_ right: String) -> Presented { changed("all wrong", right, 0..<64) }

    /// With every bit of some digits changed.
    private static func changed(_ name: String, _ right: String, _ digits: Range<Int>) -> Presented {
        let header = right.enumerated().map { index, digit in
            digits.contains(index) ? String(15 - (digit.hexDigitValue ?? 0), radix: 16) : String(digit)
        }
        return Presented(name: name, header: header.joined(), fault: .signatureMismatch)
    }
}
