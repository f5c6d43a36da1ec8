#if Server
public import LeadSharkDelivery
public import Testing

/// What every ``/LeadSharkDelivery/DeliveryStore`` has to do, as checks that any store can run: the ones of this package do.
///
/// Each check makes a store of its own, uses it and closes it. It moves time by `advanceClock(by:)` and never waits. What it
/// finds wrong are issues of the test that runs it, so its name and the line that says what was expected are in the report.
///
/// ```swift
/// import LeadSharkDelivery
/// import LeadSharkStoreConformance
/// import Testing
///
/// struct MyStoreTests {
///     @Test("My store does what a store has to do", arguments: StoreConformance.checks)
///     func conforms(to check: StoreConformance.Check) async throws {
///         try await check.run { InMemoryDeliveryStore() }  // an empty store of yours
///     }
/// }
/// ```
///
/// A store that outlives its process runs ``durableChecks`` besides. They open the same store several times in turn:
///
/// ```swift
/// import Foundation
/// import LeadSharkSQLite
/// import LeadSharkStoreConformance
/// import Testing
///
/// struct MyDurableStoreTests {
///     @Test("What is in my store stays there", arguments: StoreConformance.durableChecks)
///     func conforms(to check: StoreConformance.Check) async throws {
///         let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
///         try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
///         defer { try? FileManager.default.removeItem(at: folder) }
///         let path = folder.appending(path: "leads.db").path(percentEncoded: false)
///         try await check.run { try await SQLiteDeliveryStore.open(path: path) }
///     }
/// }
/// ```
///
/// The checks cannot tell whether a commit survives the loss of power, nor what a full disk or a lost connection does.
/// That is left to tests of the store's own.
public enum StoreConformance {
    /// Opens the store under test: the first call of a check an empty one, each later call what was left by the last,
    /// which is closed by then.
    public typealias Open = @Sendable () async throws -> any ClockAdjustableStore

    /// One thing that a store has to do.
    public struct Check: Sendable, CustomTestStringConvertible {
        /// What it is, as a sentence.
        public let name: String
        private let body: @Sendable (Open) async throws -> Void

        /// Runs the check within a test. What is wrong is recorded as issues of that test.
        ///
        /// - Throws: What the store throws where it should not, and what a check cannot go on after.
        public func run(_ open: @escaping Open) async throws {
            try await body(open)
        }

        /// The name.
        public var testDescription: String { name }

        /// A check of one store, which is closed afterwards.
        init(_ name: String, _ body: @escaping @Sendable (any ClockAdjustableStore) async throws -> Void) {
            self.init(durable: name) { open in
                let store = try await open()
                do {
                    try await body(store)
                } catch {
                    try? await store.close()
                    throw error
                }
                try await store.close()
            }
        }

        /// A check that opens the store more than once.
        init(durable name: String, _ body: @escaping @Sendable (Open) async throws -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// What every store has to do.
    public static let checks: [Check] =
        enqueuingChecks + leasingChecks + laneChecks + operatorChecks + queryChecks + retentionChecks
        + concurrencyChecks
        + (1...8).map { schedule(seed: $0) }

    /// What a store has to do besides that outlives its process.
    public static let durableChecks: [Check] = reopeningChecks

    /// Random calls, compared with a model of a store after each: states, leases, lanes, fencing, retention.
    ///
    /// ``checks`` holds a few; others, and longer ones, are for a test that runs for a while.
    ///
    /// - Parameters:
    ///   - seed: The same seed gives the same calls. It is in the check's name, and in every issue.
    ///   - steps: How many calls.
    public static func schedule(seed: UInt64, steps: Int = 300) -> Check {
        Check("Random calls do what they do to the model (seed \(seed), \(steps) steps)") { store in
            var schedule = RandomSchedule(store: store, seed: seed)
            try await schedule.run(steps: steps)
        }
    }
}
#endif
