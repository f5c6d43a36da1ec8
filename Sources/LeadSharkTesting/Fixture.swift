public import LeadSharkWebhooks

/// Payloads of every event type as LeadShark sends them, with made-up people.
///
/// A number makes each one unique, and the same number always gives the same bytes: events with different numbers have
/// different identities, and a receiver takes an event that is sent twice for a duplicate.
///
/// ```swift
/// import LeadSharkTesting
/// import LeadSharkWebhooks
///
/// func request(secret: SigningSecret) -> SignedRequest {
///     // Send its body with its headers to the server under test.
///     Fixture.request(for: .newComment, number: 7, secret: secret)
/// }
/// ```
public enum Fixture {
    /// A payload.
    ///
    /// - Parameters:
    ///   - type: The event's type. One that LeadShark does not document gets the fields that all types have.
    ///   - form: The payload's form.
    ///   - number: Makes the payload unique: it goes into the ids, the time and, unless `person` is given, the person.
    ///   - person: The number of the person, for several events of one.
    ///   - name: The lead's name, in place of a made-up one. Any text will do.
    ///   - personID: The id of the person (`actor_id`, `commenter_id`, `reactor_id`, `visitor.id`).
    ///   - happeningID: The id of what happened (`visit.id`, `reaction.id`, `comment.id`); only in the form ``PayloadForm/v2``.
    ///   - timestamp: The event's time, in place of one that comes from the number.
    public static func payload(
        for type: EventType, form: PayloadForm = .v2, number: Int = 1, person: Int? = nil, name: String? = nil,
        personID: String? = nil, happeningID: String? = nil, timestamp: String? = nil
    ) -> [UInt8] {
        let parts = FixtureParts(
            type: type, form: form, number: number,
            person: FixturePerson(number: person ?? number, name: name, id: personID),
            happeningID: happeningID ?? "happening-\(padded(number, to: 9))",
            timestamp: timestamp ?? Self.timestamp(number, type: type, form: form))
        return parts.payload
    }

    /// The payload of a test event: of the reserved type ``EventType/test``, stored and settled by a receiver but never
    /// given to its handlers.
    ///
    /// - Parameters:
    ///   - id: Makes it unique.
    ///   - timestamp: The event's time.
    public static func testEvent(id: String, timestamp: String = "2026-05-04T09:00:00.000Z") -> [UInt8] {
        JSONText.object { root in
            root.string("event", EventType.test.rawValue)
            root.string("timestamp", timestamp)
            root.integer("payload_version", 2)
            root.object("data") { data in
                data.object("test") { $0.string("id", id) }
            }
        }
    }

    /// A payload as a webhook that a verifier let through, for tests of what comes after the verifier.
    ///
    /// The parameters are those of ``payload(for:form:number:person:name:personID:happeningID:timestamp:)``.
    public static func webhook(
        for type: EventType, form: PayloadForm = .v2, number: Int = 1, person: Int? = nil, name: String? = nil,
        personID: String? = nil, happeningID: String? = nil, timestamp: String? = nil
    ) -> VerifiedWebhook {
        VerifiedWebhook(
            authenticated: payload(
                for: type, form: form, number: number, person: person, name: name, personID: personID,
                happeningID: happeningID, timestamp: timestamp),
            by: .current)
    }

    /// A signed request with a fixture's payload.
    ///
    /// - Parameters:
    ///   - type: The event's type; for ``EventType/test``, a test event whose id is the number.
    ///   - form: The payload's form.
    ///   - number: Makes the payload unique.
    ///   - timestamp: The event's time, in place of one that comes from the number.
    ///   - secret: The webhook's secret.
    public static func request(
        for type: EventType, form: PayloadForm = .v2, number: Int = 1, timestamp: String? = nil, secret: SigningSecret
    ) -> SignedRequest {
        let body =
            if type != .test {
                payload(for: type, form: form, number: number, timestamp: timestamp)
            } else if let timestamp {
                testEvent(id: "\(number)", timestamp: timestamp)
            } else {
                testEvent(id: "\(number)")
            }
        return SignedRequest(signing: body, type: type, secret: secret)
    }

    /// A time in May 2026 in one of the three forms that have been seen.
    private static func timestamp(_ number: Int, type: EventType, form: PayloadForm) -> String {
        let seconds = Int(number.magnitude % 2_419_200)
        let date = "2026-05-\(padded(1 + seconds / 86_400, to: 2))"
        let time = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60].map { padded($0, to: 2) }
        let text = "\(date)T\(time.joined(separator: ":"))"
        switch (form, type) {
        case (.classic, .emailCaptured): return text + ".659+00:00"
        case (.classic, .dmSent), (.classic, .leadSent): return text + "Z"
        default: return text + ".709Z"
        }
    }

    static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number.magnitude)
        let padding = String(repeating: "0", count: max(0, width - digits.count))
        return (number < 0 ? "-" : "") + padding + digits
    }
}
