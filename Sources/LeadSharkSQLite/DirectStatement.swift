#if Server
import GRDB
import GRDBSQLite

/// A prepared statement of the paths that every event takes, bound and read column by column.
///
/// GRDB makes a value for each argument and each column, which costs these paths as much as SQLite does. It still prepares the
/// statement, keeps it, and begins and ends the transaction. Text is bound and read with its length, so a NUL is a character like
/// others.
struct DirectStatement {
    private let statement: Statement
    private var handle: OpaquePointer { statement.sqliteStatement }

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
    }

    // MARK: Binding

    func bind(_ index: Int32, _ value: Int64?) throws {
        guard let value else { return try bindNull(index) }
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ index: Int32, text: String?) throws {
        guard var text else { return try bindNull(index) }
        // An empty text may have no address, and would be NULL.
        try text.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) { characters in
                let (start, count) = (characters.baseAddress, characters.count)
                let code =
                    if let start {
                        sqlite3_bind_text64(handle, index, start, UInt64(count), Self.copied, UInt8(SQLITE_UTF8))
                    } else {
                        sqlite3_bind_text(handle, index, "", 0, Self.copied)
                    }
                try check(code)
            }
        }
    }

    func bind(_ index: Int32, bytes: [UInt8]?) throws {
        guard let bytes else { return try bindNull(index) }
        if bytes.isEmpty { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try bytes.withUnsafeBytes {
            try check(sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), Self.copied))
        }
    }

    private func bindNull(_ index: Int32) throws { try check(sqlite3_bind_null(handle, index)) }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw lastError }
    }

    private var lastError: DatabaseError {
        let connection = sqlite3_db_handle(handle)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: String(cString: sqlite3_errmsg(connection)))
    }

    // MARK: Running

    /// Runs a statement that gives no rows.
    ///
    /// - Returns: How many rows it changed.
    @discardableResult
    func run() throws -> Int {
        defer { reset() }
        while try step() {}
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    /// The first row, if there is one.
    func first<Result>(_ read: (Columns) throws -> Result) throws -> Result? {
        defer { reset() }
        return try step() ? read(Columns(handle: handle)) : nil
    }

    /// All rows.
    func all<Result>(_ read: (Columns) throws -> Result) throws -> [Result] {
        defer { reset() }
        var results: [Result] = []
        while try step() { results.append(try read(Columns(handle: handle))) }
        return results
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw lastError
        }
    }

    private func reset() {
        // What failed was told by the step.
        _ = sqlite3_reset(handle)
        _ = sqlite3_clear_bindings(handle)
    }

    /// Has SQLite copy what is bound.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    // MARK: Reading

    /// The columns of the row at hand.
    struct Columns {
        fileprivate let handle: OpaquePointer

        func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

        func integer(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }

        func optionalInteger(_ index: Int32) -> Int64? { isNull(index) ? nil : integer(index) }

        func text(_ index: Int32) -> String? {
            guard let start = sqlite3_column_text(handle, index) else { return nil }
            let count = Int(sqlite3_column_bytes(handle, index))
            return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        }

        func bytes(_ index: Int32) -> [UInt8] {
            guard let start = sqlite3_column_blob(handle, index) else { return [] }
            let count = Int(sqlite3_column_bytes(handle, index))
            return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
        }
    }
}
#endif
