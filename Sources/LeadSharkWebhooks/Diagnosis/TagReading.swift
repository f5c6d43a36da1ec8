/// What a request's signature headers may mean, if they are read as kindly as can be. Only to diagnose: the verifier takes 64
/// hexadecimal digits and nothing else.
struct TagReading {
    /// The longest value that is looked at, in bytes.
    static let maximumByteCount = 1024
    /// How many headers, and parts of one, are looked at.
    static let maximumPartCount = 4

    private(set) var candidates: [TagCandidate] = []
    /// Whether there are several headers that differ.
    let isConflicting: Bool
    /// What is wrong with the headers whatever was signed.
    private(set) var likely: [SignatureDiagnosis.Finding] = []

    init(_ values: [String]) {
        isConflicting = values.dropFirst().contains { !$0.utf8.elementsEqual(values[0].utf8) }
        let texts = values.prefix(Self.maximumPartCount).map { Array($0.utf8.prefix(Self.maximumByteCount)) }
        for text in texts where isConflicting ? true : candidates.isEmpty { read(text) }
        if texts.allSatisfy({ $0.allSatisfy(\.isBlank) }) {
            note(.missingSignature)
        } else {
            if isConflicting { note(.conflictingSignatures) }
            for code in candidates.first?.shapes ?? [.notASignature] { note(code) }
        }
    }

    private mutating func note(_ code: SignatureDiagnosis.Code) { likely.append(.init(code, .likely)) }

    private mutating func read(_ text: [UInt8]) {
        let parts = text.split(maxSplits: 16) { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") }
        guard parts.count > 1 else { return read(text[...], []) }
        var readings: [[TagCandidate]] = []
        for part in parts.prefix(Self.maximumPartCount) {
            let count = candidates.count
            read(part, [.severalInOneHeader])
            if candidates.count > count { readings.append(Array(candidates[count...])) }
        }
        // One signature, and the rest is text around it: `t=123,v1=…`.
        guard let reading = readings.first, readings.count == 1 else { return }
        candidates.removeLast(reading.count)
        for candidate in reading {
            let shapes = candidate.shapes.filter {
                ![.severalInOneHeader, .signaturePrefix, .signatureWithText].contains($0)
            }
            add(candidate.algorithm, candidate.bytes, [.signatureWithText] + shapes)
        }
    }

    /// Takes off what does not belong to a tag, then decodes what is left.
    private mutating func read(_ part: ArraySlice<UInt8>, _ shapes: [SignatureDiagnosis.Code]) {
        var text = part
        var shapes = shapes
        func trim() -> Bool {
            let trimmed = text.trimmed { $0.isBlank || $0.isQuote || $0 == 0 }
            defer { text = trimmed }
            return trimmed.count < text.count
        }
        var isWrapped = trim()
        for prefix in ["sha256=", "sha256:", "sha-256=", "hmac-sha256=", "sha1=", "sha512=", "v1=", "v0=", "0x"]
        where text.starts(with: prefix.utf8, by: { $0.asciiLowercased == $1 }) {
            shapes.append(.signaturePrefix)
            text = text.dropFirst(prefix.utf8.count)
            break
        }
        isWrapped = trim() || isWrapped
        if isWrapped { shapes.append(.signatureWrapped) }
        decode(Array(text), shapes)
    }

    private mutating func decode(_ text: [UInt8], _ shapes: [SignatureDiagnosis.Code]) {
        let digitCount = text.prefix { $0.isHexadecimalDigit }.count
        if digitCount == text.count, let tag = TextDecoding.hexadecimal(text),
            let algorithm = TagAlgorithm(byteCount: tag.count)
        {
            add(algorithm, tag, shapes + algorithm.shapes)
        }
        if let tag = TextDecoding.base64(text), let algorithm = TagAlgorithm(byteCount: tag.count) {
            add(algorithm, tag, shapes + [.base64Signature] + algorithm.shapes)
        }
        if text.count != 64, let digits = Self.digits(within: text), let tag = TextDecoding.hexadecimal(digits) {
            return add(.sha256, tag, shapes.filter { $0 != .signaturePrefix } + [.signatureWithText])
        }
        // Digits, but not as many as there should be: what is there may still be the beginning.
        if digitCount >= 2 * TagCandidate.minimumByteCount, digitCount != 64 || text.count != 64,
            let start = TextDecoding.hexadecimal(Array(text.prefix(min(digitCount & ~1, 64))))
        {
            add(.sha256, start, shapes + [.signatureLength])
        }
    }

    /// The 64 digits in a text, when it holds just one run of so many.
    private static func digits(within text: [UInt8]) -> [UInt8]? {
        let runs = text.split { !$0.isHexadecimalDigit }.filter { $0.count == 64 }
        return runs.count == 1 ? runs.first.map(Array.init) : nil
    }

    private mutating func add(_ algorithm: TagAlgorithm, _ bytes: [UInt8], _ shapes: [SignatureDiagnosis.Code]) {
        candidates.append(TagCandidate(algorithm: algorithm, bytes: bytes, shapes: shapes))
    }
}

extension TagAlgorithm {
    fileprivate var shapes: [SignatureDiagnosis.Code] {
        switch self {
        case .sha256: []
        case .sha1: [.sha1Signature]
        case .sha512: [.sha512Signature]
        }
    }
}
