#if Server
#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// An open, locked file and its descriptor, which is closed with it.
final class OpenFile {
    let descriptor: CInt
    /// Whether this call of ``init(path:)`` made the file.
    let isNew: Bool

    /// Opens a file for appending, or makes it with mode 0600.
    ///
    /// - Returns: `nil` when the file came or went in between: try again.
    init?(path: String) throws(SystemError) {
        // Without waiting: a pipe at the path must not hold us up, only be refused.
        let flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        var opened = open(path, flags)
        isNew = opened < 0 && errno == ENOENT
        if isNew {
            opened = open(path, flags | O_CREAT | O_EXCL, 0o600)
            if opened < 0 && errno == EEXIST { return nil }
        }
        guard opened >= 0 else { throw .last }
        descriptor = opened
    }

    deinit { _ = close(descriptor) }

    /// The file's size and kind now.
    func status() throws(SystemError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last }
        return status
    }

    /// The file's length now.
    func length() throws(SystemError) -> Int64 { Int64(try status().st_size) }

    /// Whether it is a regular file.
    func isRegular() throws(SystemError) -> Bool { try status().st_mode & S_IFMT == S_IFREG }

    /// Whether `path` still leads to this file, which it does not after the file was moved away, deleted or replaced.
    func isAt(_ path: String) throws(SystemError) -> Bool {
        let own = try status()
        var found = stat()
        guard stat(path, &found) == 0 else {
            if errno == ENOENT { return false }
            throw .last
        }
        return own.st_dev == found.st_dev && own.st_ino == found.st_ino
    }

    /// Takes the lock on the file; `false` when somebody else has it.
    func lock() throws(SystemError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw .last }
        }
        return true
    }

    /// The bytes from `start` to `end`.
    func read(from start: Int64, to end: Int64) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(end - start))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
                    off_t(start) + off_t(done))
            }
            if count < 0 {
                guard errno == EINTR else { throw .last }
            } else if count == 0 {
                bytes.removeLast(bytes.count - done)
            } else {
                done += count
            }
        }
        return bytes
    }

    /// Syncs the folder that holds `path`, so that a new file's name survives the loss of power.
    static func synchronizeFolder(of path: String, by calls: FileCalls) throws(SystemError) {
        let folder: String
        switch path.utf8.lastIndex(of: UInt8(ascii: "/")) {
        case nil: folder = "."
        case path.startIndex: folder = "/"
        case let slash?: folder = String(path[..<slash])
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { _ = close(descriptor) }
        do {
            try calls.synchronize(descriptor)
        } catch  where error.code == EINVAL {
            // This file system does not sync folders.
        }
    }
}
#endif
