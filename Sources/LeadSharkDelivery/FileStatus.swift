#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the system says about a file. Here, since a module that imports SwiftNIO cannot name the members of `stat`.
package struct FileStatus: Sendable {
    /// Whether it is a regular file.
    package let isRegularFile: Bool
    /// Whether it is a directory.
    package let isDirectory: Bool
    /// Whether it is a socket.
    package let isSocket: Bool
    /// The bits of its mode that say who may do what.
    package let permissions: UInt32
    /// The file system that it is on.
    package let device: UInt64
    /// Which file of that it is.
    package let number: UInt64

    /// Looks at an open file; `nil` when the system refuses, which then has set `errno`.
    package init?(descriptor: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Looks at the file at a path, behind a symbolic link; `nil` when there is none, or the system refuses.
    package init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        isRegularFile = status.st_mode & S_IFMT == S_IFREG
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
        permissions = UInt32(status.st_mode) & 0o7777
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }
}
#endif
