package import LeadSharkWebhooks

/// One case of `verification.json`: a request, and what is to come of it.
package struct VerificationVector: Sendable, CustomStringConvertible {
    package let description: String
    package let secret: String
    package let previousSecret: String?
    package let body: [UInt8]
    package let signatures: [String]
    package let isForHTTP: Bool
    package let verdict: Verdict

    package enum Verdict: Sendable, Equatable {
        case accept(by: String)
        case reject(reason: String)

        /// What the library says, however it is asked.
        package init(_ verify: () throws(VerificationError) -> VerifiedWebhook) {
            do throws(VerificationError) {
                self = .accept(by: try verify().secret.rawValue)
            } catch {
                self = .reject(reason: error.code.description)
            }
        }
    }

    /// Whether the webhook is to be accepted.
    package var isAccepted: Bool { if case .accept = verdict { true } else { false } }

    /// The secrets that are accepted.
    package var secrets: SecretSet {
        get throws {
            SecretSet(
                current: try SigningSecret(secret), previous: try previousSecret.map { try SigningSecret($0) })
        }
    }

    /// All cases of the file; none when it cannot be read, which the tests of the vectors themselves notice.
    package static let all: [VerificationVector] = (try? load()) ?? []

    package static func load() throws -> [VerificationVector] { try VectorFile.entries("verification").map(Self.init) }

    private init(_ entry: JSONValue) throws {
        description = try entry.required("description")
        secret = try entry.required("secret")
        previousSecret = entry["previousSecret"]?.text
        body = Array(repeatElement(try entry.bytes("body"), count: try entry.integer("bodyRepeat") ?? 1).joined())
        signatures = try entry.texts("signatures")
        isForHTTP = entry["overHTTP"] != .bool(false)
        verdict =
            switch try entry.required("verdict") {
            case "accept": .accept(by: try entry.required("by"))
            case "reject": .reject(reason: try entry.required("reason"))
            default: throw VectorFile.Malformed(name: "verdict")
            }
    }
}
