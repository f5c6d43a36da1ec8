import LeadSharkTesting
import TestVectors
import Testing

@testable import LeadSharkWebhooks

@Suite("The envelope of an event")
struct EventEnvelopeTests {
    private func envelope(_ payload: String, webhook: String = "leadshark") -> EventEnvelope {
        EventEnvelope(payload: Array(payload.utf8), webhookName: webhook)
    }

    private func lane(_ lead: String, event: String = "new.like") -> EventIdentity {
        envelope(#"{"event":"\#(event)","data":{"lead":\#(lead)}}"#).lane
    }

    @Test("Events of one person are in one lane, whatever their type, webhook and other fields")
    func samePerson() {
        let first = lane(#"{"actor_id":"a1","linkedin_username":"one"}"#)
        #expect(lane(#"{"linkedin_username":"two","actor_id":"a1"}"#, event: "dm.sent") == first)
        let other = envelope(#"{"data":{"lead":{"actor_id":"a1"}},"event":"x"}"#, webhook: "crm")
        #expect(other.lane == first)
        #expect(lane(#"{"actor_id":"a2","linkedin_username":"one"}"#) != first)
        #expect(lane(#"{"actor_id":1}"#) == lane(#"{"actor_id":"1"}"#))
    }

    @Test(
        "Without an actor's id that can be relied on, the username tells the person",
        arguments: [
            #"{"linkedin_username":"one"}"#, #"{"actor_id":null,"linkedin_username":"one"}"#,
            #"{"actor_id":"","linkedin_username":"one"}"#, #"{"actor_id":[],"linkedin_username":"one"}"#,
            #"{"actor_id":"a","actor_id":"a","linkedin_username":"one"}"#,
            #"{"actor_id":"\ud800","linkedin_username":"one"}"#,
        ])
    func username(_ lead: String) {
        #expect(lane(lead) == lane(#"{"linkedin_username":"one"}"#))
        #expect(lane(lead) != lane(#"{"actor_id":"one"}"#))
        #expect(lane(lead) != lane(#"{"linkedin_username":"two"}"#))
    }

    @Test(
        "Without a person the lane follows from the identity, and is not the identity itself",
        arguments: [
            "", "null", "{}", #"{"event":"x"}"#, #"{"event":"x","data":{"lead":[]}}"#,
            #"{"event":"x","data":{"lead":{"actor_id":"a"},"lead":{"actor_id":"a"}}}"#,
            #"{"event":"x","data":{"lead":{"actor_id":"a"}},"data":{"lead":{"actor_id":"a"}}}"#,
            #"{"event":"x","data":{"visitor":{"id":"a"}}}"#,
        ])
    func noPerson(_ payload: String) {
        let envelope = envelope(payload)
        let other = self.envelope(payload + " ")
        #expect(envelope.lane != envelope.identity)
        #expect(envelope.lane != other.lane)
        #expect(envelope == self.envelope(payload))
    }

    @Test(
        "Of several types the last counts, as in the decoded event, but what happened is then doubtful",
        arguments: [
            (#""event":"dm.sent","event":"new.like""#, "new.like"), (#""event":7,"event":"new.like""#, "new.like"),
            (#""event":"new.like","event":7"#, nil), (#""event":"new.like","event":null"#, nil),
            (#""event":"dm.sent","\u0065vent":"leadshark-webhooks.test""#, "leadshark-webhooks.test"),
            (#""event":"leadshark-webhooks.test","event":"dm.sent""#, "dm.sent"),
        ])
    func severalTypes(_ members: String, _ type: String?) {
        let payload = #"{\#(members),"data":{"reaction":{"id":"r1"}}}"#
        let envelope = envelope(payload)
        #expect(envelope.type?.rawValue == type)
        #expect(envelope.type == (try? WebhookEvent(payload: Array(payload.utf8)))?.type)
        #expect(envelope.isTest == (type == "leadshark-webhooks.test"))
        #expect(envelope.identity == EventIdentity(webhookName: "leadshark", payload: Array(payload.utf8).span))
    }

    @Test("Only the reserved type under event makes a test event")
    func testEvents() {
        #expect(envelope(#"{"event":"leadshark-webhooks.test","data":{}}"#).isTest)
        #expect(envelope(#"{"event":"leadshark-webhooks.\u0074est"}"#).isTest)
        #expect(!envelope(#"{"event":"Leadshark-Webhooks.Test","data":{}}"#).isTest)
        #expect(!envelope(#"{"event":"leadshark-webhooks.test ","data":{}}"#).isTest)
        #expect(!envelope(#"{"event":"dm.sent","data":{"event":"leadshark-webhooks.test"}}"#).isTest)
        #expect(EventEnvelope(payload: Fixture.testEvent(id: "1"), webhookName: "x").isTest)
    }

    @Test(
        "A payload that is read as an event has the same type in its envelope",
        arguments: try PackageFiles.sampleNames())
    func agreesWithDecoding(_ name: String) throws {
        let payload = try PackageFiles.sample(name)
        let envelope = EventEnvelope(payload: payload, webhookName: "leadshark")
        #expect(envelope.type == (try? WebhookEvent(payload: payload))?.type)
    }

    @Test("A redelivery with more detail is the same event")
    func redelivery() {
        let first = envelope(#"{"event":"new.like","data":{"reaction":{"id":"r1"}}}"#)
        let again = envelope(
            #"{"event":"new.like","timestamp":"x","data":{"reaction":{"id":"r1","kind":"LIKE"},"more":[1]}}"#)
        #expect(first.identity == again.identity)
    }

    @Test("Whatever the bytes, there is an envelope and no trap")
    func anyBytes() throws {
        var generator = RepeatableGenerator(seed: 4)
        let payloads = try PackageFiles.sampleNames().map(PackageFiles.sample)
        for _ in 0..<4_000 {
            var payload = payloads.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) where !payload.isEmpty {
                let index = Int.random(in: 0..<payload.count, using: &generator)
                switch Int.random(in: 0...3, using: &generator) {
                case 0: payload.remove(at: index)
                case 1: payload.removeSubrange(index...)
                case 2: payload[index] = UInt8.random(in: 0...255, using: &generator)
                default: payload.insert(contentsOf: #"{"event":"#.utf8, at: index)
                }
            }
            let envelope = EventEnvelope(payload: payload, webhookName: "leadshark")
            if let event = try? WebhookEvent(payload: payload) { #expect(event.type == envelope.type) }
        }
    }
}
