#if Server
import Glibc
import TestPeers
import Testing

/// What starts the programs of the other tests.
@Suite("A program beside the tests")
struct ChildProcessTests {
    @Test("It inherits nothing that is open but its three streams")
    func inheritsNothing() throws {
        let open = fcntl(STDERR_FILENO, F_DUPFD, 200)
        try #require(open >= 200)
        defer { close(open) }
        let program = try ChildProcess(["sh", "-c", "test -e /proc/$$/fd/2 && test ! -e /proc/$$/fd/\(open)"])
        #expect(program.waitForEnd() == 0)
    }
}
#endif
