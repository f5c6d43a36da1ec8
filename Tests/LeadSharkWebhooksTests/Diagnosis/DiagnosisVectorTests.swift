import LeadSharkWebhooks
import TestVectors
import Testing

@Suite("Diagnosis vectors")
struct DiagnosisVectorTests {
    @Test("The file is there, and no description is there twice")
    func file() throws {
        let vectors = try DiagnosisVector.load()
        #expect(vectors.count > 120)
        #expect(Set(vectors.map(\.description)).count == vectors.count)
    }

    @Test("The cause is named", arguments: DiagnosisVector.all)
    func cause(_ vector: DiagnosisVector) throws {
        let diagnosis = try vector.diagnosis()
        #expect(diagnosis.findings.map(\.code.description) == vector.findings)
        #expect(diagnosis.findings.allSatisfy { $0.certainty.rawValue == vector.certainty })
        #expect(diagnosis.isProven == (vector.certainty == "proven"))
        #expect(diagnosis.isComplete)
    }

    @Test("Whoever is told that all is well, or is not, hears what the verifier says", arguments: DiagnosisVector.all)
    func agreesWithVerifier(_ vector: DiagnosisVector) throws {
        let verifier = WebhookVerifier(secrets: try vector.own.webhook().secrets)
        let isAccepted: Bool
        do throws(VerificationError) {
            let signature = try WebhookHeaders.soleSignature(among: vector.signatures)
            _ = try verifier.verify(vector.body, signature: signature)
            isAccepted = true
        } catch {
            isAccepted = false
        }
        #expect(isAccepted == (vector.findings == ["fits"]))
    }

    @Test("No text holds a secret, a signature or anything of the body", arguments: DiagnosisVector.all)
    func discretion(_ vector: DiagnosisVector) throws {
        let diagnosis = try vector.diagnosis()
        var dumped = ""
        dump(diagnosis, to: &dumped)
        let texts = diagnosis.findings.flatMap { [$0.summary, $0.remedy, "\($0)"] } + ["\(diagnosis)", dumped]
        let secrets = ([vector.own] + vector.others).flatMap { [$0.current, $0.previous ?? $0.current] + $0.retired }
        let hidden = secrets + vector.signatures.filter { $0.utf8.count > 16 } + ["Zoë", "John", "9f8e7d6c"]
        for text in texts {
            for part in hidden { #expect(!text.contains(part)) }
            let digits = text.split { !$0.isHexDigit }.filter { $0.count >= 12 }
            #expect(digits.isEmpty)
            #expect(text == texts.last || !text.contains("\n"))
        }
    }

    @Test("Each finding names the webhook whose secret fits")
    func names() throws {
        let vector = try #require(
            DiagnosisVector.all.first { $0.description == "the previous secret of another webhook" })
        #expect(try vector.diagnosis().main.summary.contains("the previous secret of another webhook, billing"))
        let own = try #require(DiagnosisVector.all.first { $0.findings == ["secretHasQuotes"] })
        #expect(try own.diagnosis().main.summary.contains("the current secret of the webhook crm"))
    }
}

extension DiagnosisVector.Secrets {
    func webhook() throws -> SignatureDiagnosis.Webhook {
        SignatureDiagnosis.Webhook(
            name: name,
            secrets: SecretSet(
                current: try SigningSecret(current), previous: try previous.map { try SigningSecret($0) }),
            retired: try retired.map { try SigningSecret($0) })
    }
}

extension DiagnosisVector {
    func diagnosis() throws -> SignatureDiagnosis {
        SignatureDiagnosis(
            of: body.span, signatures: signatures, webhook: try own.webhook(),
            others: try others.map { try $0.webhook() })
    }
}
