/// A text that may have been signed in place of the body that arrived.
struct BodyVariant {
    let code: SignatureDiagnosis.Code
    let bytes: [UInt8]
}

/// The texts that a body may have been made from, one step after another, so that only a few are held at a time.
///
/// Steps are in order of how exactly they name a cause: to write JSON anew undoes blanks and line breaks too.
struct BodyVariants {
    private let body: [UInt8]
    private let json: JSONRewriting
    private var steps = Step.allCases[...]
    private var pending: [BodyVariant] = []

    private enum Step: CaseIterable {
        case ends, lineBreaks, byteOrderMark, characters, html, form, base64, wrapped, senders, javaScript, rewritten
    }

    init(of body: Span<UInt8>, limits: SignatureDiagnosis.Limits) {
        self.body = body.indices.map { body[$0] }
        json = JSONRewriting(of: self.body, maximumByteCount: limits.maximumBodyByteCount)
    }

    /// The next one; none is the body itself.
    mutating func next() -> BodyVariant? {
        while true {
            if let variant = pending.popLast() { return variant }
            guard let step = steps.popFirst() else { return nil }
            pending = variants(step).filter { $0.bytes != body }.reversed()
        }
    }

    /// What a variant that fits tells: of JavaScript's text also in which form the body arrived.
    func cause(of variant: BodyVariant) -> SignatureDiagnosis.Code {
        guard variant.code == .bodyRewritten else { return variant.code }
        return json.form ?? variant.code
    }

    private func variants(_ step: Step) -> [BodyVariant] {
        switch step {
        case .ends: ends
        case .lineBreaks: lineBreaks
        case .byteOrderMark: byteOrderMark
        case .characters: characters
        case .html: html
        case .form: form
        case .base64: base64
        case .wrapped: wrapped
        case .senders: senders
        case .javaScript: json.javaScript.map { [BodyVariant(code: .bodyRewritten, bytes: $0)] } ?? []
        case .rewritten: json.foreign
        }
    }

    // MARK: Bytes

    private var ends: [BodyVariant] {
        let trimmed = body[...].trimmed(\.isBlank)
        var variants: [BodyVariant] = []
        for end in ["\r\n", "\n"]
        where body.count >= end.utf8.count && body.suffix(end.utf8.count).elementsEqual(end.utf8) {
            variants.append(BodyVariant(code: .newlineAdded, bytes: body.dropLast(end.utf8.count)))
        }
        variants.append(BodyVariant(code: .newlineLost, bytes: body + "\n".utf8))
        variants.append(BodyVariant(code: .newlineLost, bytes: body + "\r\n".utf8))
        if !trimmed.isEmpty { variants.append(BodyVariant(code: .blanksAdded, bytes: Array(trimmed))) }
        return variants
    }

    private var lineBreaks: [BodyVariant] {
        let feed = UInt8(ascii: "\n")
        let carriage = UInt8(ascii: "\r")
        guard body.contains(feed) else { return [] }
        var fewer: [UInt8] = []
        var more: [UInt8] = []
        for (index, byte) in body.enumerated() {
            let isFollowed = index + 1 < body.count && body[index + 1] == feed
            if byte != carriage || !isFollowed { fewer.append(byte) }
            if byte == feed, index == 0 || body[index - 1] != carriage { more.append(carriage) }
            more.append(byte)
        }
        return [
            BodyVariant(code: .carriageReturnsAdded, bytes: fewer),
            BodyVariant(code: .carriageReturnsLost, bytes: more),
        ]
    }

    private var byteOrderMark: [BodyVariant] {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        guard body.starts(with: mark) else { return [BodyVariant(code: .byteOrderMarkLost, bytes: mark + body)] }
        return [BodyVariant(code: .byteOrderMarkAdded, bytes: Array(body.dropFirst(3)))]
    }

