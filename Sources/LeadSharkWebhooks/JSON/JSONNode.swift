/// What a JSON value is.
enum JSONKind: UInt8, Sendable {
    case null, `true`, `false`, number, string, array, object

    /// For a message: "a string", "null".
    var phrase: String {
        switch self {
        case .null: "null"
        case .true, .false: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// One value of a document, as a range of its bytes. Sixteen bytes, so that a document is one flat array.
struct JSONNode: Sendable {
    let kind: JSONKind
    /// Of a string: whether it holds a backslash, so that its value is not simply its bytes.
    let isEscaped: Bool
    /// Of a string: whether its bytes are ASCII.
    let isASCII: Bool
    /// The first byte; of a string, the one after the quotation mark.
    let start: UInt32
    /// One past the last byte; of a string, the closing quotation mark.
    var end: UInt32
    /// The number of the node after this one and all that it contains.
    ///
    /// Only the scanner sees an array or object that is still open: there it is the number of the one around it.
    var next: UInt32

    /// The value of `true` and `false`.
    var boolean: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The place in the text.
    @inline(__always)
    var range: Range<Int> {
        // The scanner sets the end after the start, and both within the text.
        unsafe Range(uncheckedBounds: (Int(start), Int(end)))
    }
}
