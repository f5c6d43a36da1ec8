#if Postgres
import CLibpq
import Glibc

/// A connection to the server. It belongs to one thread, which it blocks, but never beyond the deadline that it is given.
@safe final class Connection {
    private let handle: OpaquePointer
    private let preparesStatements: Bool
    private var prepared: Set<String> = []

    /// Connects. Gives up on each host after the URL's `connect_timeout`.
    ///
    /// - Throws: ``ConnectionFailure/unreachable(_:)``.
    init(_ target: PostgresURL, preparesStatements: Bool) throws(ConnectionFailure) {
        guard let handle = unsafe PQconnectdb(target.connectionString) else {
            throw .unreachable("there is no memory left")
        }
        unsafe self.handle = handle
        self.preparesStatements = preparesStatements
        // By default libpq writes the server's notices to standard error.
        unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
        guard unsafe PQstatus(handle) == CONNECTION_OK, unsafe PQsetnonblocking(handle, 1) == 0 else {
            throw .unreachable(target.harmless(unsafe String(cString: PQerrorMessage(handle))))
        }
    }

    deinit { unsafe PQfinish(handle) }

    /// The server's version, as 150018.
    var serverVersion: Int { unsafe Int(PQserverVersion(handle)) }

    /// Whether no transaction is open, and none has failed and waits for its end.
    var isIdle: Bool { unsafe PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// The descriptor, to wait at.
    var socket: Int32 { unsafe PQsocket(handle) }

    /// Runs one statement, which is a transaction of its own unless one is open.
    func execute(
        _ statement: Statement, _ parameters: Parameters = .none, by deadline: ContinuousClock.Instant
    ) throws(ConnectionFailure) -> QueryResult {
        guard preparesStatements, let name = statement.name else {
            try unsafe send { connection in
                unsafe Self.withPointers(parameters) { count, types, values, lengths, formats in
                    unsafe PQsendQueryParams(
                        connection, statement.sql, count, types, values, lengths, formats, 1)
                }
            }
            return try answer(by: deadline, isAmbiguous: true)
        }
        if !prepared.contains(name) {
            try unsafe send { connection in
                unsafe Self.withPointers(parameters) { count, types, _, _, _ in
                    unsafe PQsendPrepare(connection, name, statement.sql, count, types)
                }
            }
            _ = try answer(by: deadline, isAmbiguous: false)
            prepared.insert(name)
        }
        try unsafe send { connection in
            unsafe Self.withPointers(parameters) { count, _, values, lengths, formats in
                unsafe PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
            }
        }
        return try answer(by: deadline, isAmbiguous: true)
    }

    /// Runs a text of several statements without parameters.
    func run(_ sql: String, by deadline: ContinuousClock.Instant) throws(ConnectionFailure) {
        try unsafe send { unsafe PQsendQuery($0, sql) }
        _ = try answer(by: deadline, isAmbiguous: true)
    }

    /// Takes in what has arrived.
    ///
    /// - Returns: Whether notifications were among it that did not come from this connection.
    func takeNotifications() throws(ConnectionFailure) -> Bool {
        guard unsafe PQconsumeInput(handle) == 1 else { throw .lost(isAmbiguous: false) }
        let own = unsafe PQbackendPID(handle)
        var isAny = false
        while let notification = unsafe PQnotifies(handle) {
            if unsafe notification.pointee.be_pid != own { isAny = true }
            unsafe PQfreemem(notification)
        }
        return isAny
    }

    private func send(_ body: (OpaquePointer) -> Int32) throws(ConnectionFailure) {
        guard unsafe body(handle) == 1 else { throw .lost(isAmbiguous: false) }
    }

    /// Waits for the answer. After a deadline or a loss the connection is of no use any more.
    private func answer(
        by deadline: ContinuousClock.Instant, isAmbiguous: Bool
    ) throws(ConnectionFailure) -> QueryResult {
        let lost = ConnectionFailure.lost(isAmbiguous: isAmbiguous)
        while true {
            let flushed = unsafe PQflush(handle)
            if flushed == 0 { break }
            guard flushed == 1 else { throw lost }
            guard let events = SocketWait.wait(at: socket, for: POLLIN | POLLOUT, by: deadline) else { throw lost }
            if events & Int32(POLLIN) != 0 {
                guard unsafe PQconsumeInput(handle) == 1 else { throw lost }
            }
        }
        var last: QueryResult?
        var refusal: String?
        while true {
            while unsafe PQisBusy(handle) == 1 {
                guard SocketWait.wait(at: socket, for: POLLIN, by: deadline) != nil else { throw lost }
                guard unsafe PQconsumeInput(handle) == 1 else { throw lost }
            }
            guard let next = unsafe PQgetResult(handle) else { break }
            let result = unsafe QueryResult(owning: next)
            if !result.isSuccess, refusal == nil { refusal = result.errorState }
            last = consume result
        }
        // A backend that is ended says so before it hangs up, and may have committed before.
        guard unsafe PQstatus(handle) == CONNECTION_OK else { throw lost }
        if let refusal { throw .refused(state: refusal) }
        guard let last = consume last else { throw lost }
        return last
    }

    /// Lends the parameters as libpq takes them.
    private static func withPointers(
        _ parameters: Parameters,
        _ body: (
            Int32, UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Int32
    ) -> Int32 {
        let entries = parameters.entries
        let lengths = entries.map { Int32($0.range?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: entries.count)
        return unsafe parameters.buffer.withUnsafeBytes { buffer in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            // An empty value has a place too: without one it would be NULL.
            return unsafe [0 as CChar].withUnsafeBufferPointer { nothing in
                let values: [UnsafePointer<CChar>?] = unsafe entries.map { entry in
                    guard let range = entry.range else { return nil }
                    return unsafe start.map { unsafe $0 + range.lowerBound } ?? nothing.baseAddress
                }
                return unsafe body(Int32(entries.count), entries.map(\.type), values, lengths, formats)
            }
        }
    }
}
#endif
