import LeadSharkWebhooks
import Testing

/// One case of `Tests/Vectors/verification.json`, whose format the README beside it tells.
///
/// The library, the receiver and the command all run these, so this file and `PackageFiles.swift` use nothing but the
/// SDK's public API.
struct VerificationVector: Sendable, CustomTestStringConvertible {
    let description: String
    let secret: String
    let previousSecret: String?
    let body: [UInt8]
    let signatures: [String]
    let isForHTTP: Bool
    let verdict: Verdict

    enum Verdict: Sendable, Equatable {
        case accept(by: String)
        case reject(reason: String)
    }

    var testDescription: String { description }

    /// Whether the webhook is to be accepted.
    var isAccepted: Bool { if case .accept = verdict { true } else { false } }

    /// All cases of the file; none when it cannot be read, which the runner's own test notices.
    static let all: [VerificationVector] = (try? load()) ?? []

    static func load() throws -> [VerificationVector] {
        let file = try JSONValue(parsing: PackageFiles.bytes("Tests/Vectors/verification.json"))
        guard case .array(let entries) = file["vectors"] else { return [] }
        return try entries.map(Self.init)
    }

    private init(_ entry: JSONValue) throws {
        description = try #require(entry["description"]?.text)
        secret = try #require(entry["secret"]?.text)
        previousSecret = entry["previousSecret"]?.text
        let once = try entry["body"]?.text.map { Array($0.utf8) } ?? Self.bytes(#require(entry["bodyHex"]?.text))
        if case .number(let count) = entry["bodyRepeat"] {
            body = Array(repeatElement(once, count: Int(try #require(count.integer))).joined())
        } else {
            body = once
        }
        guard case .array(let values) = entry["signatures"] else { throw Malformed() }
        signatures = try values.map { try #require($0.text) }
        isForHTTP = entry["overHTTP"] != .bool(false)
        switch entry["verdict"]?.text {
        case "accept": verdict = .accept(by: try #require(entry["by"]?.text))
        case "reject": verdict = .reject(reason: try #require(entry["reason"]?.text))
        default: throw Malformed()
        }
    }

    private struct Malformed: Error {}

    private static func bytes(_ hexadecimal: String) throws -> [UInt8] {
        let digits = try hexadecimal.map { try #require($0.hexDigitValue) }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
