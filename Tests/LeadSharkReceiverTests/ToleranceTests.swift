#if Server
import FoundationEssentials
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Logging
import Testing

@testable import LeadSharkReceiver

@Suite("Stale events and re-formatted bodies")
struct ToleranceTests {
    /// Does nothing, and says so.
    private struct Quiet: DeliveryHandler {
        let name: HandlerName = "crm"
        func handle(_ delivery: Delivery) async throws -> DeliveryOutcome { .done }
    }

    /// 2026-05-04T09:00:00Z
    private static let now = Date(timeIntervalSince1970: 1_777_885_200)

    private func run(
        tolerance: Duration?, reformattedBodies: ReformattedBodies = .refused,
        _ body: @escaping @Sendable (TestReceiver) async throws -> Void
    ) async throws {
        let webhook = WebhookEndpoint.Configuration(
            secrets: SecretSet(current: TestReceiver.secret), reformattedBodies: reformattedBodies,
            tolerance: tolerance)
        try await TestReceiver.run(
            webhooks: [webhook], handlers: [Quiet()], configure: { $0.now = { Self.now } }, body)
    }

    private static func post(_ body: String, signed: String? = nil, to receiver: TestReceiver) async throws -> String {
        let client = try await receiver.client()
        let signature = TestReceiver.secret.signature(for: Array((signed ?? body).utf8).span).hexadecimal
        try await client.send(HTTP.post(Array(body.utf8), headers: ["X-Webhook-Signature: \(signature)"]))
        let answer = try await client.response()
        return "\(answer.status) \(answer.body)"
    }

    @Test(
        "An event whose time is too far from ours is stored, answered 200, and a dead letter that can be redelivered",
        arguments: [("2026-05-04T08:54:59Z", "before"), ("2026-05-04T09:05:01Z", "after")])
    func stale(_ time: String, _ word: String) async throws {
        try await run(tolerance: .seconds(300)) { receiver in
            let event = #"{"event":"dm.sent","timestamp":"\#(time)","data":{}}"#
            let answer1 = try await Self.post(event, to: receiver)
            #expect(answer1 == #"200 {"status":"stored"}"#)
            let answer2 = try await Self.post(event, to: receiver)
            #expect(answer2 == #"200 {"status":"duplicate"}"#)
            let delivery = try #require(try await receiver.store.deliveries(matching: DeliveryQuery()).first)
            #expect(delivery.state == .deadLettered)
            #expect(delivery.attempts == 0)
            let reason = try #require(delivery.reason)
            #expect(reason.contains(" \(word) our clock, 2026-05-04T09:00:00.000Z"))
            #expect(reason.contains(time.dropLast()))
            let line = await receiver.logs.line { $0.metadata["reason"] == reason }
            #expect(line.level == .warning)
            #expect(try await receiver.store.redeliver([delivery.id]) == [delivery.id])
            let again = try #require(try await receiver.store.deliveries(matching: DeliveryQuery()).first)
            #expect(again.state != .deadLettered)
        }
    }

    @Test(
        "An event in time is delivered, and so is one whose time is missing or cannot be read",
        arguments: [
            #""timestamp":"2026-05-04T08:55:00Z","#, #""timestamp":"2026-05-04T09:05:00Z","#, "",
            #""timestamp":"yesterday","#, #""timestamp":null,"#,
        ])
    func passes(_ member: String) async throws {
        try await run(tolerance: .seconds(300)) { receiver in
            let answer = try await Self.post(#"{"event":"dm.sent",\#(member)"data":{}}"#, to: receiver)
            #expect(answer == #"200 {"status":"stored"}"#)
            #expect(receiver.store.received.map(\.deadLetterReason) == [nil])
        }
    }

    @Test("Without a tolerance any time will do")
    func offByDefault() async throws {
        #expect(WebhookEndpoint.Configuration(secrets: SecretSet(current: TestReceiver.secret)).tolerance == nil)
        try await run(tolerance: nil) { receiver in
            let answer = try await Self.post(
                #"{"event":"dm.sent","timestamp":"1999-01-01T00:00:00Z","data":{}}"#, to: receiver)
            #expect(answer == #"200 {"status":"stored"}"#)
            #expect(receiver.store.received.map(\.deadLetterReason) == [nil])
        }
    }

    @Test("A tolerance of nothing is refused at the start", arguments: [Duration.zero, .seconds(-1)])
    func noTolerance(_ tolerance: Duration) async throws {
        await #expect(throws: ReceiverError.self) { try await run(tolerance: tolerance) { _ in } }
    }

    @Test("A re-formatted body is stored as the text that was signed, if that is allowed")
    func reformatted() async throws {
        let signed = #"{"event":"dm.sent","data":{"id":2}}"#
        let body = #"{ "event": "dm.sent", "data": {"id": 1, "id": 2.0} }"#
        try await run(tolerance: nil, reformattedBodies: .canonicalized) { receiver in
            let answer3 = try await Self.post(body, signed: signed, to: receiver)
            #expect(answer3 == #"200 {"status":"stored"}"#)
            #expect(receiver.store.received.map(\.verified.payload) == [Array(signed.utf8)])
        }
        try await run(tolerance: nil) { receiver in
            let answer4 = try await Self.post(body, signed: signed, to: receiver)
            #expect(answer4 == #"401 {"error":"unauthorized"}"#)
            let line = await receiver.logs.line { $0.metadata["finding"] != nil }
            #expect(line.metadata["finding"] == "bodyRewritten")
        }
    }
}
#endif
