import LeadSharkWebhooks
import Testing

/// One case of `Tests/Vectors/diagnosis.json`, whose format the README beside it tells. Like `VerificationVector`, this uses
/// nothing but the SDK's public API.
struct DiagnosisVector: Sendable, CustomTestStringConvertible {
    struct Secrets: Sendable {
        let name: String
        let current: String
        let previous: String?
        let retired: [String]
    }

    let description: String
    let own: Secrets
    let others: [Secrets]
    let body: [UInt8]
    let signatures: [String]
    let findings: [String]
    let certainty: String

    var testDescription: String { description }

    /// All cases of the file; none when it cannot be read, which the runner's own test notices.
    static let all: [DiagnosisVector] = (try? load()) ?? []

    static func load() throws -> [DiagnosisVector] {
        let file = try JSONValue(parsing: PackageFiles.bytes("Tests/Vectors/diagnosis.json"))
        return try elements(file["vectors"]).map(Self.init)
    }

    private init(_ entry: JSONValue) throws {
        description = try #require(entry["description"]?.text)
        own = try Secrets(
            name: "crm", current: #require(entry["secret"]?.text), previous: entry["previousSecret"]?.text,
            retired: Self.texts(entry["retired"]))
        others = try Self.elements(entry["others"]).map {
            try Secrets(
                name: #require($0["name"]?.text), current: #require($0["secret"]?.text),
                previous: $0["previousSecret"]?.text, retired: [])
        }
        body = try entry["body"]?.text.map { Array($0.utf8) } ?? Self.bytes(#require(entry["bodyHex"]?.text))
        signatures = try Self.texts(entry["signatures"])
        findings = try Self.texts(entry["findings"])
        certainty = try #require(entry["certainty"]?.text)
    }

    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        guard case .array(let elements) = value else { return [] }
        return elements
    }

    private static func texts(_ value: JSONValue?) throws -> [String] {
        try elements(value).map { try #require($0.text) }
    }

    private static func bytes(_ hexadecimal: String) throws -> [UInt8] {
        let digits = try hexadecimal.map { try #require($0.hexDigitValue) }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
