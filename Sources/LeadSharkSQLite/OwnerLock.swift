#if Server
import Glibc
import LeadSharkDelivery

/// The lock that makes one process the owner of a store: an exclusive `flock` on a file beside it, which holds the
/// owner's process id. The kernel lets go of it when the process ends, however it ends.
final class OwnerLock: Sendable {
    private let path: String
    private let descriptor: LockedValue<Int32?>

    /// Takes the lock, at once or not at all.
    init(_ file: StoreFile) throws(StoreOpeningError) {
        path = file.lockPath
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, StoreFile.mode)
            guard descriptor >= 0 else { throw StoreFile.error(errno, file.given) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let number = errno
                let owner = Self.owner(descriptor)
                Glibc.close(descriptor)
                guard number == EWOULDBLOCK else { throw StoreFile.error(number, file.given) }
                throw StoreOpeningError(
                    .inUse,
                    message:
                        "the store \(file.given) is already in use by process \(owner ?? "of unknown number"); stop that one first"
                )
            }
            // The last owner may have removed the file between our opening and locking it.
            guard Self.isSame(descriptor, path) else {
                Glibc.close(descriptor)
                continue
            }
            fchmod(descriptor, StoreFile.mode)
            ftruncate(descriptor, 0)
            let text = Array("\(getpid())\n".utf8)
            _ = pwrite(descriptor, text, text.count, 0)
            self.descriptor = LockedValue(descriptor)
            return
        }
    }

    deinit { release() }

    /// Lets go of the lock, and removes its file while it is still held.
    func release() {
        let descriptor = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let descriptor else { return }
        unlink(path)
        Glibc.close(descriptor)
    }

    private static func owner(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(count, 0)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var opened = stat()
        var named = stat()
        guard fstat(descriptor, &opened) == 0, stat(path, &named) == 0 else { return false }
        return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }
}
#endif
