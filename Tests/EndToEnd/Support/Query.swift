#if Postgres
extension TemporaryFolder {
    /// What statements give in a database, by `psql`: a line for each row. `nil` when it cannot be asked, or refuses.
    func query(_ database: String, _ statements: String...) async throws -> [String]? {
        let psql = try Program(
            "psql",
            [String(database.prefix { $0 != "?" }), "-qAtX", "-v", "ON_ERROR_STOP=1"]
                + statements.flatMap { ["-c", $0] }, in: self)
        guard try await psql.status() == 0 else { return nil }
        return psql.standardOutput.split(separator: "\n").map(String.init)
    }
}
#endif
