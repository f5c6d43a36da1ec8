#if Postgres
import LeadSharkDelivery

/// What each session is set to. With a pooler in transaction mode nothing can be: there the functions of the schema see to
/// what must be, and the rest is left to the server's own settings.
enum SessionSettings {
    /// A commit is on the disk when it returns with any of these.
    static let durableCommits: Set<String> = ["on", "remote_apply", "remote_write"]

    private static let statement = Statement(
        nil,
        """
        SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
          set_config('idle_in_transaction_session_timeout', $1, false),
          set_config('default_transaction_isolation', 'read committed', false),
          set_config('default_transaction_deferrable', 'off', false),
          set_config('search_path', 'pg_catalog', false),
          set_config('synchronous_commit',
            CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'on'
              ELSE current_setting('synchronous_commit') END, false)
        """)

    /// Sets a session up, and makes sure that its commits are durable.
    static func apply(
        to connection: Connection, statementTimeout: Duration, by deadline: ContinuousClock.Instant
    ) throws(ConnectionFailure) {
        let milliseconds = max(statementTimeout.inMicroseconds / 1000, 1)
        let result = try connection.execute(
            statement,
            Parameters {
                $0.add(String(milliseconds))
                $0.add(String(max(milliseconds * 4 / 5, 1)))
            }, by: deadline)
        guard let commits = try? result.text(0, 6), durableCommits.contains(commits) else {
            throw .unreachable("its commits are not safe from a loss of power (synchronous_commit)")
        }
    }
}
#endif
