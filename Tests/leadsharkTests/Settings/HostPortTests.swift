#if Server
import Testing

@testable import leadshark

@Suite("An address to listen at")
struct HostPortTests {
    @Test(
        "A malformed address is refused with what is wrong",
        arguments: [
            ("", "no port"), ("8080", "has no host"), (":8080", "no host"), ("localhost", "no port"),
            ("localhost:", "no port"), ("localhost:x", "no port between"), ("localhost:-1", "no port between"),
            ("localhost:+1", "no port between"), ("localhost:65536", "no port between"),
            ("localhost:999999", "no port between"), ("::1:8080", "several colons"), ("[::1]", "no port"),
            ("[::1]8080", "no port"), ("[::1", "a [ without a ]"), ("[]:1", "no IPv6 address"),
            ("[localhost]:1", "no IPv6 address"), ("local host:1", "no valid host"),
            ("http://localhost:80", "leave out http://"), ("HTTPS://h", "leave out https://"),
            ("ftp://localhost:80", "several colons"), ("localhost:80/", "no port between"),
            ("localhost:٣", "no port between"), ("a\u{1b}:1", "no valid host"),
        ])
    func malformed(text: String, reason: String) throws {
        let error = try #require(throws: HostPort.Malformed.self) { try HostPort(text) }
        #expect(error.reason.contains(reason), "\(error.reason)")
    }

    @Test(
        "Names, IPv4 and bracketed IPv6 are read",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:0", "::1", 0), ("localhost:65535", "localhost", 65535),
            ("[::ffff:1.2.3.4]:80", "::ffff:1.2.3.4", 80), ("0.0.0.0:080", "0.0.0.0", 80),
        ])
    func wellFormed(text: String, host: String, port: Int) throws {
        let address = try HostPort(text)
        #expect(address == HostPort(host: host, port: port))
    }
}
#endif
