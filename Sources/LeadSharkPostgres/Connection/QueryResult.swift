#if Postgres
import CLibpq
import LeadSharkDelivery

/// What the server answered to one statement, its values in binary form.
///
/// A value that is not as this program's statements give it is reported as damage.
@safe struct QueryResult: ~Copyable {
    private let handle: OpaquePointer

    /// Takes over what libpq made.
    init(owning handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe PQclear(handle) }

    /// Whether the statement did its work.
    var isSuccess: Bool {
        switch unsafe PQresultStatus(handle) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: true
        default: false
        }
    }

    /// The SQLSTATE of an error; five question marks when the server gave none. Nothing else of an error is ever read: its
    /// texts may hold what is in a row.
    var errorState: String {
        guard let text = unsafe PQresultErrorField(handle, Int32(UInt8(ascii: "C"))) else { return "?????" }
        let state = unsafe String(cString: text)
        let isState =
            state.utf8.count == 5
            && state.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            }
        return isState ? state : "?????"
    }

    var rowCount: Int { unsafe Int(PQntuples(handle)) }

    private var columnCount: Int { unsafe Int(PQnfields(handle)) }

    /// The bytes of a value; `nil` for NULL.
    func optionalBytes(_ row: Int, _ column: Int) throws -> [UInt8]? {
        guard row < rowCount, column < columnCount else { throw Self.damage }
        if unsafe PQgetisnull(handle, Int32(row), Int32(column)) == 1 { return nil }
        let count = unsafe Int(PQgetlength(handle, Int32(row), Int32(column)))
        guard let start = unsafe PQgetvalue(handle, Int32(row), Int32(column)), count >= 0 else { throw Self.damage }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    func bytes(_ row: Int, _ column: Int) throws -> [UInt8] {
        guard let bytes = try optionalBytes(row, column) else { throw Self.damage }
        return bytes
    }

    func optionalText(_ row: Int, _ column: Int) throws -> String? {
        try optionalBytes(row, column).map { String(decoding: $0, as: UTF8.self) }
    }

    func text(_ row: Int, _ column: Int) throws -> String {
        String(decoding: try bytes(row, column), as: UTF8.self)
    }

    /// An integer of two, four or eight bytes.
    func optionalInteger(_ row: Int, _ column: Int) throws -> Int64? {
        guard let bytes = try optionalBytes(row, column) else { return nil }
        guard [2, 4, 8].contains(bytes.count), let first = bytes.first else { throw Self.damage }
        return bytes.dropFirst().reduce(Int64(Int8(bitPattern: first))) { $0 << 8 | Int64($1) }
    }

    func integer(_ row: Int, _ column: Int) throws -> Int64 {
        guard let integer = try optionalInteger(row, column) else { throw Self.damage }
        return integer
    }

    func boolean(_ row: Int, _ column: Int) throws -> Bool {
        let bytes = try bytes(row, column)
        guard bytes.count == 1 else { throw Self.damage }
        return bytes[0] != 0
    }

    /// Reads every row.
    func map<Value>(_ body: (borrowing QueryResult, Int) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(rowCount)
        for row in 0..<rowCount { values.append(try body(self, row)) }
        return values
    }

    static var damage: DeliveryStoreError {
        DeliveryStoreError(.corrupt, message: "a row of the database is not as this program writes it")
    }
}
#endif
