import Floor
import FoundationEssentials
import LeadSharkWebhooks
import Subjects

/// What it takes to decode a `dm.sent` and to read each of its fields.
func decoding() throws -> Comparison {
    let webhook = try verified(directMessage)
    let data = Data(directMessage.utf8)

    let ours = try lengthOfAllFields(of: webhook)
    guard try ours == theirLength(data, JSONDecoder()), ours > 150 else { throw Disagreement() }
    return Comparison(cases: [
        .init(name: "decode") { try lengthOfAllFields(of: webhook) },
        .init(name: "JSONDecoder") { try theirLength(data, JSONDecoder()) },
    ])
}

/// What it takes to write a text as JavaScript would. Only Node does the same: Benchmarks/Peers/sdk.mjs.
func stringifying(_ text: String) throws -> Comparison {
    let bytes = Array(text.utf8)
    return Comparison(cases: [.init(name: "stringify") { try JSONValue.stringify(parsing: bytes).count }])
}

/// What it takes to scan a payload for the event's envelope, beside the hash of the payload that it has to make.
func scanning() throws -> Comparison {
    let message = String(repeating: "Thanks a lot for your comment! ", count: 10)
    let webhook = try verified(directMessage.replacing("thanks for your comment...", with: message))
    return Comparison(cases: [
        .init(name: "envelope") { EventEnvelope(of: webhook, webhookName: "leadshark").type == .dmSent ? 1 : 0 },
        .init(name: "sha256") {
            webhook.payload.withUnsafeBufferPointer { Int(floor_sha256($0.baseAddress, $0.count)) }
        },
    ])
}

private func theirLength(_ data: Data, _ decoder: JSONDecoder) throws -> Int {
    let event = try decoder.decode(PlainEvent.self, from: data)
    let lead = event.data.lead
    guard let automation = event.data.automation else { throw Disagreement() }
    var length = event.event.utf8.count
    length += try count(event.timestamp) + count(lead.name) + count(lead.first_name) + count(lead.title)
    length += try count(lead.linkedin_url) + count(lead.linkedin_username) + count(lead.connection_status)
    length += try count(lead.commenter_id) + count(event.data.message) + count(automation.id) + count(automation.name)
    return try length + count(event.data.post_id)
}

private func count(_ field: String?) throws -> Int {
    guard let field else { throw Disagreement() }
    return field.utf8.count
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
