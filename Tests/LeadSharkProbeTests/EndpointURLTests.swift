#if Server
import LeadSharkProbe
import Testing

@Suite("The URL of an endpoint")
struct EndpointURLTests {
    @Test(
        "What is no URL of an endpoint says so",
        arguments: [
            ("", EndpointURLError.Code.malformed), (" https://example.com", .malformed),
            ("https://exämple.com/", .malformed),
            ("https://example.com/\n", .malformed), ("https://example.com:99999/", .malformed),
            ("https://example.com:0/", .malformed), ("example.com/webhooks/leadshark", .missingScheme),
            ("localhost:8080", .missingScheme), ("ftp://example.com/", .unsupportedScheme),
            ("httpx://example.com/", .unsupportedScheme), ("https:///webhooks", .missingHost),
            ("https://me@example.com/", .userInfo), ("https://me:pw@example.com/", .userInfo),
            ("https://example.com/#here", .fragment),
        ])
    func bad(text: String, code: EndpointURLError.Code) {
        let error = #expect(throws: EndpointURLError.self) { try EndpointURL(text) }
        #expect(error?.code == code)
        #expect(error?.remedy.isEmpty == false)
    }

    @Test(
        "Its parts",
        arguments: [
            ("https://example.com", true, "example.com", 443, "", "https://example.com"),
            (
                "HTTP://Example.com:8080/a%20b/?token=x", false, "Example.com", 8080, "/a%20b/",
                "http://Example.com:8080/a%20b/"
            ),
            ("http://[::1]:81/x", false, "::1", 81, "/x", "http://[::1]:81/x"),
            (
                "https://127.0.0.1/webhooks/leadshark", true, "127.0.0.1", 443, "/webhooks/leadshark",
                "https://127.0.0.1/webhooks/leadshark"
            ),
        ])
    func parts(text: String, isSecure: Bool, host: String, port: Int, path: String, shown: String) throws {
        let url = try EndpointURL(text)
        #expect(url.text == text)
        #expect(url.isSecure == isSecure)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.path == path)
        #expect(url.description == shown)
    }
}
#endif
