#if Server
#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// An error of a system call.
struct SystemError: Error, Hashable, CustomStringConvertible {
    let code: CInt

    init(code: CInt) { self.code = code }

    /// The error of the call that has just failed on this thread.
    static var last: Self { Self(code: errno) }

    /// There is no space left.
    static var noSpace: Self { Self(code: ENOSPC) }

    /// What the system says about it, e.g. `No space left on device`.
    var description: String { String(cString: strerror(code)) }
}

/// The calls that change an open file, which tests make fail.
struct FileCalls: Sendable {
    /// Writes some of the bytes; returns how many.
    var write: @Sendable (CInt, UnsafeRawBufferPointer) throws(SystemError) -> Int
    /// Returns when everything written is on disk.
    var synchronize: @Sendable (CInt) throws(SystemError) -> Void
    /// Cuts the file to a length.
    var truncate: @Sendable (CInt, Int64) throws(SystemError) -> Void

    /// The real ones.
    static let system = FileCalls(
        write: { (descriptor, bytes) throws(SystemError) in
            while true {
                let count = systemWrite(descriptor, bytes)
                if count >= 0 { return count }
                guard errno == EINTR else { throw .last }
            }
        },
        synchronize: { (descriptor) throws(SystemError) in
            while fsync(descriptor) != 0 {
                guard errno == EINTR else { throw .last }
            }
        },
        truncate: { (descriptor, length) throws(SystemError) in
            while ftruncate(descriptor, off_t(length)) != 0 {
                guard errno == EINTR else { throw .last }
            }
        })
}

private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
#endif
