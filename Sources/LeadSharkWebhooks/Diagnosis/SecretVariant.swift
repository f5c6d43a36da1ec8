import CLibcrypto

/// A secret as it may have been meant, or as the sender may have it.
struct SecretVariant {
    let code: SignatureDiagnosis.Code
    let bytes: SecretBytes

    /// The variants of a secret. Each lies in memory that is overwritten before it is freed.
    static func all(of secret: SigningSecret) -> [SecretVariant] {
        var variants: [SecretVariant] = []
        secret.key.secret.withSpan { text in
            ours(text, &variants)
            theirs(text, &variants)
            decoded(text, &variants)
        }
        return variants
    }

    /// The secret that is set up here has something that the real one has not.
    private static func ours(_ text: Span<UInt8>, _ variants: inout [SecretVariant]) {
        let blanks = range(of: text) { !isBlank(text, $0) }
        add(.secretHasBlanks, text, blanks, &variants)
        let clean = trimmed(text)
        if clean != blanks { add(.secretHasQuotes, text, clean, &variants) }
        if let sign = text.indices.first(where: { text[$0] == UInt8(ascii: "=") }), sign + 1 < clean.upperBound {
            let value = text.extracting((sign + 1)..<text.count)
            add(.secretHasName, value, trimmed(value), &variants)
        }
        add(.secretHasBlanks, text.count, &variants) { index in
            isBlank(text, index) ? nil : text[index]
        }
    }

    /// The sender's has something that the one that is set up here has not.
    private static func theirs(_ text: Span<UInt8>, _ variants: inout [SecretVariant]) {
        for (before, after) in [("", "\n"), ("", "\r\n"), ("", "\r"), ("", " "), (" ", ""), ("", "\t"), ("", "\0")] {
            add(.senderSecretHasBlanks, before, text, after, &variants)
        }
        for quote in ["\"", "'", "`"] { add(.senderSecretHasQuotes, quote, text, quote, &variants) }
        add(.senderSecretHasQuotes, "\"", text, "\"\n", &variants)
    }

    /// One of both took the characters for an encoding of the key.
    private static func decoded(_ text: Span<UInt8>, _ variants: inout [SecretVariant]) {
        let prefix = Array("whsec_".utf8)
        let hasPrefix = text.count > prefix.count && prefix.indices.allSatisfy { text[$0] == prefix[$0] }
        let starts = hasPrefix ? [0, prefix.count] : [0]
        for start in starts {
            if start > 0 { add(.secretWithoutPrefix, text, start..<text.count, &variants) }
            var characters = text.extracting(start..<text.count).indices.map { text[start + $0] }
            defer { wipe(&characters) }
            for decode in [TextDecoding.hexadecimal, TextDecoding.base64] {
                guard var key = decode(characters), !key.isEmpty else { continue }
                variants.append(SecretVariant(code: .decodedSecret, bytes: SecretBytes(copying: key.span)))
                wipe(&key)
            }
        }
    }

    // MARK: Parts

    /// Where a secret is without blanks and quotation marks around it.
    static func trimmed(_ text: Span<UInt8>) -> Range<Int> {
        range(of: text) { !isBlank(text, $0) && !text[$0].isQuote }
    }

    /// From the first to one past the last byte that is wanted.
    private static func range(of text: Span<UInt8>, _ isWanted: (Int) -> Bool) -> Range<Int> {
        var start = 0
        var end = text.count
        while start < end, !isWanted(start) { start += 1 }
        while start < end, !isWanted(end - 1) { end -= 1 }
        return start..<end
    }

    /// Blanks of ASCII; the bytes of a byte order mark, of a no-break space and of a zero-width space; backslash and letter
    /// of a line break that was written out.
    private static func isBlank(_ text: Span<UInt8>, _ index: Int) -> Bool {
        func isThere(_ sequence: [UInt8]) -> Bool {
            for start in max(0, index - sequence.count + 1)...index where start + sequence.count <= text.count {
                if sequence.indices.allSatisfy({ text[start + $0] == sequence[$0] }) { return true }
            }
            return false
        }
        if text[index].isBlank || text[index] == 0 { return true }
        return [[0xef, 0xbb, 0xbf], [0xc2, 0xa0], [0xe2, 0x80, 0x8b], [0x5c, 0x6e], [0x5c, 0x72]].contains(
            where: isThere)
    }

    private static func add(
        _ code: SignatureDiagnosis.Code, _ text: Span<UInt8>, _ range: Range<Int>, _ variants: inout [SecretVariant]
    ) {
        guard !range.isEmpty, range != 0..<text.count || code == .secretHasName else { return }
        variants.append(SecretVariant(code: code, bytes: SecretBytes(copying: text.extracting(range))))
    }

    private static func add(
        _ code: SignatureDiagnosis.Code, _ before: String, _ text: Span<UInt8>, _ after: String,
        _ variants: inout [SecretVariant]
    ) {
        let before = Array(before.utf8)
        let after = Array(after.utf8)
        add(code, before.count + text.count + after.count, &variants) { index in
            if index < before.count { return before[index] }
            let place = index - before.count
            return place < text.count ? text[place] : after[place - text.count]
        }
    }

    /// Adds the bytes that `byte` gives for the places below `count`, if it leaves out or adds any.
    private static func add(
        _ code: SignatureDiagnosis.Code, _ count: Int, _ variants: inout [SecretVariant],
        _ byte: (Int) -> UInt8?
    ) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        defer { wipe(&bytes) }
        for index in 0..<count {
            if let byte = byte(index) { bytes.append(byte) }
        }
        guard !bytes.isEmpty, bytes.count < count || code != .secretHasBlanks else { return }
        variants.append(SecretVariant(code: code, bytes: SecretBytes(copying: bytes.span)))
    }

    private static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
