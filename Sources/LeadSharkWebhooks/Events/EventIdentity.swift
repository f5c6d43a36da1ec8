/// What makes two webhooks the same event: 32 bytes, stable across deliveries and attempts.
///
/// It is the SHA-256 of the webhook's name, the event's type, the kind and id of the happening and the automation's id,
/// each prefixed with its length; where the payload has no such id, that of the webhook's name and the payload's digest.
/// Handlers use ``hexadecimal`` as their idempotency key.
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
        func word(_ index: Int) -> UInt64 {
            var value: UInt64 = 0
            for offset in 0..<8 { value = value << 8 | UInt64(digest.bytes[index * 8 + offset]) }
            return value
        }
        words = InlineWords(first: word(0), second: word(1), third: word(2), fourth: word(3))
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
        [words.first, words.second, words.third, words.fourth].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    /// The bytes as 64 lower-case hexadecimal digits: the idempotency key.
    public var hexadecimal: String { Hexadecimal.text(of: bytes.span) }
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
