@testable import LeadSharkWebhooks

/// Texts that are JSON or nearly so.
enum ParseTarget {
    static func check(_ input: [UInt8]) {
        switch outcome({ () throws(JSONError) in try JSONValue(parsing: input) }) {
        case .success(let value):
            require(String(validating: input, as: UTF8.self) != nil, "what is taken is UTF-8")
            let again = outcome { () throws(JSONError) in try JSONValue(parsing: PlainText.text(of: value)) }
            require(again.value == value, "what is written as it was read reads the same")
            checkLimits(input, PlainText.depth(of: value))
            require(error(of: [0x20, 0x0a] + input + [0x0d, 0x09]) == nil, "blanks around a text change nothing")
            require(error(of: input + [0x2c])?.code == .trailingContent, "nothing may follow a value")
        case .failure(let error):
            require((0...input.count).contains(error.offset), "an error is within the text")
            // An ellipsis is the one character beyond ASCII that we write ourselves.
            require(
                error.description.unicodeScalars.allSatisfy { (" "..."~").contains($0) || $0 == "…" },
                "an error says nothing that cannot be printed")
            require(error.description.utf8.count < 1024, "an error is short, whatever the text")
            checkEnd(input, error)
        }
        var isTaken = true
        do { _ = try JSONDocument(payload: [0xef, 0xbb, 0xbf] + input) } catch { isTaken = false }
        require(isTaken == (error(of: input) == nil), "a byte order mark changes nothing in a payload")
    }

    private static func checkLimits(_ input: [UInt8], _ depth: Int) {
        require(depth <= 512, "the default limit of depth holds")
        require(error(of: input, JSONLimits(maximumDepth: depth)) == nil, "so deep is not too deep")
        if depth > 0 {
            let tooDeep = error(of: input, JSONLimits(maximumDepth: depth - 1))
            require(tooDeep?.code == .tooDeep, "one level less is too deep")
        }
        require(error(of: input, JSONLimits(maximumByteCount: input.count)) == nil, "so long is not too long")
        let tooLong = error(of: input, JSONLimits(maximumByteCount: input.count - 1))
        require(tooLong?.code == .tooLarge, "one byte less is too long")
    }

    /// A text that stops making sense at some place does so however it goes on.
    private static func checkEnd(_ input: [UInt8], _ error: JSONError) {
        guard error.code == .unexpectedCharacter || error.code == .controlCharacter || error.code == .tooDeep else {
            return
        }
        let rest = Array(input[...error.offset])
        require(self.error(of: rest) == error, "what follows an error does not change it")
        require(self.error(of: Array(rest.dropLast())) != nil, "what stands before an error is not complete")
    }

    private static func error(of text: [UInt8], _ limits: JSONLimits = JSONLimits()) -> JSONError? {
        outcome { () throws(JSONError) in try JSONValue(parsing: text, limits: limits) }.error
    }
}
