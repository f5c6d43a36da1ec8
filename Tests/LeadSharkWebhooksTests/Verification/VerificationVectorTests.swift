import LeadSharkWebhooks
import TestVectors
import Testing

@Suite("Verification, by the vectors")
struct VerificationVectorTests {
    @Test("The file of vectors can be read and holds both verdicts")
    func file() throws {
        let vectors = try VerificationVector.load()
        #expect(vectors.filter(\.isAccepted).count > 30)
        #expect(vectors.filter { !$0.isAccepted }.count > 50)
        #expect(Set(vectors.map(\.description)).count == vectors.count)
    }

    @Test(
        "Each entry point gives the verdict of the vectors", arguments: VerificationVector.all,
        [HMACImplementation.preparedStates, .provider])
    func verdict(_ vector: VerificationVector, _ implementation: HMACImplementation) throws {
        let verifier = WebhookVerifier(secrets: try vector.secrets, implementation: implementation)
        var outcomes: [VerificationVector.Verdict] = []
        outcomes.append(
            .init { () throws(VerificationError) in
                let signature = try WebhookHeaders.soleSignature(among: vector.signatures)
                let webhook = try verifier.verify(vector.body, signature: signature)
                #expect(webhook.payload == vector.body)
                return webhook
            })
        outcomes.append(
            .init { () throws(VerificationError) in
                let signature = try WebhookHeaders.soleSignature(among: vector.signatures)
                let webhook = try verifier.verify(vector.body.span, signature: signature)
                #expect(webhook.payload == vector.body)
                return webhook
            })
        #expect(outcomes == [vector.verdict, vector.verdict])
        // It takes one value, so the rule for several is the caller's.
        if let signature = try? WebhookHeaders.soleSignature(among: vector.signatures) {
            let isValid = verifier.isValid(vector.body.span, signature: signature)
            #expect(isValid == vector.isAccepted)
        }
    }
}
