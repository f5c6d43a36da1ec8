/// What a body looks like, when nothing that was tried fits it.
enum BodyAppearance {
    static func findings(
        for body: Span<UInt8>, limits: SignatureDiagnosis.Limits
    ) -> [SignatureDiagnosis.Finding] {
        guard body.count <= limits.maximumBodyByteCount else { return [.init(.bodyTooLong, .likely)] }
        return codes(for: body).map { .init($0, .likely) }
    }

    private static func codes(for body: Span<UInt8>) -> [SignatureDiagnosis.Code] {
        guard !body.isEmpty else { return [.bodyEmpty] }
        if isCompressed(body) { return [.bodyCompressed] }
        if starts(body, [0xff, 0xfe]) || starts(body, [0xfe, 0xff]) { return [.bodyInUTF16] }
        var codes: [SignatureDiagnosis.Code] = []
        if holdsReplacement(body) { codes.append(.bodyDecodedLossily) }
        do throws(JSONError) {
            _ = try JSONScanner.nodes(of: body, limits: JSONLimits())
            if isSorted(body) { codes.append(.bodySorted) }
        } catch {
            codes.append(error.code == .unexpectedEnd ? .bodyTruncated : .bodyNotJSON)
        }
        return codes
    }

    /// Whether an event's names are in alphabetical order in every object. LeadShark begins with `event`.
    private static func isSorted(_ body: Span<UInt8>) -> Bool {
        guard let value = try? JSONValue(parsing: body.indices.map { body[$0] }),
            case .object(let root) = value, root.members.count > 1, root["event"] != nil,
            root.members.first?.name.text != "event"
        else { return false }
        return isSorted(value)
    }

    private static func isSorted(_ value: JSONValue) -> Bool {
        switch value {
        case .array(let values): values.allSatisfy { isSorted($0) }
        case .object(let object):
            zip(object.members, object.members.dropFirst()).allSatisfy { earlier, later in
                earlier.name.wtf8.lexicographicallyPrecedes(later.name.wtf8)
            } && object.members.allSatisfy { isSorted($0.value) }
        default: true
        }
    }

    private static func isCompressed(_ body: Span<UInt8>) -> Bool {
        // zlib has no magic number, but its first two bytes are a multiple of 31.
        if body.count >= 2, body[0] == 0x78, (0x7800 + Int(body[1])).isMultiple(of: 31) { return true }
        let magic: [[UInt8]] = [
            [0x1f, 0x8b],  // gzip
            [0x28, 0xb5, 0x2f, 0xfd],  // Zstandard
            [0x50, 0x4b, 0x03, 0x04],  // ZIP
            [0x42, 0x5a, 0x68],  // bzip2
            [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],  // xz
            [0x04, 0x22, 0x4d, 0x18],  // LZ4
        ]
        return magic.contains { starts(body, $0) }
    }

    private static func starts(_ body: Span<UInt8>, _ magic: [UInt8]) -> Bool {
        body.count >= magic.count && magic.indices.allSatisfy { body[$0] == magic[$0] }
    }

    /// Whether U+FFFD is there, which stands for what was not UTF-8.
    private static func holdsReplacement(_ body: Span<UInt8>) -> Bool {
        var index = 0
        while index + 2 < body.count {
            if body[index] == 0xef, body[index + 1] == 0xbf, body[index + 2] == 0xbd { return true }
            index += 1
        }
        return false
    }
}
