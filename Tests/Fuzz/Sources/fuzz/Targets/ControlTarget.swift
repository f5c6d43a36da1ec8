import LeadSharkWebhooks

/// A planted fault. Who begins with nothing finds it only by being told which way each input takes through the SDK, so it
/// shows that the SDK is instrumented, and that what is found is reported.
enum ControlTarget {
    static func check(_ input: [UInt8]) {
        guard let value = outcome({ () throws(JSONError) in try JSONValue(parsing: input) }).value else { return }
        if case .array(let elements) = value, case .array(let inner) = elements.first, case .string = inner.first {
            require(false, "an array begins with an array that begins with a string")
        }
    }
}
