extension JSONValue {
    /// The text that JavaScript makes of this value: byte for byte what `JSON.stringify(JSON.parse(text))` gives in V8 for
    /// the text that the value was parsed from.
    ///
    /// No blanks; members whose names are array indexes first and ascending, the others as they first appeared, of several
    /// members of one name the last; numbers as the nearest double in its shortest form, and `null` for one that no double
    /// holds; escapes only where JavaScript writes them.
    ///
    /// - Throws: ``JSONError/Code/outputTooLarge`` when the text would be longer than the default of
    ///   ``JSONLimits/maximumOutputByteCount``. That cannot happen to a value that was parsed with default limits.
    public var stringified: String {
        get throws(JSONError) {
            let limit = JSONLimits().maximumOutputByteCount
            return String(decoding: try JSONValueWriter.text(of: self, maximumByteCount: limit), as: UTF8.self)
        }
    }

    /// Rewrites a text as JavaScript would: byte for byte what `JSON.stringify(JSON.parse(text))` gives in V8, straight from
    /// text to text. A text that reads like that already comes back without being copied.
    ///
    /// See ``stringified`` for what changes. What V8 refuses is refused, and beyond that only what is not UTF-8 or goes
    /// beyond a limit.
    ///
    /// - Throws: ``JSONError``.
    public static func stringify(
        parsing text: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> [UInt8] {
        try JSONStringifier.rewrite(text.span, limits: limits) ?? text
    }
}
