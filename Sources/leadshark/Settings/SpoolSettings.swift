#if Server
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeadSharkDelivery
import LeadSharkSQLite

/// Where events wait while the store cannot take them, and how many bytes of them.
struct SpoolSettings {
    let path: Sourced<String>
    let options: SQLiteSpool.Options

    /// Whether the spool is on the file system of a store in a file, so that it has no room when that has none.
    func isOnDisk(of store: StoreLocation, in context: Context) -> Bool {
        guard let file = store.filePath(in: context), let own = Self.device(context.path(path.value)) else {
            return false
        }
        return own == Self.device(file)
    }

    /// The file system of a file, or of the directory in which it is to be.
    private static func device(_ path: String) -> UInt64? {
        (FileStatus(path: path) ?? FileStatus(path: directory(of: path)))?.device
    }

    static func isSame(_ path: String, _ other: String) -> Bool {
        if let first = FileStatus(path: path), let second = FileStatus(path: other) {
            return first.device == second.device && first.number == second.number
        }
        return resolved(path) == resolved(other)
    }

    /// A path whose directory has no symbolic links in it.
    private static func resolved(_ path: String) -> String {
        let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
        guard let directory = realpath(directory(of: path), nil) else { return path }
        defer { free(directory) }
        return String(cString: directory) + "/" + name
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }
}

extension SettingsSource {
    /// The spool, if one is set.
    ///
    /// - Parameters:
    ///   - minimumFreeSpace: The flag of the store's, which is the spool's too.
    ///   - store: The store, which has to be another file.
    func spool(
        flag: String?, limit: String? = nil, minimumFreeSpace: String? = nil, besides store: StoreLocation,
        in context: Context
    ) throws(CommandError) -> SpoolSettings? {
        var options = SQLiteSpool.Options()
        options.minimumFreeByteCount = try storeOptions(minimumFreeSpace: minimumFreeSpace).minimumFreeByteCount
        let limit = try text(.spoolLimit, flag: limit)
        if let limit {
            guard let byteCount = Self.byteCount(limit.value), byteCount >= SQLiteSpool.leastByteCount else {
                throw limit.refusal("is no size such as 64M or 2G, of 1M at least")
            }
            options.maximumByteCount = byteCount
        }
        guard let path = try text(.spool, flag: flag) else {
            if let limit, limit.origin == .flag {
                throw limit.refusal("is the size of a spool, but none is set; set \(SettingName.spool.variable) too")
            }
            return nil
        }
        guard !path.value.contains("://"), !path.value.hasPrefix("sqlite:"), !path.value.hasPrefix("file:"),
            path.value != ":memory:", !path.value.utf8.contains(0)
        else { throw path.refusal("is no plain path; the spool is always a file") }
        if let file = store.filePath(in: context), SpoolSettings.isSame(context.path(path.value), file) {
            throw path.refusal("names the store's own file; name another, best on another disk")
        }
        return SpoolSettings(path: path, options: options)
    }
}
#endif
