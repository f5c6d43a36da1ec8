#if Postgres
/// A statement of this program.
struct Statement: Sendable {
    /// Under which name a connection prepares it; `nil` for one that is made for the occasion.
    let name: String?
    let sql: String

    init(_ name: String? = nil, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}
#endif
