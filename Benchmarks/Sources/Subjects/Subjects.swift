import LeadSharkWebhooks

/// A `dm.sent` as the vendor's guide shows it. Benchmarks/Peers/sdk.mjs has it too.
public let directMessage = #"""
    {"event":"dm.sent","timestamp":"2024-03-21T15:30:00Z","data":{"lead":{"name":"John Doe","first_name":"John",\#
    "title":"Software Engineer","linkedin_url":"https://linkedin.com/in/johndoe","linkedin_username":"johndoe",\#
    "connection_status":"Connected","commenter_id":"abc123"},"message":"Hello John, thanks for your comment...",\#
    "automation":{"id":"automation_123","name":"Product Launch Campaign"},"post_id":"post_123"}}
    """#

/// A `new.comment` that says what happened, with an id of its own.
public let newComment = #"""
    {"event":"new.comment","timestamp":"2026-05-04T09:25:00.001Z","payload_version":2,"data":{"lead":{"name":"Zoë Müller",\#
    "first_name":"Zoë","title":"Founder & CEO | Speaker 🚀","linkedin_username":"zoe-mueller","connection_status":"Pending",\#
    "actor_id":"ACoAAEXAMPLE555555555"},"automation":{"id":"58c132e6-648c-4079-8815-77a3b2ec1adc","name":"Q4 Marketing Guide"},\#
    "comment":{"id":"urn:li:comment:(activity:7212345678901234567,7212345699999999999)"}}}
    """#

/// Much that JavaScript writes in another way: blanks, escapes, numbers, members out of order.
public let reformattedMessage = #"""
    {
      "event" : "dm.sent", "timestamp" : "2024-03-21T15:30:00Z",
      "data" : {
        "2" : 1.50, "lead" : { "name" : "Zo\u00eb M\u00FCller", "title" : "a \/ b \ud83d\ude80", "followers" : 15e2 },
        "1" : -0.0, "message" : "Hello\nZo\u00eb, thanks \u2028 for your comment", "score" : 0.1000000000000000055511151231257827
      }
    }
    """#

/// A webhook with this payload, signed and verified.
public func verified(_ text: String) throws -> VerifiedWebhook {
    let secret = try SigningSecret("a secret")
    let payload = Array(text.utf8)
    return try WebhookVerifier(secrets: SecretSet(current: secret))
        .verify(payload, signature: secret.signature(for: payload.span).hexadecimal)
}

/// The length of all fields together, so that each is read.
public func lengthOfAllFields(of webhook: VerifiedWebhook) throws -> Int {
    let event = try webhook.event()
    guard case .dmSent(let dm) = event.content, let lead = dm.lead, let automation = event.automation else {
        throw Disagreement()
    }
    var length = event.type.rawValue.utf8.count
    length += try count(event.timestamp?.text) + count(lead.name) + count(lead.firstName) + count(lead.title)
    length += try count(lead.linkedInURL) + count(lead.linkedInUsername) + count(lead.connectionStatus?.rawValue)
    length += try count(lead.commenterID) + count(dm.message) + count(automation.id) + count(automation.name)
    return try length + count(event.post?.id)
}

private func count(_ field: String?) throws -> Int {
    guard let field else { throw Disagreement() }
    return field.utf8.count
}

/// The contenders do not come to the same result, so there is nothing to compare.
public struct Disagreement: Error {
    /// Makes the one there is.
    public init() {}
}
