#if Server
import FoundationEssentials
import Testing

@testable import LeadSharkReceiver

@Suite("Addresses and dates")
struct ListenAddressTests {
    @Test(
        "What is not HOST:PORT is refused",
        arguments: [
            "", ":", ":80", "host", "host:", "host:x", "host:-1", "host:65536", "::1:80", "[::1]", "[::1]80",
            "[host]:80", "a b:80", "host:+1", "host: 1", "host:99999999999999999999",
        ])
    func refused(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(
        "What is HOST:PORT is read and written alike", arguments: ["127.0.0.1:8080", "[::1]:0", "localhost:65535"])
    func accepted(_ text: String) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.description == text)
        #expect(!address.host.contains("["))
    }

    @Test(
        "Dates are written as HTTP wants them",
        arguments: [
            (0.0, "Thu, 01 Jan 1970 00:00:00 GMT"), (1_711_035_000, "Thu, 21 Mar 2024 15:30:00 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
        ])
    func date(_ seconds: Double, _ text: String) {
        #expect(HTTPDate.text(at: Date(timeIntervalSince1970: seconds)) == text)
    }
}
#endif
