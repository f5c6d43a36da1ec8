#if Server
/// The value of the `Authorization` header that events are forwarded with. Never printed.
struct ForwardAuthorization: Sendable, CustomStringConvertible, CustomReflectable {
    /// The longest value, in bytes.
    static let maximumByteCount = 8192

    /// The header's value.
    let value: String

    var description: String { "(hidden)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension SettingsSource {
    /// The `Authorization` header to forward with, from its variable or the file that holds it.
    ///
    /// - Throws: ``CommandError``, which holds nothing of the value.
    func forwardAuthorization(in context: Context) throws -> ForwardAuthorization? {
        guard
            let (bytes, label) = try hiddenBytes(
                .forwardAuthorization, file: .forwardAuthorizationFile, limit: ForwardAuthorization.maximumByteCount,
                in: context)
        else { return nil }
        func refusal(_ reason: String) -> CommandError { CommandError(.configuration, "\(label) \(reason)") }
        guard !bytes.isEmpty else { throw refusal("is empty; write the header's value there, as Bearer TOKEN") }
        guard !String(decoding: bytes, as: UTF8.self).contains(SecretOddity.placeholderText) else {
            throw refusal("holds the placeholder of the template; put the header's value there, as Bearer TOKEN")
        }
        guard bytes.count <= ForwardAuthorization.maximumByteCount else {
            throw refusal("is longer than \(ForwardAuthorization.maximumByteCount) bytes")
        }
        guard bytes.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw refusal("has a line break or another character that no header may have; remove it")
        }
        guard bytes.first != 0x20, bytes.last != 0x20 else {
            throw refusal("has a blank at its beginning or end; remove it")
        }
        return ForwardAuthorization(value: String(decoding: bytes, as: UTF8.self))
    }
}
#endif
