#if Server
#if Postgres
import LeadSharkPostgres
#endif

/// Where the store is: `sqlite:PATH`, or the URL of a PostgreSQL database.
enum StoreLocation: Hashable, Sendable, CustomStringConvertible {
    /// A file, by its path.
    case sqlite(path: String)
    #if Postgres
    /// A schema of a database.
    case postgres(PostgresURL)
    #endif

    /// The store of somebody who has set nothing.
    static let defaultLocation = StoreLocation.sqlite(path: "leadshark.sqlite")

    /// How a location is written, for messages.
    static let forms = "sqlite:PATH or postgres://USER@HOST/DATABASE"

    /// Reads a location.
    ///
    /// - Throws: ``Malformed``.
    init(_ text: String) throws(Malformed) {
        guard let colon = text.firstIndex(of: ":") else {
            throw Malformed("names no kind of store; write \(Self.forms)")
        }
        switch text[..<colon] {
        case "sqlite": self = .sqlite(path: try Self.path(text[text.index(after: colon)...]))
        case "postgres", "postgresql": self = try Self.database(text)
        default:
            throw Malformed("names \(Self.kind(text[..<colon])), which is not known; write \(Self.forms)")
        }
    }

    private static func path(_ path: Substring) throws(Malformed) -> String {
        guard !path.isEmpty else { throw Malformed("has no path; write sqlite:PATH") }
        guard path != ":memory:", !path.hasPrefix("file:"), !path.hasPrefix("//") else {
            throw Malformed("is not a plain path; write sqlite:PATH")
        }
        guard !path.utf8.contains(0) else { throw Malformed("holds a NUL byte") }
        return String(path)
    }

    private static func database(_ text: String) throws(Malformed) -> StoreLocation {
        #if Postgres
        do throws(PostgresOpeningError) {
            return .postgres(try PostgresURL(text))
        } catch {
            throw Malformed(error.message)
        }
        #else
        throw Malformed("names PostgreSQL, which this program was built without; build it with the trait Postgres")
        #endif
    }

    /// What stands before the colon, when it looks like a scheme. Nothing else of a value is shown: it may be a URL with
    /// a password in it.
    private static func kind(_ scheme: Substring) -> String {
        let isScheme =
            (1...20).contains(scheme.utf8.count)
            && scheme.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"):
                    true
                default: false
                }
            }
        return isScheme ? "the kind of store \(scheme)" : "a kind of store"
    }

    /// What is wrong with a location, as the rest of a sentence.
    struct Malformed: Error, Hashable {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// Whether several processes may use it at once.
    var isShared: Bool {
        if case .sqlite = self { return false }
        return true
    }

    /// Whether a password is written in it.
    var hasPassword: Bool {
        switch self {
        case .sqlite: false
        #if Postgres
        case .postgres(let url): url.hasPassword
        #endif
        }
    }

    /// The location as it is written, without a password.
    var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        #if Postgres
        case .postgres(let url): "\(url)"
        #endif
        }
    }
}

extension SettingsSource {
    /// The store's location.
    func store(flag: String?) throws -> Sourced<StoreLocation> {
        guard let setting = try text(.store, flag: flag) else {
            return Sourced(value: .defaultLocation, name: .store, origin: .defaultValue)
        }
        let location: StoreLocation
        do throws(StoreLocation.Malformed) {
            location = try StoreLocation(setting.value)
        } catch {
            throw setting.refusal(error.reason)
        }
        if setting.origin == .flag, location.hasPassword {
            throw setting.refusal(
                "holds a password, which every user of this machine can see on a command line; put the URL into "
                    + "\(SettingName.store.variable), in the environment or in .env, or the password into a file that "
                    + "PGPASSFILE names")
        }
        return setting.map { _ in location }
    }
}
#endif
