#if Postgres
@testable import LeadSharkPostgres
import Testing

@Suite struct PostgresURLTests {
    @Test(
        "What is no URL of PostgreSQL is refused, and nothing of it is shown",
        arguments: [
            "", "sqlite:hunter2", "postgres:hunter2", "postgres://u:hunter2@h:port/db", "postgres://u:hunter2%@h/db",
            "postgres://u:hunter2@h/db?no_such_parameter=hunter2", "postgres://u:hunter2@[h/db",
            "postgres://u:hunter2@h/db?schema=", "postgres://u:hunter2@h/db?schema=Hunter2",
            "postgres://u:hunter2@h/db?schema=2hunter2", "postgres://u:hunter2@h/db?schema=pg_hunter2",
            "postgres://u:hunter2@h/db?schema=a&schema=hunter2", "postgres://u:hunter2@h/db?pooler=hunter2",
            "postgres://u:hunter2@h/d\0b", "postgres://u:hunter2@h/db?schema=a;drop",
        ])
    func malformed(text: String) throws {
        let error = try #require(throws: PostgresOpeningError.self) { try PostgresURL(text) }
        #expect(error.code == .invalidURL)
        #expect(!error.message.lowercased().contains("hunter2"))
    }

    @Test(
        "Its description has the place, and never a password",
        arguments: [
            ("postgres://u:hunter2@h/db", "postgres://u@h/db", true),
            ("postgresql://h", "postgres://h/", false),
            ("postgres://u@h1:1,h2:2/db", "postgres://u@h1:1,h2:2/db", false),
            ("postgres://h1,h2/db?port=7&password=hunter2", "postgres://h1:7,h2:7/db", true),
            ("postgres:///db?host=/tmp/hunter&sslpassword=hunter2", "postgres:///tmp/hunter/db", true),
            ("postgres://u:hunter%32@h/db?schema=x&pooler=transaction&sslmode=require", "postgres://u@h/db", true),
        ])
    func description(text: String, shown: String, hasPassword: Bool) throws {
        let url = try PostgresURL(text)
        #expect(url.hasPassword == hasPassword)
        #expect("\(url)" == shown)
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped, "\(Mirror(reflecting: url).children.map(\.value))"] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test("Its own parameters are taken out, and the others go to libpq")
    func parameters() throws {
        let url = try PostgresURL(
            "postgres://h/db?sslmode=verify-full&schema=crm_1&pooler=transaction&connect_timeout=9")
        #expect(url.schema == "crm_1")
        #expect(url.isPooled)
        #expect(url.connectionString.contains("sslmode='verify-full'"))
        #expect(url.connectionString.contains("connect_timeout='9'"))
        #expect(url.connectionString.contains("target_session_attrs='read-write'"))
        let plain = try PostgresURL("postgres://h/db")
        #expect(plain.schema == "leadshark")
        #expect(!plain.isPooled)
    }

    @Test("A password with every kind of quote reaches libpq as it is")
    func quoting() throws {
        let url = try PostgresURL(#"postgres://u:a%27b%5Cc%20d@h/db"#)
        #expect(url.connectionString.contains(#"password='a\'b\\c d'"#))
    }

    @Test("What libpq says loses the password and what a server adds as its detail")
    func harmless() throws {
        let url = try PostgresURL("postgres://u:hunter2@h/db")
        let text = url.harmless("connection failed: hunter2 is wrong\nDETAIL:  the row is secret\n\u{1b}[31mline two\n")
        #expect(text == "connection failed: *** is wrong; \u{FFFD}[31mline two")
    }
}
#endif
