#if Server
/// Where the store is: `sqlite:PATH`.
struct StoreLocation: Hashable, Sendable, CustomStringConvertible {
    /// The path of the SQLite file.
    let path: String

    /// The store of somebody who has set nothing.
    static let defaultLocation = StoreLocation(path: "leadshark.sqlite")

    init(path: String) { self.path = path }

    /// Reads a location.
    ///
    /// - Throws: ``Malformed``.
    init(_ text: String) throws(Malformed) {
        guard let colon = text.firstIndex(of: ":") else { throw Malformed("names no kind of store; write sqlite:PATH") }
        guard text[..<colon] == "sqlite" else {
            throw Malformed("names \(Self.kind(text[..<colon])), which is not known; write sqlite:PATH")
        }
        let path = text[text.index(after: colon)...]
        guard !path.isEmpty else { throw Malformed("has no path; write sqlite:PATH") }
        guard path != ":memory:", !path.hasPrefix("file:"), !path.hasPrefix("//") else {
            throw Malformed("is not a plain path; write sqlite:PATH")
        }
        guard !path.utf8.contains(0) else { throw Malformed("holds a NUL byte") }
        self.path = String(path)
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

    /// The location as it is written.
    var description: String { "sqlite:\(path)" }
}

extension SettingsSource {
    /// The store's location.
    func store(flag: String?) throws -> Sourced<StoreLocation> {
        guard let setting = try text(.store, flag: flag) else {
            return Sourced(value: .defaultLocation, name: .store, origin: .defaultValue)
        }
        do throws(StoreLocation.Malformed) {
            let location = try StoreLocation(setting.value)
            return setting.map { _ in location }
        } catch {
            throw setting.refusal(error.reason)
        }
    }
}
#endif
