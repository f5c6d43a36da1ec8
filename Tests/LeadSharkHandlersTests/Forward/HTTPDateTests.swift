#if Server
import FoundationEssentials
import Testing

@testable import LeadSharkHandlers

@Suite("Dates in HTTP, and Retry-After")
struct HTTPDateTests {
    private let now = Date(timeIntervalSince1970: 1_774_000_000)  // Fri, 20 Mar 2026 09:46:40 GMT

    @Test(
        "What is no date is none",
        arguments: [
            "", " ", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun 06 Nov 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sunday, 06-Nov 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, ٠٦ Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", String(repeating: "9", count: 400),
        ])
    func noDate(text: String) {
        #expect(HTTPDate.date(text, now: now) == nil)
    }

    @Test(
        "The three forms of RFC 9110",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Sun Nov 06 08:49:37 1994",
        ])
    func forms(text: String) {
        #expect(HTTPDate.date(text, now: now) == Date(timeIntervalSince1970: 784_111_777))
    }

    @Test(
        "Leap days, turns of years and of centuries",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800), ("Thu, 31 Dec 2026 23:59:59 GMT", 1_798_761_599),
            ("Fri, 20 Mar 2026 09:46:40 GMT", 1_774_000_000), ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Friday, 20-Mar-26 09:46:40 GMT", 1_774_000_000), ("Friday, 01-Jan-76 00:00:00 GMT", 3_345_062_400),
            ("Saturday, 01-Jan-77 00:00:00 GMT", 220_924_800),
        ])
    func calendar(text: String, seconds: Double) {
        #expect(HTTPDate.date(text, now: now)?.timeIntervalSince1970 == seconds)
    }

    @Test(
        "What Retry-After cannot mean is as if it were not there",
        arguments: [
            "", "0", "-1", "+5", "1.5", "1e3", "soon", "٣", "0x10", "5 5", "Fri, 20 Mar 2026 09:46:40 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT",
        ])
    func noWait(value: String) {
        #expect(RetryAfter.duration(value, now: now) == nil)
    }

    @Test(
        "Seconds and dates, a day at most",
        arguments: [
            ("1", Duration.seconds(1)), ("0120", .seconds(120)), ("86400", .seconds(86_400)),
            ("86401", .seconds(86_400)),
            ("99999999999999999999999999", .seconds(86_400)),
            (String(repeating: "9", count: 500), .seconds(86_400)),
            ("Fri, 20 Mar 2026 09:47:10 GMT", .seconds(30)), ("Fri, 31 Dec 9999 23:59:59 GMT", .seconds(86_400)),
        ])
    func wait(value: String, duration: Duration) {
        #expect(RetryAfter.duration(value, now: now) == duration)
    }

    @Test("Without the header there is no wait")
    func absent() {
        #expect(RetryAfter.duration(nil, now: now) == nil)
    }
}
#endif
