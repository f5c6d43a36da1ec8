#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import NIOConcurrencyHelpers

/// A file with results that nobody else can read: made anew, whole or not at all.
final class NewFile: Sendable {
    private let path: String
    private let shown: String
    private let descriptor: NIOLockedValueBox<Int32?>

    /// Makes it, where there is none.
    init(_ path: String, shown: String) throws(CommandError) {
        self.path = path
        self.shown = VisibleText.line(shown)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            if code == EEXIST {
                throw CommandError(.cannotCreate, "\(self.shown) is there already; name another file, or remove it")
            }
            throw CommandError(
                code == EACCES || code == EPERM ? .noPermission : .cannotCreate,
                "\(self.shown) cannot be made: \(Descriptor.reason(code))")
        }
        // The umask may have taken bits away.
        fchmod(descriptor, 0o600)
        self.descriptor = NIOLockedValueBox(descriptor)
    }

    deinit { discard() }

    /// Appends bytes.
    func write(_ bytes: [UInt8]) throws(CommandError) {
        guard let descriptor = descriptor.withLockedValue({ $0 }) else { return }
        let code = Descriptor.write(bytes, to: descriptor)
        guard code == 0 else { throw failure(code) }
    }

    /// Sees to it that everything is on the disk.
    func finish() throws(CommandError) {
        guard let descriptor = descriptor.withLockedValue({ $0 }) else { return }
        guard fsync(descriptor) == 0 else { throw failure(errno) }
        self.descriptor.withLockedValue { $0 = nil }
        close(descriptor)
    }

    /// Removes the file, unless it is finished.
    func discard() {
        let descriptor = descriptor.withLockedValue { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let descriptor else { return }
        unlink(path)
        close(descriptor)
    }

    private func failure(_ code: Int32) -> CommandError {
        CommandError(.ioError, "\(shown) cannot be written: \(Descriptor.reason(code)); nothing is left of it")
    }
}
#endif
