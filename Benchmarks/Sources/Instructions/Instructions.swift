import Callgrind
import Floor
import LeadSharkWebhooks
import Subjects

/// Does each of the SDK's tasks so many times under valgrind's callgrind, which writes the instructions down by the task's
/// name. Prints the name, the times, and how many allocations they took. Benchmarks/instructions.py reads both.
@main
struct Instructions {
    struct Task {
        let name: String
        var times = 100
        /// Does it once, and returns a number that depends on it.
        let run: () throws -> Int
    }

    static func main() throws {
        guard callgrind_runs() else { throw NotUnderCallgrind() }
        var sum = 0
        for task in try tasks() {
            // What is only done once (symbols looked up, tables made) is no part of it.
            for _ in 0..<3 { sum &+= try task.run() }
            let before = floor_allocations()
            callgrind_begin()
            for _ in 0..<task.times { sum &+= try task.run() }
            callgrind_end(task.name)
            print(task.name, task.times, floor_allocations() - before, separator: "\t")
        }
        if sum == .min { print(sum) }
    }

    private static func tasks() throws -> [Task] {
        let dm = try verified(directMessage)
        let comment = try verified(newComment)
        let text = Array(reformattedMessage.utf8)
        let inOrder = Array(directMessage.utf8)
        return [
            try verifying("verify 700 B", byteCount: 700),
            try verifying("verify 700 B, two secrets", byteCount: 700, previous: true),
            try verifying("verify 64 KiB", byteCount: 64 << 10, times: 5),
            Task(name: "decode, every field read") { try lengthOfAllFields(of: dm) },
            Task(name: "envelope") { EventEnvelope(of: dm, webhookName: "leadshark").type == .dmSent ? 1 : 0 },
            Task(name: "identity of a happening") {
                EventEnvelope(of: comment, webhookName: "leadshark").identity.hexadecimal.utf8.count
            },
            Task(name: "stringify, nothing to change") { try JSONValue.stringify(parsing: inOrder).count },
            Task(name: "stringify, much to change") { try JSONValue.stringify(parsing: text).count },
            Task(name: "stringify a tree") { try JSONValue(parsing: text).stringified.utf8.count },
        ]
    }

    private static func verifying(
        _ name: String, byteCount: Int, previous: Bool = false, times: Int = 100
    ) throws -> Task {
        let secret = try SigningSecret("a secret of the usual length: 0123456789abcdef")
        let verifier = WebhookVerifier(
            secrets: SecretSet(current: secret, previous: previous ? try SigningSecret("another") : nil))
        let body = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        let signature = secret.signature(for: body.span).hexadecimal
        return Task(name: name, times: times) { try verifier.verify(body, signature: signature).payload.count }
    }
}

struct NotUnderCallgrind: Error {}
