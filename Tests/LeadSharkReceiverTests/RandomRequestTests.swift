#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkReceiver

@Suite("Random requests")
struct RandomRequestTests {
    /// SplitMix64: small, and the same numbers for a seed everywhere.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    private static func spoil(_ bytes: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(contentsOf: Array("\r\n".utf8), at: index)
            case 4: bytes.removeLast(min(bytes.count - 1, Int.random(in: 1...40, using: &generator)))
            default: bytes.insert(contentsOf: bytes[..<min(index, 200)], at: index)
            }
        }
        return bytes
    }

    @Test(
        "Spoilt requests, cut and scattered, store nothing that is not signed and stop nothing",
        arguments: UInt64(1)...8)
    func spoilt(_ seed: UInt64) async throws {
        try await TestReceiver.run { receiver in
            var generator = Generator(state: seed)
            let body = Fixture.payload(for: .newComment)
            let signature = "X-Webhook-Signature: \(TestReceiver.secret.signature(for: body.span).hexadecimal)"
            let whole = [HTTP.post(body, headers: [signature]), HTTP.chunked([body], headers: [signature])]
            for _ in 0..<40 {
                let bytes = Self.spoil(whole.randomElement(using: &generator) ?? [], &generator)
                let client = try await receiver.client()
                let cut = Int.random(in: 0...bytes.count, using: &generator)
                // The receiver may have closed the connection in the middle.
                try? await client.send(Array(bytes[..<cut]))
                try? await client.send(Array(bytes[cut...]))
                try? await client.finishSending()
                _ = try await client.ending()
            }
            #expect(receiver.store.received.allSatisfy { $0.verified.payload == body })
            let answer = try await receiver.post(999)
            #expect(answer.body == #"{"status":"stored"}"#)
        }
    }
}
#endif
