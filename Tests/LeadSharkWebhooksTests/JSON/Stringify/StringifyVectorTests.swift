import LeadSharkWebhooks
import TestVectors
import Testing

@Suite("Stringify, by the vectors")
struct StringifyVectorTests {
    @Test("The file of vectors can be read, and holds texts that V8 refuses, changes and leaves as they are")
    func file() throws {
        let vectors = try StringifyVector.load()
        #expect(vectors.count { $0.stringified == nil } > 150)
        #expect(vectors.count { $0.stringified == $0.text } > 100)
        #expect(vectors.count { $0.stringified != nil && $0.stringified != $0.text } > 200)
        #expect(Set(vectors.map(\.description)).count == vectors.count)
    }

    @Test(
        "From text to text, and over a tree, it is what V8 gives, or refused where V8 throws",
        arguments: StringifyVector.all)
    func stringify(_ vector: StringifyVector) throws {
        guard let stringified = vector.stringified else {
            #expect(throws: JSONError.self) { try JSONValue.stringify(parsing: vector.text) }
            #expect(throws: JSONError.self) { try JSONValue(parsing: vector.text) }
            return
        }
        #expect(try JSONValue.stringify(parsing: vector.text) == stringified)
        #expect(try Array(JSONValue(parsing: vector.text).stringified.utf8) == stringified)
    }

    @Test("What was made stays as it is when it is made again", arguments: StringifyVector.all)
    func fixpoint(_ vector: StringifyVector) throws {
        guard let stringified = vector.stringified else { return }
        #expect(try JSONValue.stringify(parsing: stringified) == stringified)
        #expect(try Array(JSONValue(parsing: stringified).stringified.utf8) == stringified)
    }

    @Test(
        "A body that was re-formatted is verified where that is allowed, and its payload is the text that was signed",
        arguments: StringifyVector.all, [HMACImplementation.preparedStates, .provider])
    func canonicalBody(_ vector: StringifyVector, _ implementation: HMACImplementation) throws {
        let secrets = SecretSet(current: try SigningSecret(StringifyVector.secret))
        let strict = WebhookVerifier(secrets: secrets, implementation: implementation)
        let lenient = WebhookVerifier(
            secrets: secrets, reformattedBodies: .canonicalized, implementation: implementation)
        // Where V8 throws, nothing was signed; the signature of the text as it is must not pass for another's.
        let signature = vector.signature ?? String(repeating: "0", count: 64)

        let isUnchanged = vector.stringified == vector.text
        let isStrictlyValid = strict.isValid(vector.text.span, signature: signature)
        #expect(isStrictlyValid == isUnchanged)
        let isValid = lenient.isValid(vector.text.span, signature: signature)
        #expect(isValid == (vector.stringified != nil))
        guard vector.stringified != nil else {
            let error = #expect(throws: VerificationError.self) {
                try lenient.verify(vector.text, signature: signature)
            }
            #expect(error?.code == .signatureMismatch)
            return
        }
        let webhook = try lenient.verify(vector.text, signature: signature)
        #expect(webhook.payload == vector.stringified)
        #expect(webhook.isCanonicalText == !isUnchanged)
        let fromSpan = try lenient.verify(vector.text.span, signature: signature)
        #expect(fromSpan.payload == vector.stringified)
        #expect(fromSpan.isCanonicalText == !isUnchanged)
    }
}
