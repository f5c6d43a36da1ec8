#if Server
import NIOConcurrencyHelpers

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The file of the control socket: made in a directory that only we may enter, closed to others, and then moved to its
/// place.
///
/// So it is never open to others for a moment, and a file that a killed process left behind is replaced in one step.
struct ControlSocket: Sendable {
    let path: String
    let temporaryPath: String
    private let directory: String
    private let published = NIOLockedValueBox<ino_t?>(nil)

    /// - Throws: ``ReceiverError`` when somebody listens there, or something else than a socket lies there.
    init(path: String) throws {
        self.path = path
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else {
                throw ReceiverError(
                    .controlSocketFailed, "the control socket \(path) cannot be made: a file is in its place")
            }
            if Self.isAnswered(path) {
                throw ReceiverError(
                    .controlSocketInUse, "the control socket \(path) is in use: another receiver runs there")
            }
        }
        // mkdtemp makes it with mode 0700.
        let made = "\(path).XXXXXX".withCString { template -> String? in
            guard let copy = strdup(template) else { return nil }
            defer { free(copy) }
            return mkdtemp(copy).map { String(cString: $0) }
        }
        guard let made else { throw Self.failure(path) }
        directory = made
        temporaryPath = "\(made)/s"
    }

    /// Closes the bound socket to others and moves it to its place.
    func publish() throws {
        var status = stat()
        guard chmod(temporaryPath, 0o600) == 0, lstat(temporaryPath, &status) == 0,
            rename(temporaryPath, path) == 0
        else { throw Self.failure(path) }
        let number = status.st_ino
        published.withLockedValue { $0 = number }
        rmdir(directory)
    }

    /// Removes the file, if it is still ours.
    func remove() {
        unlink(temporaryPath)
        rmdir(directory)
        var status = stat()
        guard let number = published.withLockedValue({ $0 }), lstat(path, &status) == 0, status.st_ino == number
        else { return }
        unlink(path)
    }

    /// The system's reason, in a sentence. Right after the call that failed.
    private static func failure(_ path: String) -> ReceiverError {
        let reason = String(cString: strerror(errno))
        return ReceiverError(.controlSocketFailed, "the control socket \(path) could not be made: \(reason)")
    }

    /// Whether a connection to the socket is accepted.
    private static func isAnswered(_ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        #if canImport(Glibc)
        let type = CInt(SOCK_STREAM.rawValue)
        #else
        let type = SOCK_STREAM
        #endif
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // A full backlog means that somebody is there too.
        return result == 0 || errno == EAGAIN
    }
}
#endif
