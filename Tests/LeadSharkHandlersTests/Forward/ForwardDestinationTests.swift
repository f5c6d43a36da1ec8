#if Server
import Testing

@testable import LeadSharkHandlers

@Suite("Where events may be forwarded to")
struct ForwardDestinationTests {
    @Test(
        "A URL that cannot be used is refused, and not repeated",
        arguments: [
            ("", ForwardError.Code.unsupportedScheme), ("https://exa mple.com/secret", .malformedURL),
            ("https://example.com/\r\nsecret", .malformedURL), ("https://ex\u{e4}mple.com/secret", .malformedURL),
            ("https:///secret", .malformedURL), ("https://", .malformedURL),
            ("https://example.com/#secret", .malformedURL),
            ("https://example.com:0/secret", .malformedURL), ("https://example.com:65536/secret", .malformedURL),
            ("https://example.com:port/secret", .malformedURL), ("example.com/secret", .unsupportedScheme),
            ("/secret", .unsupportedScheme), ("ftp://example.com/secret", .unsupportedScheme),
            ("file:///secret", .unsupportedScheme), ("http+unix://secret/path", .unsupportedScheme),
            ("unix:///secret", .unsupportedScheme), ("javascript:secret", .unsupportedScheme),
            ("https://user:secret@example.com/", .userInfoInURL), ("https://secret@example.com/", .userInfoInURL),
            ("https://:secret@example.com/", .userInfoInURL),
        ])
    func badURL(url: String, code: ForwardError.Code) {
        let error = #expect(throws: ForwardError.self) { try ForwardDestination(url: url, headers: []) }
        #expect(error?.code == code)
        #expect(error?.description.contains("secret") == false)
    }

    @Test(
        "The handler's own headers and HTTP's cannot be given, in whatever case",
        arguments: [
            "Idempotency-Key", "idempotency-key", "X-Webhook-Event", "X-WEBHOOK-SIGNATURE", "Content-Type",
            "content-length",
            "Transfer-Encoding", "Host", "Connection", "Expect", "Upgrade", "TE", "Trailer", "Content-Encoding",
            "Keep-Alive",
        ])
    func reserved(name: String) {
        let error = #expect(throws: ForwardError.self) {
            try ForwardDestination(url: "https://example.com", headers: [(name, "x")])
        }
        #expect(error?.code == .reservedHeader)
    }

    @Test(
        "A header that could break out of its line is refused, and its value not repeated",
        arguments: [
            ("", "v"), ("a b", "v"), ("a:", "v"), ("a\r\nb", "v"), ("ä", "v"), ("X-Token", "secret\r\nX: y"),
            ("X-Token", "secret\u{0}"), ("X-Token", "secrét"), ("X-Token", " secret"), ("X-Token", "secret "),
            ("X-Token", "secret\u{7f}"), ("X-Token", "a\tsecret"),
        ])
    func malformedHeader(name: String, value: String) {
        let error = #expect(throws: ForwardError.self) {
            try ForwardDestination(url: "https://example.com", headers: [(name, value)])
        }
        #expect(error?.code == .malformedHeader)
        #expect(error?.description.contains("secr") == false)
    }

    @Test(
        "Only scheme, host and port are shown of a URL",
        arguments: [
            ("https://hooks.example.com/catch/secret?token=secret", "https://hooks.example.com"),
            ("HTTP://127.0.0.1:8080/secret", "http://127.0.0.1:8080"), ("https://[::1]:443/", "https://[::1]:443"),
            ("https://example.com", "https://example.com"),
        ])
    func origin(url: String, origin: String) throws {
        #expect(try ForwardDestination(url: url, headers: [("Authorization", "Bearer t")]).origin == origin)
    }
}
#endif
