@testable import LeadSharkWebhooks

/// JSON, written anew as JavaScript would.
enum StringifyTarget {
    static func check(_ input: [UInt8]) {
        let parsed = outcome { () throws(JSONError) in try JSONValue(parsing: input) }
        let written = outcome { () throws(JSONError) in try JSONValue.stringify(parsing: input) }
        require(parsed.error == written.error, "what is parsed is what is written")
        checkEmbedded(input, written.value)
        guard let value = parsed.value, let text = written.value else { return }

        require(fromTree(value) == text, "the text made of the tree is the text made of the text")
        require(String(validating: text, as: UTF8.self) != nil, "what is written is UTF-8")
        require(text.count * 4 <= input.count * 21, "a text grows to 21/4 of its length at most")
        let again = outcome { () throws(JSONError) in try JSONValue.stringify(parsing: text) }
        require(again.value == text, "what is written is written the same again")
        let read = outcome { () throws(JSONError) in try JSONValue(parsing: text) }
        require(read.value.map(fromTree) == text, "what is written and read is written the same again")
        let isPlain = !text.contains(UInt8(ascii: "\\"))
        require(!isPlain || read.value.map(PlainText.text) == text, "in what is written, every member is in its place")
        checkLimit(input, text)
        if case .number(let number) = value { check(number, text) }
    }

    /// The text must not depend on what stands around it in memory.
    private static func checkEmbedded(_ input: [UInt8], _ text: [UInt8]?) {
        let shift = input.count % 7 + 1
        let around = Array(repeating: UInt8(ascii: "\""), count: shift) + input + input
        let part = around.span.extracting(shift..<shift + input.count)
        let rewritten: [UInt8]?
        do {
            rewritten = try JSONStringifier.rewrite(part, limits: JSONLimits()) ?? input
        } catch {
            rewritten = nil
        }
        require(rewritten == text, "a part of an array is read like an array")
    }

    private static func checkLimit(_ input: [UInt8], _ text: [UInt8]) {
        var limits = JSONLimits(maximumOutputByteCount: text.count)
        let enough = outcome { () throws(JSONError) in try JSONValue.stringify(parsing: input, limits: limits) }
        require(enough.value == text, "so much output is not too much")
        limits.maximumOutputByteCount -= 1
        let tooMuch = outcome { () throws(JSONError) in try JSONValue.stringify(parsing: input, limits: limits) }
        require(tooMuch.error?.code == .outputTooLarge, "one byte less is too much")
    }

    private static func check(_ number: JSONNumber, _ text: [UInt8]) {
        let printed = String(decoding: text, as: UTF8.self)
        let double = number.double
        if double.isFinite {
            require(Double(printed) == double, "a number that is printed is the same number")
            require(printed.utf8.count <= 25, "a number is short")
        } else {
            require(printed == "null", "what no double holds is null")
        }
    }

    private static func fromTree(_ value: JSONValue) -> [UInt8]? {
        outcome { () throws(JSONError) in try value.stringified }.value.map { Array($0.utf8) }
    }
}
