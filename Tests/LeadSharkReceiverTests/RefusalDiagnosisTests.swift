#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import NIOConcurrencyHelpers
import NIOHTTP1
import Testing

@testable import LeadSharkReceiver

@Suite("Diagnosis of refused signatures")
struct RefusalDiagnosisTests {
    private static let other = TestReceiver.secret("of another webhook")
    private static let body = Fixture.payload(for: .newLike)
    private let crm: WebhookName
    private let mail: WebhookName
    private let clock = ManualClock()
    private let logs = LogRecorder()
    private let work = NIOLockedValueBox<[@Sendable () -> Void]>([])

    init() throws {
        crm = try #require(WebhookName("crm"))
        mail = try #require(WebhookName("mail"))
    }

    private func diagnosis(_ reformattedBodies: ReformattedBodies = .refused) -> RefusalDiagnosis {
        RefusalDiagnosis(
            of: [
                .init(
                    name: crm, secrets: SecretSet(current: TestReceiver.secret), reformattedBodies: reformattedBodies),
                .init(name: mail, secrets: SecretSet(current: Self.other)),
            ], setting: "LEADSHARK_REFORMATTED_BODIES=canonicalized", elapsed: Timekeeper.stopwatch(clock),
            logger: logs.logger,
            start: { [work] task in work.withLockedValue { $0.append(task) } })
    }

    private func request(_ body: [UInt8] = body, _ signatures: String...) -> InboundRequest {
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/webhooks/crm")
        for signature in signatures { head.headers.add(name: WebhookHeaders.signature, value: signature) }
        return InboundRequest(head: head, body: body)
    }

    /// Does what has been begun, and says how much that was.
    @discardableResult
    private func runWork() -> Int {
        let tasks = work.withLockedValue { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in tasks { task() }
        return tasks.count
    }

    private var signature: String { Self.other.signature(for: Self.body.span).hexadecimal }

    @Test("What doctor sends under a wrong signature is not looked at, and leaves the turn to what comes next")
    func probe() {
        let diagnosis = diagnosis()
        let probe = Fixture.payload(for: .test)
        diagnosis.consider(.signatureMismatch, request(probe, signature), at: crm)
        #expect(runWork() == 0)
        diagnosis.consider(.signatureMismatch, request(Self.body, signature), at: crm)
        #expect(runWork() == 1)
    }

    @Test("The remedy names the setting for re-formatted bodies, unless that is on already")
    func setting() throws {
        let body = Array("{ \"event\": \"dm.sent\" }".utf8)
        let signed = Array("{\"event\":\"dm.sent\"}".utf8)
        let signature = TestReceiver.secret.signature(for: signed.span).hexadecimal
        for (bodies, isNamed) in [(ReformattedBodies.refused, true), (.canonicalized, false)] {
            diagnosis(bodies).consider(.signatureMismatch, request(body, signature), at: crm)
            runWork()
            let line = try #require(logs.lines.last)
            #expect(line.metadata["finding"] == "bodyRewritten")
            let remedy = try #require(line.metadata["remedy"])
            #expect("\(remedy)".contains("(LEADSHARK_REFORMATTED_BODIES=canonicalized)") == isNamed)
            #expect("\(remedy)".contains("accept re-formatted bodies") == isNamed)
        }
    }

    @Test("The cause is logged with its remedy, and nothing that is secret or personal")
    func line() throws {
        let diagnosis = diagnosis()
        diagnosis.consider(.signatureMismatch, request(Self.body, signature), at: crm)
        #expect(logs.lines.isEmpty)
        #expect(runWork() == 1)
        let line = try #require(logs.lines.first)
        #expect(logs.lines.count == 1)
        #expect(line.level == .warning)
        #expect(line.metadata["webhook"] == "crm")
        #expect(line.metadata["finding"] == "otherWebhookSecret")
        #expect(line.metadata["certainty"] == "proven")
        #expect(line.metadata["summary"]?.contains("another webhook, mail") == true)
        #expect(line.metadata["remedy"]?.isEmpty == false)
        #expect(Set(line.metadata.keys) == ["webhook", "finding", "certainty", "summary", "remedy"])
        #expect(!line.text.contains(signature) && !line.text.contains("of another webhook\""))
    }

    @Test("However many are refused, it is one a minute of each webhook")
    func onceAMinute() {
        let diagnosis = diagnosis()
        for second in 0..<120 {
            for _ in 0..<5 {
                diagnosis.consider(.signatureMismatch, request(Self.body, "\(second)"), at: crm)
                runWork()
                diagnosis.consider(.malformedSignature, request(Self.body, "\(second)"), at: mail)
                runWork()
            }
            clock.advance(by: .seconds(1))
        }
        #expect(logs.lines.filter { $0.metadata["webhook"] == "crm" }.count == 2)
        #expect(logs.lines.filter { $0.metadata["webhook"] == "mail" }.count == 2)
        #expect(logs.lines.allSatisfy { $0.level == .notice })
    }

    @Test("While one is looked at, all others are passed over, and held by nothing")
    func oneAtATime() {
        let diagnosis = diagnosis()
        diagnosis.consider(.signatureMismatch, request(Self.body, signature), at: crm)
        for _ in 0..<10 {
            clock.advance(by: .seconds(60))
            diagnosis.consider(.signatureMismatch, request(Self.body, signature), at: crm)
            diagnosis.consider(.signatureMismatch, request(Self.body, signature), at: mail)
        }
        #expect(runWork() == 1)
        // The one that was passed over has not used up its webhook's minute.
        diagnosis.consider(.signatureMismatch, request(Self.body, signature), at: mail)
        #expect(runWork() == 1)
        #expect(logs.lines.map { $0.metadata["webhook"] } == ["crm", "mail"])
    }

    @Test(
        "What says all itself is not looked at", arguments: [VerificationError.Code.missingSignature, .hmacUnavailable])
    func othersCodes(_ code: VerificationError.Code) {
        let diagnosis = diagnosis()
        diagnosis.consider(code, request(), at: crm)
        #expect(runWork() == 0)
        diagnosis.consider(.conflictingSignatures, request(Self.body, "a", "b"), at: crm)
        #expect(runWork() == 1)
    }

    @Test("A body beyond the bound is not looked at, and uses up no minute")
    func bound() {
        let diagnosis = diagnosis()
        let limit = RefusalDiagnosis.maximumBodyByteCount
        diagnosis.consider(
            .signatureMismatch, request([UInt8](repeating: 0x20, count: limit + 1), signature), at: crm)
        #expect(runWork() == 0)
        diagnosis.consider(.signatureMismatch, request([UInt8](repeating: 0x20, count: limit), signature), at: crm)
        #expect(runWork() == 1)
    }

    @Test("The receiver diagnoses behind its answer, once for any number of refusals")
    func receiver() async throws {
        try await TestReceiver.run { receiver in
            for _ in 0..<3 {
                let client = try await receiver.client()
                try await client.send(HTTP.post(Self.body, secret: TestReceiver.secret("a secret for tests\n")))
                let answer = try await client.response()
                #expect(answer.status == 401)
                #expect(answer.body == #"{"error":"unauthorized"}"#)
            }
            let line = await receiver.logs.line { $0.metadata["finding"] != nil }
            #expect(line.metadata["finding"] == "senderSecretHasBlanks")
            #expect(line.metadata["webhook"] == "leadshark")
            #expect(receiver.store.received.isEmpty)
            let accepted = try await receiver.post(1)
            #expect(accepted.status == 200)
            #expect(receiver.logs.lines.filter { $0.metadata["finding"] != nil }.count == 1)
        }
    }
}
#endif
