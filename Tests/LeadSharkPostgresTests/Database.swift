#if Postgres
import Foundation
@testable import LeadSharkPostgres
import TestPostgres

/// A connection of a test's own, beside the store's.
struct Database {
    private let session: Session

    init(_ url: PostgresURL) throws {
        session = Session(
            connection: try Connection(url, preparesStatements: false), deadline: ContinuousClock.now + .seconds(300))
    }

    /// Runs statements without parameters.
    func run(_ sql: String) throws { try session.run(sql) }

    /// The rows of a statement whose columns are text.
    func texts(_ sql: String) throws -> [String] {
        try session.execute(Statement(nil, sql)).map { try $0.text($1, 0) }
    }

    /// The number that a statement gives.
    func number(_ sql: String) throws -> Int {
        Int(try session.execute(Statement(nil, sql)).integer(0, 0))
    }

    var sessionForSchema: Session { session }
}

/// Waits until something that another thread or process does has come about.
func until(_ what: String, _ isMet: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(180)
    while try await !isMet() {
        guard clock.now < end else { throw WaitedInVain(description: "waited in vain until \(what)") }
        try await clock.sleep(for: .milliseconds(10))
    }
}

struct WaitedInVain: Error, CustomStringConvertible {
    let description: String
}
#endif
