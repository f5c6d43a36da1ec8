#if Postgres
import Glibc

/// Wakes a thread that waits at a descriptor.
final class Bell: Sendable {
    /// Can be read once the bell has rung.
    let descriptor: Int32
    private let handle: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let result = unsafe pipe(&ends)
        precondition(result == 0, "the system has no descriptor left")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        handle = ends[1]
    }

    deinit {
        close(descriptor)
        close(handle)
    }

    func ring() {
        // When the pipe is full the bell has rung already.
        _ = unsafe write(handle, [1 as UInt8], 1)
    }

    /// Makes it silent again.
    func hush() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(descriptor, &bytes, 64) == 64 {}
    }
}
#endif
