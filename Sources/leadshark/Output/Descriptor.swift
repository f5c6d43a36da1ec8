#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `write`, under a name that the functions below do not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

/// Reading and writing whole, with the signals and short counts that POSIX allows.
enum Descriptor {
    /// Writes all of `bytes`.
    ///
    /// - Returns: 0, or `errno`.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                offset += count
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    /// What a bounded read gave.
    enum ReadResult: Equatable {
        case bytes([UInt8])
        case tooLong
        case failed(Int32)
    }

    /// Reads until the end, but no more than `limit` bytes.
    static func readAll(_ descriptor: Int32, limit: Int) -> ReadResult {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return .bytes(result) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    _ = poll(&wait, 1, -1)
                    continue
                }
                return .failed(errno)
            }
            guard result.count + count <= limit else { return .tooLong }
            result += chunk[..<count]
        }
    }

    /// What `errno` means, for a sentence.
    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
#endif