    private var characters: [BodyVariant] {
        if body.starts(with: [0xff, 0xfe]) || body.starts(with: [0xfe, 0xff]) {
            let isLittle = body[0] == 0xff
            let units = stride(from: 2, to: body.count - 1, by: 2).map { index -> UInt16 in
                let (first, second) = (UInt16(body[index]), UInt16(body[index + 1]))
                return isLittle ? second << 8 | first : first << 8 | second
            }
            return [BodyVariant(code: .bodyInUTF16, bytes: Array(String(decoding: units, as: UTF16.self).utf8))]
        }
        if let text = TextDecoding.latin1(body) { return [BodyVariant(code: .bodyEncodedTwice, bytes: text)] }
        guard String(validating: body, as: UTF8.self) == nil else { return [] }
        var widened: [UInt8] = []
        for byte in body { widened.append(contentsOf: String(Unicode.Scalar(byte)).utf8) }
        return [
            BodyVariant(code: .signedLossyText, bytes: Array(String(decoding: body, as: UTF8.self).utf8)),
            BodyVariant(code: .bodyInLatin1, bytes: widened),
        ]
    }

    private var html: [BodyVariant] {
        var variants = TextDecoding.html(body).map { [BodyVariant(code: .bodyEscapedForHTML, bytes: $0)] } ?? []
        guard body.contains(where: { $0 == 0x26 || $0 == 0x3c || $0 == 0x3e }) else { return variants }
        var escaped: [UInt8] = []
        for byte in body {
            switch byte {
            case 0x26: escaped += "&amp;".utf8
            case 0x3c: escaped += "&lt;".utf8
            case 0x3e: escaped += "&gt;".utf8
            default: escaped.append(byte)
            }
        }
        variants.append(BodyVariant(code: .bodyUnescapedFromHTML, bytes: escaped))
        return variants
    }

    // MARK: Wrappings

    /// How many fields of a form are looked at.
    private static let maximumFieldCount = 8

    private var form: [BodyVariant] {
        guard body.contains(UInt8(ascii: "%")) || body.contains(UInt8(ascii: "=")) else { return [] }
        var texts = [body[...]]
        for field in body.split(separator: UInt8(ascii: "&"), maxSplits: Self.maximumFieldCount)
            .prefix(Self.maximumFieldCount)
        {
            guard let sign = field.firstIndex(of: UInt8(ascii: "=")) else { continue }
            texts.append(sign + 1 < field.endIndex ? field[(sign + 1)...] : field[..<sign])
        }
        return texts.flatMap { text in
            [true, false].map {
                BodyVariant(code: .bodyInForm, bytes: TextDecoding.percent(text, plusIsBlank: $0))
            }
        }
    }

    private var base64: [BodyVariant] {
        let text = Array(body[...].trimmed { $0.isBlank || $0.isQuote })
        return TextDecoding.base64(text).map { [BodyVariant(code: .bodyInBase64, bytes: $0)] } ?? []
    }

    private var wrapped: [BodyVariant] {
        var variants: [BodyVariant] = []
        switch json.value {
        case .string(let string): variants.append(BodyVariant(code: .bodyInJSONString, bytes: string.wtf8))
        case .object(let object):
            for name in ["body", "payload", "data"] {
                guard case .string(let string) = object[name] else { continue }
                variants.append(BodyVariant(code: .bodyInEnvelope, bytes: string.wtf8))
                guard let decoded = TextDecoding.base64(string.wtf8) else { continue }
                variants.append(BodyVariant(code: .bodyInEnvelope, bytes: decoded))
            }
        default: break
        }
        return variants
    }

    /// What a sender of one's own making may have signed by mistake.
    private var senders: [BodyVariant] {
        var variants = [
            BodyVariant(code: .signedNothing, bytes: []),
            BodyVariant(code: .signedObjectName, bytes: Array("[object Object]".utf8)),
        ]
        if let text = json.quotedBody { variants.append(BodyVariant(code: .signedJSONString, bytes: text)) }
        if let text = json.data { variants.append(BodyVariant(code: .signedDataOnly, bytes: text)) }
        return variants
    }
}
