#if Server
import FoundationEssentials
import LeadSharkTesting
import LeadSharkWebhooks
import NIOHTTP1

/// The checks of a doctor that speak HTTP with the endpoint.
struct EndpointExamination {
    let url: EndpointURL
    let secret: SigningSecret?
    let configuration: Doctor.Configuration
    let client: ProbeClient
    let makeID: @Sendable () -> String
    let now: @Sendable () -> Date

    /// A test event that no receiver has seen before.
    private func makePayload() -> [UInt8] {
        let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(now())
        return Fixture.testEvent(id: makeID(), timestamp: time)
    }

    /// All three forms that the test may have. One without payload has to work; the others at least deserve a look.
    func getTest() async -> DoctorCheck {
        var findings: [DoctorCheck.Finding] = []
        var slowest = Duration.zero
        for place in TestPayloadPlace.allCases {
            let (result, duration) = await client.exchange(
                .test(of: url, payload: makePayload(), place: place, secret: secret))
            slowest = max(slowest, duration)
            switch result {
            case .success(let answer) where (200..<300).contains(answer.status):
                guard duration > configuration.warningThreshold else { continue }
                if duration > configuration.vendorDeadline, place == .nowhere {
                    return DoctorCheck(.getTest, .failed(slow(duration)), duration: duration)
                }
                findings.append(slow(duration))
            case .success(let answer) where place == .nowhere:
                return DoctorCheck(.getTest, .failed(StatusAdvice.get(answer)), duration: duration)
            case .failure(let failure) where place == .nowhere:
                return DoctorCheck(.getTest, .failed(.init(failure)), duration: duration)
            case .success(let answer):
                findings.append(
                    .init(
                        "with its payload in the \(place.rawValue) it was answered with \(answer.status)",
                        remedy: "answer this form with 2xx too: which one LeadShark sends is not documented"))
            case .failure(let failure):
                findings.append(
                    .init(
                        "with its payload in the \(place.rawValue): \(failure)",
                        remedy: "answer this form with 2xx too: which one LeadShark sends is not documented"))
            }
        }
        return DoctorCheck(
            .getTest,
            findings.isEmpty ? .ok(detail: "without a payload, in the body and in the query") : .warning(findings),
            duration: slowest)
    }

    /// A signed event, and how long its answer takes.
    func signedEvent() async -> DoctorCheck {
        guard let secret else {
            return DoctorCheck(.signedEvent, .skipped(reason: configuration.missingSecretReason))
        }
        let request = SignedRequest(signing: makePayload(), type: .test, secret: secret)
        let (result, duration) = await post(request.body, headers: request.headers)
        switch result {
        case .failure(let failure):
            return DoctorCheck(.signedEvent, .failed(.init(failure)), duration: duration)
        case .success(let answer) where !(200..<300).contains(answer.status):
            return DoctorCheck(.signedEvent, .failed(StatusAdvice.post(answer)), duration: duration)
        case .success(let answer):
            let finding = slow(duration)
            if duration > configuration.vendorDeadline {
                return DoctorCheck(.signedEvent, .failed(finding), duration: duration)
            }
            if duration > configuration.warningThreshold {
                return DoctorCheck(.signedEvent, .warning([finding]), duration: duration)
            }
            return DoctorCheck(.signedEvent, .ok(detail: "answered with \(answer.status)"), duration: duration)
        }
    }

    /// An event that is signed with a secret that nobody has.
    func wrongSignature(after signed: DoctorCheck) async -> DoctorCheck {
        guard let foreign = try? SigningSecret("not the secret: \(makeID())\(makeID())") else {
            return DoctorCheck(.wrongSignature, .skipped(reason: "no wrong signature could be made"))
        }
        let request = SignedRequest(signing: makePayload(), type: .test, secret: foreign)
        return await refusal(.wrongSignature, of: request.body, headers: request.headers, after: signed)
    }

    /// An event that is not signed at all.
    func missingSignature(after signed: DoctorCheck) async -> DoctorCheck {
        await refusal(
            .missingSignature, of: makePayload(),
            headers: [("Content-Type", "application/json"), (WebhookHeaders.event, EventType.test.rawValue)],
            after: signed)
    }

    private func refusal(
        _ subject: DoctorCheck.Subject, of body: [UInt8], headers: [(name: String, value: String)],
        after signed: DoctorCheck
    ) async -> DoctorCheck {
        let (result, duration) = await post(body, headers: headers)
        switch result {
        case .failure(let failure): return DoctorCheck(subject, .failed(.init(failure)), duration: duration)
        case .success(let answer):
            return DoctorCheck(subject, judge(answer.status, after: signed), duration: duration)
        }
    }

    private func judge(_ status: Int, after signed: DoctorCheck) -> DoctorCheck.Result {
        switch status {
        case 200..<300:
            return .failed(
                .init(
                    "it was accepted with \(status): anybody who knows the URL can send you leads",
                    remedy: "have the endpoint verify signatures, and answer 401 when one is wrong"))
        case 401, 403: return .ok(detail: "answered with \(status)")
        case 400 where signed.allowsNext, 422 where signed.allowsNext: return .ok(detail: "answered with \(status)")
        case 300..<400, 404, 405, 410, 429, 500..<600:
            let because = signed.isFailure ? ", as the signed event was" : ""
            return .warning([
                .init(
                    "it was answered with \(status)\(because), which does not show that the signature is checked",
                    remedy:
                        "have the endpoint take a signed event first, and answer 401 when the signature is wrong")
            ])
        default: return .ok(detail: "answered with \(status)")
        }
    }

    private func post(
        _ body: [UInt8], headers: [(name: String, value: String)]
    ) async -> (result: Result<ProbeAnswer, ProbeFailure>, duration: Duration) {
        await client.exchange(ProbeRequest(url: url.text, headers: headers, body: body))
    }

    private func slow(_ duration: Duration) -> DoctorCheck.Finding {
        .init(
            "the answer took \(seconds(duration)) of the \(seconds(configuration.vendorDeadline)) that LeadShark waits",
            remedy: "store first and answer at once; do the work afterwards")
    }

    private func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
#endif
