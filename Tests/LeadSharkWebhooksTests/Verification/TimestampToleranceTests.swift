import FoundationEssentials
import LeadSharkWebhooks
import Testing

@Suite("Tolerance of an event's time")
struct TimestampToleranceTests {
    private let secret: SigningSecret
    /// 2026-05-04T09:00:00Z
    private let now = Date(timeIntervalSince1970: 1_777_885_200)

    init() throws { secret = try SigningSecret("whsec_test") }

    private func webhook(_ text: String) throws -> VerifiedWebhook {
        let body = Array(text.utf8)
        return try WebhookVerifier(secrets: SecretSet(current: secret)).verify(
            body, signature: secret.signature(for: body.span).hexadecimal)
    }

    private func webhook(at time: String) throws -> VerifiedWebhook {
        try webhook(#"{"event":"dm.sent","timestamp":"\#(time)","data":{}}"#)
    }

    private func code(_ webhook: VerifiedWebhook, _ tolerance: Duration, at now: Date? = nil) -> TimestampError.Code? {
        do throws(TimestampError) {
            try webhook.checkTimestamp(tolerance: tolerance, at: now ?? self.now)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "Both sides count, to the instant",
        arguments: [
            ("2026-05-04T09:00:00Z", nil), ("2026-05-04T08:55:00Z", nil), ("2026-05-04T09:05:00.000Z", nil),
            ("2026-05-04T11:00:00+02:00", nil), ("2026-05-04T08:54:59.999Z", TimestampError.Code.tooOld),
            ("2026-05-04T09:05:00.001Z", .tooNew), ("2024-03-21T15:30:00Z", .tooOld), ("9999-12-31T23:59:59Z", .tooNew),
            ("0000-01-01T00:00:00Z", .tooOld), ("2026-05-04T09:00:00+02:00", .tooOld),
        ])
    func bothSides(_ time: String, _ expected: TimestampError.Code?) throws {
        #expect(code(try webhook(at: time), .seconds(300)) == expected)
    }

    @Test(
        "A time that cannot be read does not pass, and is told apart from one that is missing",
        arguments: [
            "", "nan", "inf", "-inf", "1777885200", "2026-05-04", "2026-05-04T09:00:00", "2026-02-30T09:00:00Z",
            "2026-05-04T24:00:00Z", "2026-05-04T08:59:60Z", "+10000-01-01T00:00:00Z", "\\ud800",
        ])
    func unreadable(_ time: String) throws {
        #expect(code(try webhook(at: time), .seconds(300)) == .unreadable)
        #expect(code(try webhook(at: time), .seconds(Int64.max)) == .unreadable)
    }

    @Test(
        "A webhook without a time does not pass by itself",
        arguments: [
            #"{"event":"dm.sent","data":{}}"#, #"{"event":"dm.sent","timestamp":null,"data":{}}"#,
            #"{"event":"dm.sent","timestamp":1777885200,"data":{}}"#,
            #"{"event":"dm.sent","data":{"timestamp":"2026-05-04T09:00:00Z"}}"#, "[]", "1", "no JSON", "",
        ])
    func missing(_ text: String) throws {
        #expect(try webhook(text).timestamp == nil)
        #expect(code(try webhook(text), .seconds(300)) == .missing)
    }

    @Test("The time is the one that the decoded event has")
    func agreement() throws {
        let twice = #"{"timestamp":"a","event":"dm.sent","timestamp":"2026-05-04T09:00:00Z","data":{}}"#
        for text in [twice, "\u{feff}" + twice] {
            let webhook = try webhook(text)
            #expect(webhook.timestamp == (try webhook.event().timestamp))
            #expect(code(webhook, .zero) == nil)
        }
    }

    @Test("Extreme tolerances and clocks neither trap nor let anything slip through")
    func extremes() throws {
        let webhook = try webhook(at: "2026-05-04T09:00:00Z")
        #expect(code(webhook, .zero) == nil)
        #expect(code(webhook, .seconds(-1)) != nil)
        #expect(code(webhook, .seconds(Int64.min)) != nil)
        #expect(code(webhook, .seconds(Int64.max)) == nil)
        for number in [Double.nan, .infinity, -.infinity, 1e300, -1e300, .greatestFiniteMagnitude] {
            let clock = Date(timeIntervalSinceReferenceDate: number)
            #expect(code(webhook, .seconds(300), at: clock) != nil)
        }
    }

    @Test("The error states each millisecond as it was signed")
    func milliseconds() throws {
        for millisecond in 0..<1000 {
            let digits = String(millisecond)
            let time = "2026-05-04T09:00:00.\(String(repeating: "0", count: 3 - digits.count))\(digits)Z"
            let error = #expect(throws: TimestampError.self) {
                try webhook(at: time).checkTimestamp(tolerance: .zero, at: now.addingTimeInterval(7200))
            }
            #expect(error?.message.contains(time) == true, "\(time)")
        }
    }

    @Test("The error states both times, since either may be wrong")
    func message() throws {
        let error = #expect(throws: TimestampError.self) {
            try webhook(at: "2026-05-04T10:59:59.5+02:00").checkTimestamp(
                tolerance: .seconds(300), at: now.addingTimeInterval(3600))
        }
        #expect(
            error?.description
                == "tooOld: the event's time, 2026-05-04T08:59:59.500Z, is 3601 s before our clock, "
                + "2026-05-04T10:00:00.000Z; 300 s are tolerated")
        let odd = #expect(throws: TimestampError.self) {
            try webhook(at: "2026-05-04T09:00:00Z").checkTimestamp(
                tolerance: .seconds(300), at: Date(timeIntervalSince1970: .nan))
        }
        #expect(odd?.message.contains("a time without a date") == true)
    }
}
