#if Postgres
import CLibpq
import LeadSharkDelivery

/// Where a PostgreSQL database is, as `postgres://user@host/database?sslmode=verify-full`.
///
/// It is read as libpq reads it: several hosts by commas, TLS and all else by parameters, and what is not said by the
/// variables `PGHOST`, `PGPASSWORD`, `PGPASSFILE` and so on. Two parameters are this package's own:
/// `schema=NAME`, by default `leadshark`, and `pooler=transaction` for a pooler in transaction mode between here and the
/// server, with which nothing is prepared and nobody listens for notifications.
///
/// Its descriptions never show a password.
public struct PostgresURL: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The schema that holds the tables.
    public let schema: String
    /// Whether there is a pooler in transaction mode in between.
    public let isPooled: Bool
    /// Whether a password is written in it, or another secret.
    public let hasPassword: Bool

    private let settings: [String: String]

    /// The settings that nobody may see.
    private static let secretSettings = ["password", "sslpassword"]

    /// What holds unless the URL says otherwise. A dead server is noticed in seconds, not by the system's patience.
    private static let defaults = [
        "fallback_application_name": "leadshark", "connect_timeout": "5", "keepalives_idle": "10",
        "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "10000",
        "target_session_attrs": "read-write", "client_encoding": "UTF8",
    ]

    /// Reads a URL.
    ///
    /// - Throws: ``PostgresOpeningError`` with the code `invalidURL`, which shows nothing of it.
    public init(_ text: String) throws(PostgresOpeningError) {
        guard Self.isURL(text) else { throw Self.invalid("does not begin with postgres://") }
        guard !text.utf8.contains(0) else { throw Self.invalid("holds a NUL byte") }
        let (rest, schema, pooler) = try Self.takeOwnParameters(text)
        guard let schema = Self.checked(schema: schema ?? "leadshark") else {
            throw Self.invalid("names a schema that is none: 1 to 40 characters out of a-z, 0-9 and _, no digit first")
        }
        switch pooler {
        case nil: isPooled = false
        case "transaction": isPooled = true
        default: throw Self.invalid("has a pooler that is not known: the one that is, is pooler=transaction")
        }
        guard let settings = Self.parse(rest) else {
            throw Self.invalid(
                "is not as PostgreSQL's URLs are; one looks like postgres://user@host:5432/database, and what is special "
                    + "in a name or a password is written as %40")
        }
        let ports = (settings["port"] ?? "").split(separator: ",").map { UInt16($0) }
        guard !ports.contains(where: { ($0 ?? 0) == 0 }) else { throw Self.invalid("names a port that is none") }
        self.schema = schema
        self.settings = settings
        hasPassword = Self.secretSettings.contains { settings[$0] != nil }
    }

    /// Whether a text means to be such a URL.
    public static func isURL(_ text: String) -> Bool {
        ["postgres://", "postgresql://"].contains { text.hasPrefix($0) }
    }

    /// The settings as libpq takes them.
    var connectionString: String {
        Self.defaults.merging(settings) { $1 }.sorted { $0.key < $1.key }
            .map { "\($0.key)='\($0.value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'" }
            .joined(separator: " ")
    }

    /// What libpq says about a connection, cut to a line that holds nothing secret: neither the password nor what a server
    /// adds as its detail.
    func harmless(_ message: String) -> String {
        var lines = message.split(whereSeparator: \.isNewline).filter { line in
            !["DETAIL:", "HINT:", "CONTEXT:", "LOCATION:"].contains { line.hasPrefix($0) }
        }.map { String($0.drop(while: \.isWhitespace)) }
        for secret in Self.secretSettings.compactMap({ settings[$0] }) where !secret.isEmpty {
            lines = lines.map { $0.replacing(secret, with: "***") }
        }
        return DeliveryReason.bounded(lines.joined(separator: "; "))
    }

    /// The URL without what is secret, and without parameters.
    public var description: String {
        let hosts = (settings["host"] ?? settings["hostaddr"] ?? "").split(
            separator: ",", omittingEmptySubsequences: false)
        let ports = (settings["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let places = hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : ""
            return host + (port.isEmpty ? "" : ":\(port)")
        }
        let user = settings["user"].map { "\($0)@" } ?? ""
        return "postgres://\(user)\(places.joined(separator: ","))/\(settings["dbname"] ?? "")"
    }

    /// As ``description``.
    public var debugDescription: String { description }

    /// Shows nothing more than ``description``.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }

    static func checked(schema: String) -> String? {
        guard (1...40).contains(schema.utf8.count),
            schema.utf8.allSatisfy({
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }), schema.first?.isNumber == false, !schema.hasPrefix("pg_")
        else { return nil }
        return schema
    }

    private static func invalid(_ reason: String) -> PostgresOpeningError {
        PostgresOpeningError(.invalidURL, message: reason)
    }

    /// Takes our own parameters out of the query, which libpq would refuse.
    private static func takeOwnParameters(
        _ text: String
    ) throws(PostgresOpeningError) -> (rest: String, schema: String?, pooler: String?) {
        guard let mark = text.firstIndex(of: "?") else { return (text, nil, nil) }
        var own: [Substring: String] = [:]
        var others: [Substring] = []
        for parameter in text[text.index(after: mark)...].split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == "schema" || parts[0] == "pooler" else {
                others.append(parameter)
                continue
            }
            guard own.updateValue(String(parts[1]), forKey: parts[0]) == nil else {
                throw invalid("names the \(parts[0]) twice")
            }
        }
        let rest = text[..<mark] + (others.isEmpty ? "" : "?" + others.joined(separator: "&"))
        return (String(rest), own["schema"], own["pooler"])
    }

    /// What libpq reads in it; `nil` when it does not understand, for reasons that show the password.
    private static func parse(_ text: String) -> [String: String]? {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = unsafe PQconninfoParse(text, &message) else {
            if let message = unsafe message { unsafe PQfreemem(message) }
            return nil
        }
        defer { unsafe PQconninfoFree(options) }
        var settings: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe settings[String(cString: keyword)] = String(cString: value)
            }
            unsafe option += 1
        }
        return settings
    }
}
#endif
