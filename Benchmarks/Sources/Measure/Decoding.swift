import FoundationEssentials
import LeadSharkWebhooks

/// What it takes to decode a `dm.sent` and to read each of its fields.
func decoding() throws -> Comparison {
    let text = #"""
        {"event":"dm.sent","timestamp":"2024-03-21T15:30:00Z","data":{"lead":{"name":"John Doe","first_name":"John",\#
        "title":"Software Engineer","linkedin_url":"https://linkedin.com/in/johndoe","linkedin_username":"johndoe",\#
        "connection_status":"Connected","commenter_id":"abc123"},"message":"Hello John, thanks for your comment...",\#
        "automation":{"id":"automation_123","name":"Product Launch Campaign"},"post_id":"post_123"}}
        """#
    let payload = Array(text.utf8)
    let secret = try SigningSecret("a secret")
    let webhook = try WebhookVerifier(secrets: SecretSet(current: secret))
        .verify(payload, signature: secret.signature(for: payload.span).hexadecimal)
    let data = Data(payload)
    let decoder = JSONDecoder()

    let ours = try ourLength(webhook)
    guard try ours == theirLength(data, decoder), ours > 150 else { throw Disagreement() }
    return Comparison(cases: [
        .init(name: "decode") { try ourLength(webhook) },
        .init(name: "JSONDecoder") { try theirLength(data, decoder) },
    ])
}

/// The length of all fields together, so that each is read.
private func ourLength(_ webhook: VerifiedWebhook) throws -> Int {
    let event = try webhook.event()
    guard case .dmSent(let dm) = event.content, let lead = dm.lead else { throw Disagreement() }
    var length = event.type.rawValue.utf8.count
    for field in [
        event.timestamp?.text, lead.name, lead.firstName, lead.title, lead.linkedInURL, lead.linkedInUsername,
        lead.connectionStatus?.rawValue, lead.commenterID, dm.message, event.automation?.id, event.automation?.name,
        event.post?.id,
    ] {
        guard let field else { throw Disagreement() }
        length += field.utf8.count
    }
    return length
}

private func theirLength(_ data: Data, _ decoder: JSONDecoder) throws -> Int {
    let event = try decoder.decode(PlainEvent.self, from: data)
    let lead = event.data.lead
    var length = event.event.utf8.count
    for field in [
        event.timestamp, lead.name, lead.first_name, lead.title, lead.linkedin_url, lead.linkedin_username,
        lead.connection_status, lead.commenter_id, event.data.message, event.data.automation?.id,
        event.data.automation?.name, event.data.post_id,
    ] {
        guard let field else { throw Disagreement() }
        length += field.utf8.count
    }
    return length
}

/// The structs that one would write for this payload alone.
private struct PlainEvent: Decodable {
    struct Content: Decodable {
        var lead: PlainLead
        var message: String?
        var automation: PlainAutomation?
        var post_id: String?
    }
    var event: String
    var timestamp: String?
    var data: Content
}

private struct PlainLead: Decodable {
    var name: String?
    var first_name: String?
    var title: String?
    var linkedin_url: String?
    var linkedin_username: String?
    var connection_status: String?
    var commenter_id: String?
}

private struct PlainAutomation: Decodable {
    var id: String?
    var name: String?
}
