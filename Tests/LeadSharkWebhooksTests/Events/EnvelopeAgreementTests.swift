import TestVectors
import Testing

@testable import LeadSharkWebhooks

/// The envelope is scanned on the answer's path, the event is decoded by the worker, and the tree is what everybody can
/// look at. They have to say the same.
@Suite("Envelope, event and tree")
struct EnvelopeAgreementTests {
    /// What the documentation of ``EventIdentity`` says, read from the tree.
    private struct Expectation: Equatable {
        var type: String?
        var identity: EventIdentity

        init(_ payload: [UInt8]) {
            let hasMark = payload.starts(with: [0xef, 0xbb, 0xbf])
            let tree = try? JSONValue(parsing: hasMark ? Array(payload.dropFirst(3)) : payload)
            type = tree?["event"]?.text
            let fields = tree.flatMap { Self.fields(in: $0) }
            var isTypeSole = false
            if case .some(.one) = tree.map({ Member("event", of: $0) }) { isTypeSole = true }
            var hash = FieldHash()
            hash.append("leadshark")
            if let type, isTypeSole, !type.unicodeScalars.contains("\u{fffd}"), let fields {
                for field in [type] + fields { hash.append(field) }
            } else {
                hash.append(SHA256.digest(of: payload.span).bytes.span)
            }
            identity = EventIdentity(hash.finalize())
        }

        /// The kind, the id and the automation's id.
        private static func fields(in tree: JSONValue) -> [String]? {
            guard case .one(let data) = Member("data", of: tree), case .object = data else { return nil }
            var happenings: [[String]] = []
            for kind in ["visit", "reaction", "comment"] {
                switch Member("id", in: Member(kind, of: data)) {
                case .absent: continue
                case .doubtful: return nil
                case .one(let id): happenings.append([kind, id.idText ?? ""])
                }
            }
            guard happenings.count == 1, !happenings[0][1].isEmpty else { return nil }
            switch Member("id", in: Member("automation", of: data)) {
            case .absent: return happenings[0] + [""]
            case .doubtful: return nil
            case .one(let id): return id.idText.map { happenings[0] + [$0] }
            }
        }
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

    private func disagreement(over payload: [UInt8]) -> String? {
        let envelope = EventEnvelope(payload: payload, webhookName: "leadshark")
        let expected = Expectation(payload)
        if envelope.type?.rawValue != expected.type { return "type" }
        if envelope.identity != expected.identity { return "identity" }
        if let event = try? WebhookEvent(payload: payload), event.type != envelope.type { return "the event's type" }
        return nil
    }

    @Test("They agree on every sample", arguments: try PackageFiles.sampleNames())
    func samples(_ name: String) throws {
        #expect(disagreement(over: try PackageFiles.sample(name)) == nil)
    }

    @Test(
        "They agree where a happening is doubtful",
        arguments: [
            #""visit":{"id":"1"}"#, #""visit":{"id":1}"#, #""visit":{"id":1.0}"#, #""visit":{"id":""}"#,
            #""visit":{"id":"\ud800"}"#, #""visit":{"id":"\ufffd"}"#, #""visit":{"\u0069d":"1"}"#, #""visit":[]"#,
            #""visit":null,"comment":{"id":"c"}"#, #""visit":{},"comment":{"id":"c"}"#,
            #""visit":{"id":"v"},"comment":{"id":"c"}"#, #""comment":{"id":"c","id":"c"}"#,
            #""comment":{"id":"c"},"comment":{"id":"c"}"#, #""comment":{"id":"c"},"automation":null"#,
            #""comment":{"id":"c"},"automation":{"id":"a"}"#, #""comment":{"id":"c"},"automation":{"id":{}}"#,
            #""comment":{"id":"c"},"automation":"a""#, #""comment":{"id":"c"},"automation":{"id":""}"#,
        ])
    func doubtful(_ members: String) {
        #expect(disagreement(over: Array(#"{"event":"new.like","data":{\#(members)}}"#.utf8)) == nil)
        #expect(disagreement(over: Array(#"{"data":{\#(members)},"event":"x\ud800"}"#.utf8)) == nil)
        #expect(disagreement(over: Array(#"{"event":"x","event":"new.like","data":{\#(members)}}"#.utf8)) == nil)
        #expect(disagreement(over: Array("\u{feff}{\"event\":\"e\",\"data\":{\(members)}}".utf8)) == nil)
    }

    @Test("They agree whatever happens to a payload on its way", arguments: 0..<8 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var generator = RepeatableGenerator(seed: seed)
        let payloads = try PackageFiles.sampleNames().map(PackageFiles.sample)
        let pieces = [#""id":"1","#, #""event":"x","#, #","visit":{"id":2}"#, "null", "{", "}", #"\"#, "\u{fffd}"]
        var found: [String] = []
        for _ in 0..<400 {
            var payload = payloads.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !payload.isEmpty {
                let index = Int.random(in: 0..<payload.count, using: &generator)
                switch Int.random(in: 0...4, using: &generator) {
                case 0: payload.remove(at: index)
                case 1: payload[index] = UInt8.random(in: 0...255, using: &generator)
                case 2: payload[index] ^= 0x20
                case 3:
                    let end = min(payload.count, index + Int.random(in: 1...40, using: &generator))
                    payload.insert(contentsOf: payload[index..<end], at: index)
                default:
                    payload.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").utf8, at: index)
                }
            }
            if let what = disagreement(over: payload) { found.append("\(what): \(payload)") }
        }
        #expect(found == [])
    }
}

extension JSONValue {
    /// The text of an id that counts.
    fileprivate var idText: String? {
        let text: String
        switch self {
        case .string(let string): text = string.text
        case .number(let number) where number.text.allSatisfy { $0.isNumber || $0 == "-" }: text = number.text
        default: return nil
        }
        let isGood = (1...256).contains(text.utf8.count) && !text.unicodeScalars.contains("\u{fffd}")
        return isGood ? text : nil
    }
}
