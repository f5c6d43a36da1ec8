import Foundation
import LeadSharkTesting
import LeadSharkWebhooks
import TestVectors
import Testing

@Suite("Fixtures")
struct FixtureTests {
    private static let types = EventType.documented + [EventType(rawValue: "new.thing")]

    @Test("Every fixture is an event of its type without anomalies", arguments: types, PayloadForm.allCases)
    func decodes(_ type: EventType, _ form: PayloadForm) throws {
        for number in [-3, 0, 1, 12, 131, 1_000_000, Int.max, Int.min] {
            let event = try WebhookEvent(payload: Fixture.payload(for: type, form: form, number: number))
            #expect(event.type == type)
            #expect(event.anomalies.isEmpty)
            #expect(event.timestamp?.date != nil)
            #expect(event.payloadVersion == (form == .v2 ? 2 : nil))
            #expect(event.lead?.name != nil)
        }
    }

    @Test("Every fixture is compact JSON as others write it", arguments: types, PayloadForm.allCases)
    func isJSON(_ type: EventType, _ form: PayloadForm) throws {
        let payload = Fixture.payload(for: type, form: form, name: "A \"B\" \\ \n\u{1}\u{1f} ü🚀")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any])
        let data = try #require(object["data"] as? [String: Any])
        let person = try #require((data["lead"] ?? data["visitor"]) as? [String: Any])
        #expect(person["name"] as? String == "A \"B\" \\ \n\u{1}\u{1f} ü🚀")
        #expect(!payload.contains(UInt8(ascii: "\n")))
    }

    @Test(
        "A number always gives the same bytes, and another number another event", arguments: types, PayloadForm.allCases
    )
    func numbers(_ type: EventType, _ form: PayloadForm) {
        #expect(
            Fixture.payload(for: type, form: form, number: 5) == Fixture.payload(for: type, form: form, number: 5))
        let identities = (0..<500).map { number in
            EventEnvelope(of: Fixture.webhook(for: type, form: form, number: number), webhookName: "leadshark").identity
        }
        #expect(Set(identities).count == 500)
    }

    @Test("Events of one person share a lane, and differ")
    func person() {
        let envelopes = (0..<20).map {
            EventEnvelope(of: Fixture.webhook(for: .newLike, number: $0, person: 7), webhookName: "leadshark")
        }
        #expect(Set(envelopes.map(\.lane)).count == 1)
        #expect(Set(envelopes.map(\.identity)).count == 20)
        let others = (0..<20).map {
            EventEnvelope(of: Fixture.webhook(for: .newLike, number: $0), webhookName: "x").lane
        }
        #expect(Set(others).count == 20)
    }

    @Test("Parameters go where they belong")
    func parameters() throws {
        let payload = Fixture.payload(
            for: .newProfileVisit, name: "Zoë", personID: "p1", happeningID: "v1", timestamp: "2026-01-02T03:04:05Z")
        let event = try WebhookEvent(payload: payload)
        #expect(event.lead?.name == "Zoë")
        #expect(event.lead?.actorID == "p1")
        #expect(event.lead?.visitorID == "p1")
        #expect(event.timestamp?.text == "2026-01-02T03:04:05Z")
        guard case .newProfileVisit(let visit) = event.content else {
            Issue.record("not a visit")
            return
        }
        #expect(visit.visitID == "v1")
    }

    @Test("A signed request is verified, and says its type and that it is JSON", arguments: types + [.test])
    func request(_ type: EventType) throws {
        let secret = try SigningSecret("whsec_test")
        let request = Fixture.request(for: type, number: 3, secret: secret)
        let webhook = try WebhookVerifier(secrets: SecretSet(current: secret))
            .verify(request.body, signature: request.signature)
        #expect(EventEnvelope(of: webhook, webhookName: "leadshark").isTest == (type == .test))
        #expect(request.header("x-webhook-event") == type.rawValue)
        #expect(request.header("content-type") == "application/json")
        #expect(request.headers.map(\.name) == ["Content-Type", "X-Webhook-Signature", "X-Webhook-Event"])
        #expect(!"\(request)".contains(try #require(request.signature)))
        #expect(!String(reflecting: request).contains(try #require(request.signature)))
    }

    @Test(
        "A type that cannot stand in a header is left out",
        arguments: ["", "a b", "a\r\nSet-Cookie: b", "a\0", "ü", String(repeating: "x", count: 257)])
    func headerOfOddType(_ type: String) throws {
        let secret = try SigningSecret("whsec_test")
        let request = SignedRequest(signing: [1], type: EventType(rawValue: type), secret: secret)
        #expect(request.header(WebhookHeaders.event) == nil)
        #expect(request.headers.count == 2)
    }

    @Test("A signed body tells its own type")
    func typeFromBody() throws {
        let secret = try SigningSecret("whsec_test")
        let like = SignedRequest(signing: Fixture.payload(for: .newLike), secret: secret)
        #expect(like.header(WebhookHeaders.event) == "new.like")
        #expect(SignedRequest(signing: [0xff], secret: secret).header(WebhookHeaders.event) == nil)
    }

    @Test("Test events differ by their id")
    func testEvents() throws {
        #expect(Fixture.testEvent(id: "1") != Fixture.testEvent(id: "2"))
        #expect(Fixture.testEvent(id: "1") == (try PackageFiles.sample("leadshark-webhooks.test")))
        #expect(try WebhookEvent(payload: Fixture.testEvent(id: "\"")).type == .test)
    }
}
