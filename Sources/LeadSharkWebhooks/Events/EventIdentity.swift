/// What makes two webhooks the same event: 32 bytes, stable across deliveries and attempts.
///
/// Handlers use ``hexadecimal`` as their idempotency key. It can be computed in any language:
///
/// It is the SHA-256 of a few *fields*, one after the other, each preceded by its length in bytes as a 64-bit big-endian
/// integer. Text is UTF-8. A payload that says what happened has five fields:
///
/// 1. the name of the webhook, i.e. the endpoint at which it arrived, e.g. `leadshark`,
/// 2. the event's type, e.g. `new.comment`,
/// 3. the kind of the happening: `visit`, `reaction` or `comment`,
/// 4. the happening's id: `data.visit.id`, `data.reaction.id` or `data.comment.id`,
/// 5. the automation's id (`data.automation.id`), or nothing when there is none.
///
/// An id is a string that is not empty, or an integer in plain digits (its digits are then the id), of at most
/// 256 bytes. Exactly one of the three happenings must have an id, and none of the members on the way to it, to the
/// type and to the automation's id may be repeated; `null` counts as absent. Whatever else is found there, such as an id
/// of another type, a `data` or `automation` that is no object, or the character U+FFFD in the type or an id (which is also
/// what half a surrogate pair is read as), makes the happening doubtful. A payload whose happening is doubtful or missing,
/// or that is not JSON, has two fields instead:
///
/// 1. the name of the webhook,
/// 2. the SHA-256 of the payload (32 bytes).
///
/// So `dm.sent` and `new.comment` of one comment, one comment under two automations, or one event at two webhooks are
/// different events, and a redelivery of a happening is the same one even if its bytes differ.
public struct EventIdentity: Hashable, Sendable {
    private let words: InlineWords

    private struct InlineWords: Hashable, Sendable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    /// The number of bytes.
    public static let byteCount = 32

    init(_ digest: Digest) {
        let words = digest.words
        self.words = InlineWords(
            first: words[0].bigEndian, second: words[1].bigEndian, third: words[2].bigEndian,
            fourth: words[3].bigEndian)
    }

    /// Reads back an identity that was stored; `nil` unless there are 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        var digest = Digest()
        for index in bytes.indices { digest.bytes[index] = bytes[index] }
        self.init(digest)
    }

    /// Reads back an identity from its 64 hexadecimal digits; `nil` for anything else.
    public init?(hexadecimal text: String) {
        var text = text
        text.makeContiguousUTF8()
        guard let digest = Hexadecimal.digest(text.utf8.span) else { return nil }
        self.init(digest)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [words.first, words.second, words.third, words.fourth] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    /// The bytes as 64 lower-case hexadecimal digits: the idempotency key.
    public var hexadecimal: String { Hexadecimal.text(of: bytes.span) }
}

extension EventIdentity {
    /// The identity of what happened.
    init(webhookName: String, type: EventType, happening: Happening) {
        var hash = FieldHash()
        hash.append(webhookName)
        hash.append(type.rawValue)
        hash.append(happening.kind.rawValue)
        hash.append(happening.id)
        hash.append(happening.automationID ?? "")
        self.init(hash.finalize())
    }

    /// The identity of a payload that does not say what happened.
    init(webhookName: String, payload: borrowing Span<UInt8>) {
        var hash = FieldHash()
        hash.append(webhookName)
        let digest = SHA256.digest(of: payload)
        hash.append(digest.bytes.span)
        self.init(hash.finalize())
    }
}

extension EventIdentity: CustomStringConvertible, Codable {
    /// The 64 digits.
    public var description: String { hexadecimal }

    /// Reads the 64 digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let identity = Self(hexadecimal: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an event's identity is 64 hexadecimal digits")
        }
        self = identity
    }

    /// Writes the 64 digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hexadecimal)
    }
}
