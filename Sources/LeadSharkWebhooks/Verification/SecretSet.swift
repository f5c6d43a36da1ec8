/// The secrets that are accepted for one webhook: the current one and, during a rotation, its predecessor.
public struct SecretSet: Sendable {
    /// Which of the secrets it was.
    public enum Position: String, Hashable, Sendable, Codable {
        /// The secret that LeadShark's dashboard shows now.
        case current
        /// The one it showed before.
        case previous
    }

    /// The secret that LeadShark's dashboard shows now.
    public let current: SigningSecret
    /// The one it showed before, while webhooks signed with it may still arrive.
    public let previous: SigningSecret?

    /// Makes a set of one or two secrets.
    public init(current: SigningSecret, previous: SigningSecret? = nil) {
        self.current = current
        self.previous = previous
    }
}
