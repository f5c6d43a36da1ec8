#if Server
/// The text that tells an operator why a delivery waits or is dead.
package enum DeliveryReason {
    /// The longest reason that is kept, in bytes.
    package static let maximumLength = 500

    /// Cuts a reason between two characters, and puts U+FFFD in place of control characters.
    package static func bounded(_ reason: String) -> String {
        var result = ""
        var length = 0
        for scalar in reason.unicodeScalars {
            let isControl =
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            let shown: Unicode.Scalar = isControl ? "\u{FFFD}" : scalar
            length += UTF8.width(shown)
            if length > maximumLength { break }
            result.unicodeScalars.append(shown)
        }
        return result
    }
}
#endif
