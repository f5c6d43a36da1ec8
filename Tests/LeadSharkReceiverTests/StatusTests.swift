#if Server
import LeadSharkDelivery
import LeadSharkTesting
import LeadSharkWebhooks
import Testing

@testable import LeadSharkReceiver

@Suite("Statuses")
struct StatusTests {
    @Test(
        "A target that is not exactly a webhook's path is not found",
        arguments: [
            "/", "/webhooks", "/webhooks/", "/webhooks/other", "/webhooks/leadshark/", "//webhooks/leadshark",
            "/webhooks//leadshark", "/webhooks/other?x=1", "/?/webhooks/leadshark", "/webhooks/leadshark%20",
            "/Webhooks/leadshark",
            "/webhooks/%6ceadshark", "/webhooks/../webhooks/leadshark", "http://receiver/webhooks/leadshark",
            "/health/live", "/health/ready", "/status", "/deliveries/redeliver",
        ])
    func unknownTarget(_ target: String) async throws {
        try await TestReceiver.run { receiver in
            let answer = try await receiver.post(1, to: target)
            #expect(answer.status == 404)
            #expect(answer.body == #"{"error":"not found"}"#)
            #expect(receiver.store.received.isEmpty)
            #expect(receiver.logs.causes == ["unknownTarget"])
            let path = String(target.prefix { $0 != "?" })
            #expect(receiver.logs.lines.compactMap { $0.metadata["path"] } == [path])
        }
    }

    @Test(
        "A path in a log line is short, without its query, and without anything a terminal acts upon",
        arguments: [
            ("/a?token=secret", "/a"), ("?x", ""), ("/a\u{1b}[31m\r\n", "/a\\x1b[31m\\x0d\\x0a"),
            ("/\u{e9}\\ ", "/\\xc3\\xa9\\x5c\\x20"),
            ("/" + String(repeating: "a", count: 500), "/" + String(repeating: "a", count: 99)),
        ])
    func pathText(_ target: String, _ expected: String) {
        #expect(PathText.of(target: target) == expected)
    }

    @Test(
        "A query in the webhook's URL changes nothing: what passes the GET test takes events too",
        arguments: ["?", "?x=1", "?token=a/b?c", "??"])
    func query(_ query: String) async throws {
        try await TestReceiver.run { receiver in
            let test = try await receiver.answer(to: HTTP.get("/webhooks/leadshark\(query)"))
            #expect(test.status == 200)
            let answer = try await receiver.post(1, to: "/webhooks/leadshark\(query)")
            #expect(answer.status == 200)
            #expect(answer.body == #"{"status":"stored"}"#)
            let again = try await receiver.post(1)
            #expect(again.body == #"{"status":"duplicate"}"#)
            let forged = try await receiver.post(
                2, to: "/webhooks/leadshark\(query)", secret: TestReceiver.secret("another"))
            #expect(forged.status == 401)
        }
    }

    @Test(
        "Another method than GET, HEAD and POST is answered with those that are allowed",
        arguments: ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
    func method(_ method: String) async throws {
        try await TestReceiver.run { receiver in
            let answer = try await receiver.answer(to: HTTP.get("/webhooks/leadshark", method: method))
            #expect(answer.status == 405)
            #expect(answer.header("Allow") == "GET, HEAD, POST")
        }
    }

    @Test("A signed event is stored, and the same event again is a duplicate")
    func storedAndDuplicate() async throws {
        try await TestReceiver.run { receiver in
            let first = try await receiver.post(1)
            #expect(first.status == 200)
            #expect(first.body == #"{"status":"stored"}"#)
            #expect(first.header("Content-Type") == "application/json")
            #expect(first.header("Date")?.hasSuffix(" GMT") == true)
            #expect(first.header("Connection") == nil)
            let second = try await receiver.post(1)
            #expect(second.status == 200)
            #expect(second.body == #"{"status":"duplicate"}"#)
        }
    }

    @Test("Every event type of the fixtures is stored", arguments: EventType.documented, PayloadForm.allCases)
    func everyType(_ type: EventType, _ form: PayloadForm) async throws {
        try await TestReceiver.run { receiver in
            let request = Fixture.request(for: type, form: form, secret: TestReceiver.secret)
            let client = try await receiver.client()
            try await client.send(HTTP.post(request))
            let answer = try await client.response()
            #expect(answer.status == 200)
            let event = try #require(receiver.store.received.first)
            #expect(event.verified.payload == request.body)
            #expect(event.envelope.type == type)
            #expect(event.contradictingHeader == nil)
        }
    }

    @Test("HEAD gets the status without a body, and the connection stays in step")
    func head() async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send(HTTP.get("/webhooks/leadshark", method: "HEAD"))
            let answer = try await client.response(toHead: true)
            #expect(answer.status == 200)
            try await client.send(HTTP.post(Fixture.request(for: .dmSent, secret: TestReceiver.secret)))
            let next = try await client.response()
            #expect(next.body == #"{"status":"stored"}"#)
            #expect(receiver.store.received.count == 1)
        }
    }

    @Test("An event header that contradicts the body is recorded, and decides nothing")
    func contradictingHeader() async throws {
        try await TestReceiver.run { receiver in
            let body = Fixture.payload(for: .dmSent)
            let client = try await receiver.client()
            try await client.send(
                HTTP.post(body, headers: ["X-Webhook-Event: leadshark-webhooks.test"], secret: TestReceiver.secret))
            let answer = try await client.response()
            #expect(answer.status == 200)
            let event = try #require(receiver.store.received.first)
            #expect(event.envelope.type == .dmSent)
            #expect(event.contradictingHeader == "leadshark-webhooks.test")
        }
    }

    @Test("A header value cannot carry a line break into what is recorded", arguments: ["a\rb", "a\nb", "a\0b"])
    func lineBreakInHeader(_ value: String) async throws {
        try await TestReceiver.run { receiver in
            let client = try await receiver.client()
            try await client.send(
                HTTP.post(
                    Fixture.payload(for: .dmSent), headers: ["X-Webhook-Event: \(value)"],
                    secret: TestReceiver.secret))
            let answer = try await client.response()
            #expect(answer.status == 400)
            #expect(receiver.store.received.isEmpty)
        }
    }
}
#endif
