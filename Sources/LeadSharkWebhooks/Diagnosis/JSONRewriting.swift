/// A body as JSON, and the texts that programs make of it when they write it anew.
struct JSONRewriting {
    /// `nil` when the body is no JSON.
    let value: JSONValue?
    private let body: [UInt8]
    private let limits: JSONLimits

    init(of body: [UInt8], maximumByteCount: Int) {
        self.body = body
        limits = JSONLimits(maximumByteCount: maximumByteCount, maximumOutputByteCount: 8 * maximumByteCount)
        value = try? JSONValue(parsing: Self.withoutMark(body), limits: limits)
    }

    private static func withoutMark(_ body: [UInt8]) -> [UInt8] {
        body.starts(with: [0xef, 0xbb, 0xbf]) ? Array(body.dropFirst(3)) : body
    }

    /// What LeadShark signs: JavaScript's text of the body.
    var javaScript: [UInt8]? { try? JSONValue.stringify(parsing: Self.withoutMark(body), limits: limits) }

    /// The text of the event's `data` alone.
    var data: [UInt8]? {
        guard let data = value?["data"] else { return nil }
        return try? JSONValueWriter.text(of: data, maximumByteCount: limits.maximumOutputByteCount)
    }

    /// The whole body as one JSON string.
    var quotedBody: [UInt8]? {
        guard String(validating: body, as: UTF8.self) != nil else { return nil }
        return try? JSONValueWriter.text(
            of: .string(JSONString(wtf8: body)), maximumByteCount: limits.maximumOutputByteCount)
    }

    /// The texts of others than JavaScript's compact one.
    var foreign: [BodyVariant] {
        Self.styles.compactMap { style in
            text(style.style).map { BodyVariant(code: style.signed, bytes: $0) }
        }
    }

    /// In which of these forms the body is, when it is in one.
    var form: SignatureDiagnosis.Code? {
        let text = Self.withoutMark(body)[...].trimmed(\.isBlank)
        return Self.styles.first { self.text($0.style).map { text.elementsEqual($0) } ?? false }?.arrived
    }

    private func text(_ style: ForeignJSONStyle) -> [UInt8]? {
        guard let value else { return nil }
        let limit = limits.maximumOutputByteCount
        guard style.numbers == .javaScript else {
            return ForeignJSONWriter.text(of: value, style, maximumByteCount: limit)
        }
        // JavaScript's order and numbers first, then the blanks.
        guard let javaScript, let ordered = try? JSONValue(parsing: javaScript, limits: limits) else { return nil }
        return ForeignJSONWriter.text(of: ordered, style, maximumByteCount: limit)
    }

    private typealias Style = (
        style: ForeignJSONStyle, arrived: SignatureDiagnosis.Code, signed: SignatureDiagnosis.Code
    )

    private static let styles: [Style] = [
        (ForeignJSONStyle(.spaced, isASCII: true, .python), .bodyRewrittenByPython, .signedPythonText),
        (ForeignJSONStyle(.spaced, isASCII: false, .python), .bodyRewrittenByPython, .signedPythonText),
        (ForeignJSONStyle(.indented(by: 2), isASCII: false, .javaScript), .bodyIndentedByTwo, .signedIndentedByTwo),
        (ForeignJSONStyle(.indented(by: 4), isASCII: false, .javaScript), .bodyIndentedByFour, .signedIndentedByFour),
        (ForeignJSONStyle(.indented(by: 2), isASCII: true, .python), .bodyIndentedByTwo, .signedIndentedByTwo),
        (ForeignJSONStyle(.indented(by: 4), isASCII: true, .python), .bodyIndentedByFour, .signedIndentedByFour),
        (ForeignJSONStyle(.compact, isASCII: true, .python), .bodyRewrittenByPython, .signedPythonText),
        (ForeignJSONStyle(.compact, isASCII: false, .python), .bodyRewrittenByPython, .signedPythonText),
    ]
}
