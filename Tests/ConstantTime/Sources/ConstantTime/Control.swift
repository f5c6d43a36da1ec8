import Glibc
import LeadSharkWebhooks
import Marks

/// Mistakes that have to be reported. What is not reported here would not be reported anywhere.
///
/// Each makes its own answer public before anybody acts on it, as the verifier's is, so that what is reported is the way
/// there. Scripts/check-constant-time looks for the functions' names in the reports.
enum Control: String, CaseIterable {
    case equality, memcmp, table, earlyExit, undeclaredAnswer

    func run() throws -> Bool {
        let (current, previous) = (try TwofoldSecret(byteCount: 32, seed: 1), try TwofoldSecret(byteCount: 32, seed: 2))
        let body = Array("a body".utf8)
        let signature = current.open.signature(for: body.span)
        let presented = Self.bytes(of: signature)
        let expected = [current, previous].map { Self.bytes(of: $0.hidden.signature(for: body.span)) }
        switch self {
        case .equality: return comparesByEquality(expected[0], presented)
        case .memcmp: return comparesByMemcmp(expected[0], presented)
        case .table: return encodesByTable(expected[0], Array(signature.hexadecimal.utf8))
        case .earlyExit: return stopsAtTheFirstThatFits(expected, presented)
        case .undeclaredAnswer:
            let verifier = WebhookVerifier(secrets: SecretSet(current: current.hidden))
            return try verifiesWithAnUndeclaredAnswer(verifier, body, signature.hexadecimal)
        }
    }

    /// A signature is its 32 bytes, and nothing else.
    private static func bytes(of signature: Signature) -> [UInt8] { withUnsafeBytes(of: signature) { Array($0) } }
}

/// Stops at the first byte that differs.
@inline(never)
private func comparesByEquality(_ expected: [UInt8], _ presented: [UInt8]) -> Bool {
    published(expected == presented)
}

/// As the other.
@inline(never)
private func comparesByMemcmp(_ expected: [UInt8], _ presented: [UInt8]) -> Bool {
    published(memcmp(expected, presented, expected.count) == 0)
}

/// Which lines of the cache hold the table's entries for the expected signature, others can find out.
@inline(never)
private func encodesByTable(_ expected: [UInt8], _ presented: [UInt8]) -> Bool {
    let table = Array("0123456789abcdef".utf8)
    var digits: [UInt8] = []
    for byte in expected {
        digits.append(table[Int(byte >> 4)])
        digits.append(table[Int(byte & 0x0f)])
    }
    return published(comparisons_hidden_answer(digits, presented, digits.count) == 0)
}

/// The time tells which secret it was before all were tried.
@inline(never)
private func stopsAtTheFirstThatFits(_ expected: [[UInt8]], _ presented: [UInt8]) -> Bool {
    for candidate in expected where comparisons_hidden_answer(candidate, presented, candidate.count) == 0 {
        return true
    }
    return false
}

/// No mistake of the verifier's: only that nobody made the comparison's answer public. It shows that the secret's marks
/// reach the very branch by which the verifier accepts.
@inline(never)
private func verifiesWithAnUndeclaredAnswer(
    _ verifier: WebhookVerifier, _ body: [UInt8], _ signature: String
) throws -> Bool {
    comparisons_publish(false)
    defer { comparisons_publish(true) }
    return try verifier.verify(body, signature: signature).secret == .current
}

private func published(_ answer: Bool) -> Bool {
    var answer = answer
    withUnsafeMutableBytes(of: &answer) { marks_publish($0.baseAddress, $0.count) }
    return answer
}
