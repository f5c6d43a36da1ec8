/// The headers that LeadShark sends, and the one rule for reading them.
public enum WebhookHeaders {
    /// The signature of the body. The only header that means anything: the others are not signed.
    public static let signature = "X-Webhook-Signature"
    /// The event's type, unsigned. The body's own `event` decides.
    public static let event = "X-Webhook-Event"

    /// The one signature among all the values that a request carries for ``signature``.
    ///
    /// Servers differ in what they make of a repeated header (first, last, joined by commas), which is how one check
    /// can be played off against another. Give this all values as they came.
    ///
    /// - Returns: `nil` without any value; the value, when all are equal.
    /// - Throws: ``VerificationError/Code/conflictingSignatures`` when they differ.
    public static func soleSignature(among values: [String]) throws(VerificationError) -> String? {
        guard let first = values.first else { return nil }
        for other in values.dropFirst() where !other.utf8.elementsEqual(first.utf8) {
            throw VerificationError(.conflictingSignatures)
        }
        return first
    }
}
