import LeadSharkWebhooks
import Testing

/// One case of `Tests/Vectors/stringify.json`, whose format the README beside it tells. Like `VerificationVector`, this
/// uses nothing but the SDK's public API.
struct StringifyVector: Sendable, CustomTestStringConvertible {
    let description: String
    let text: [UInt8]
    /// What JavaScript makes of the text; `nil` where it throws.
    let stringified: [UInt8]?
    /// The signature of that.
    let signature: String?

    var testDescription: String { description }

    /// The secret of all signatures.
    static let secret: String = (try? loadSecret()) ?? ""

    /// All cases of the file; none when it cannot be read, which the runner's own test notices.
    static let all: [StringifyVector] = (try? load()) ?? []

    private static func file() throws -> JSONValue {
        try JSONValue(parsing: PackageFiles.bytes("Tests/Vectors/stringify.json"))
    }

    private static func loadSecret() throws -> String { try #require(file()["secret"]?.text) }

    static func load() throws -> [StringifyVector] {
        guard case .array(let entries) = try file()["vectors"] else { return [] }
        return try entries.map(Self.init)
    }

    private init(_ entry: JSONValue) throws {
        description = try #require(entry["description"]?.text)
        let around = try Around(entry["nested"])
        text = around.put(
            try entry["text"]?.text.map { Array($0.utf8) } ?? Self.bytes(#require(entry["textHex"]?.text)))
        stringified = entry["stringified"]?.text.map { around.put(Array($0.utf8)) }
        signature = entry["signature"]?.text
        try #require(stringified != nil || entry["stringified"] == .null)
    }

    private static func bytes(_ hexadecimal: String) throws -> [UInt8] {
        let digits = try hexadecimal.map { try #require($0.hexDigitValue) }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// What stands around a text, many times.
    private struct Around {
        var open = ""
        var close = ""
        var count = 0

        init(_ entry: JSONValue?) throws {
            guard let entry else { return }
            open = try #require(entry["open"]?.text)
            close = try #require(entry["close"]?.text)
            guard case .number(let number) = entry["count"] else { return }
            count = Int(try #require(number.integer))
        }

        func put(_ middle: [UInt8]) -> [UInt8] {
            Array(String(repeating: open, count: count).utf8) + middle
                + Array(String(repeating: close, count: count).utf8)
        }
    }
}
