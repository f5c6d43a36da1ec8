@testable import LeadSharkWebhooks

/// Signed payloads, scanned for their envelope. It has to say what the decoded event says, and its identity has to be the
/// one that the documentation of `EventIdentity` describes, here worked out from the tree.
enum EnvelopeTarget {
    private static let secret = try? SigningSecret("fuzz")

    static func check(_ input: [UInt8]) {
        guard let secret else { return require(false, "the secret is one") }
        let verifier = WebhookVerifier(secrets: SecretSet(current: secret))
        let signature = secret.signature(for: input.span).hexadecimal
        let verified = outcome { () throws(VerificationError) in try verifier.verify(input, signature: signature) }
        guard let webhook = verified.value else { return require(false, "what is signed is accepted") }
        let envelope = EventEnvelope(of: webhook, webhookName: "fuzz")
        require(envelope == EventEnvelope(of: webhook, webhookName: "fuzz"), "an envelope is always the same")
        require(envelope.lane != envelope.identity, "a lane is no identity")

        let event = outcome { () throws(EventDecodingError) in try webhook.event() }.value
        if let event { require(envelope.type == event.type, "envelope and event are of one type") }
        let hasMark = input.starts(with: [0xef, 0xbb, 0xbf])
        let tree = outcome { () throws(JSONError) in try JSONValue(parsing: hasMark ? Array(input.dropFirst(3)) : input)
        }
        require(envelope.type?.rawValue == tree.value?["event"]?.text, "the type is that of the last member")
        require(envelope.identity == identity(of: input, tree.value), "the identity is the documented one")

        let elsewhere = EventEnvelope(of: webhook, webhookName: "elsewhere")
        require(elsewhere.type == envelope.type, "the type is the same at every webhook")
        require(elsewhere.identity != envelope.identity, "an event at another webhook is another one")
        checkText(of: envelope.identity)
    }

    private static func checkText(of identity: EventIdentity) {
        require(EventIdentity(bytes: identity.bytes) == identity, "an identity is read from its bytes")
        require(EventIdentity(hexadecimal: identity.hexadecimal) == identity, "an identity is read from its digits")
    }

    private static func identity(of payload: [UInt8], _ tree: JSONValue?) -> EventIdentity {
        var hash = FieldHash()
        hash.append("fuzz")
        if let tree, let fields = fields(in: tree) {
            for field in fields { hash.append(field) }
        } else {
            hash.append(SHA256.digest(of: payload.span).bytes.span)
        }
        return EventIdentity(hash.finalize())
    }

    /// The type, the kind, the id and the automation's id, when none of them is doubtful.
    private static func fields(in tree: JSONValue) -> [String]? {
        guard case .one(let event) = Member("event", of: tree), let type = event.text,
            !type.unicodeScalars.contains("\u{fffd}"),
            case .one(let data) = Member("data", of: tree), case .object = data
        else { return nil }
        var happening: [String]?
        for kind in ["visit", "reaction", "comment"] {
            switch Member("id", in: Member(kind, of: data)) {
            case .absent: continue
            case .doubtful: return nil
            case .one(let id):
                guard happening == nil, let text = text(ofID: id) else { return nil }
                happening = [kind, text]
            }
        }
        guard let happening else { return nil }
        switch Member("id", in: Member("automation", of: data)) {
        case .absent: return [type] + happening + [""]
        case .doubtful: return nil
        case .one(let id): return text(ofID: id).map { [type] + happening + [$0] }
        }
    }

    private static func text(ofID value: JSONValue) -> String? {
        let text: String
        switch value {
        case .string(let string): text = string.text
        case .number(let number) where number.text.utf8.allSatisfy({ "-0123456789".utf8.contains($0) }):
            text = number.text
        default: return nil
        }
        return (1...256).contains(text.utf8.count) && !text.unicodeScalars.contains("\u{fffd}") ? text : nil
    }

    private enum Member {
        case absent
        case doubtful
        case one(JSONValue)

        init(_ name: String, of value: JSONValue) {
            guard case .object(let object) = value else {
                self = .doubtful
                return
            }
            let found = object.members.filter { $0.name == JSONString(name) }.map(\.value)
            self = found.count > 1 ? .doubtful : found.isEmpty || found[0] == .null ? .absent : .one(found[0])
        }

        init(_ name: String, in member: Member) {
            guard case .one(let value) = member else {
                self = member
                return
            }
            self.init(name, of: value)
        }
    }
}
