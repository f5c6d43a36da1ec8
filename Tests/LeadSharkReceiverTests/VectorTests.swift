#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import TestVectors
import Testing

@testable import LeadSharkReceiver

@Suite("Vectors and samples through the socket")
struct VectorTests {
    @Test("The vectors are there")
    func areThere() throws {
        #expect(try VerificationVector.load().count > 100)
    }

    @Test("The receiver judges as the library does", arguments: VerificationVector.all.filter(\.isForHTTP))
    func vector(_ vector: VerificationVector) async throws {
        let secrets = try vector.secrets
        try await TestReceiver.run(webhooks: [.init(secrets: secrets)]) { receiver in
            let client = try await receiver.client()
            try await client.send(
                HTTP.post(vector.body, headers: vector.signatures.map { "X-Webhook-Signature: \($0)" }))
            let answer = try await client.response()
            switch vector.verdict {
            case .accept(let secret):
                #expect(answer.status == 200)
                let event = try #require(receiver.store.received.first)
                #expect(event.verified.payload == vector.body)
                #expect(event.verified.secret.rawValue == secret)
            case .reject(let reason):
                #expect(answer.status == 401)
                #expect(receiver.logs.causes == [reason])
                #expect(receiver.store.received.isEmpty)
            }
        }
    }

    @Test("What is stored has the type and the identity of the vectors")
    func identities() async throws {
        let vectors = try IdentityVector.load()
        #expect(vectors.count > 50)
        let names = Set(vectors.map(\.webhook)).sorted()
        let secrets = SecretSet(current: TestReceiver.secret)
        try await TestReceiver.run(
            webhooks: try names.map { .init(name: try #require(WebhookName($0)), secrets: secrets) }
        ) { receiver in
            let client = try await receiver.client()
            for vector in vectors {
                let request = SignedRequest(signing: vector.payload, secret: TestReceiver.secret)
                try await client.send(HTTP.post(request, to: "/webhooks/\(vector.webhook)"))
                let answer = try await client.response()
                #expect(answer.status == 200, "\(vector)")
                let event = receiver.store.received.last
                #expect(event?.envelope.identity.hexadecimal == vector.identity, "\(vector)")
                #expect(event?.envelope.type?.rawValue == vector.type, "\(vector)")
            }
        }
    }

    @Test("Every sample payload is stored as it is")
    func samples() async throws {
        let names = try PackageFiles.sampleNames()
        try #require(names.count > 10)
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            for name in names {
                let body = try PackageFiles.sample(name)
                try await client.send(HTTP.post(SignedRequest(signing: body, secret: TestReceiver.secret)))
                let answer = try await client.response()
                #expect(answer.status == 200, "\(name)")
                #expect(receiver.store.received.last?.verified.payload == body, "\(name)")
            }
        }
    }
}
#endif
