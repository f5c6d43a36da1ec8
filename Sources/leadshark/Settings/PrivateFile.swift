#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeadSharkDelivery

/// A file that holds a secret: read only when nobody else can read it.
enum PrivateFile {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - name: What to call it in an error.
    ///   - limit: The most bytes that are read.
    /// - Returns: `nil` when there is no file.
    /// - Throws: ``CommandError`` when it is no regular file, others can read or change it, or it is too long.
    static func read(_ path: String, name: String, limit: Int) throws(CommandError) -> [UInt8]? {
        // O_NONBLOCK: a pipe of this name must not keep us waiting.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT {
                var target = [CChar](repeating: 0, count: 1)
                guard readlink(path, &target, target.count) > 0 else { return nil }
                throw CommandError(
                    .configuration, "\(name) is a link that leads nowhere; mend it or remove it: \(quoted(path))")
            }
            let status: ExitStatus = code == EACCES || code == EPERM ? .noPermission : .configuration
            throw CommandError(status, "\(name) cannot be read: \(Descriptor.reason(code))")
        }
        defer { close(descriptor) }
        guard let status = FileStatus(descriptor: descriptor) else {
            throw CommandError(.ioError, "\(name) cannot be examined: \(Descriptor.reason(errno))")
        }
        guard status.isRegularFile else {
            throw CommandError(.configuration, "\(name) is not a regular file")
        }
        guard status.permissions & 0o077 == 0 else {
            throw CommandError(
                .configuration,
                "\(name) can be read or changed by other users; make it yours alone: chmod 600 \(quoted(path))")
        }
        switch Descriptor.readAll(descriptor, limit: limit) {
        case .bytes(let bytes): return bytes
        case .tooLong: throw CommandError(.configuration, "\(name) is longer than \(limit) bytes")
        case .failed(let code):
            throw CommandError(.ioError, "\(name) cannot be read: \(Descriptor.reason(code))")
        }
    }

    /// A path as a shell takes it.
    private static func quoted(_ path: String) -> String {
        let plain = path.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || "/._-+".unicodeScalars.contains($0)
        }
        return plain
            ? path
            : "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
#endif
