#if Postgres
import Foundation
import InMemoryLogging
import LeadSharkDelivery
import LeadSharkStoreConformance
@testable import LeadSharkPostgres
import Logging
import Testing
import TestPostgres

extension PostgresTests {
    @Suite struct PostgresOpeningTests {
        private func url(_ schema: String = PostgresCluster.makeSchema(), _ parameters: String = "") async throws
            -> PostgresURL
        {
            try PostgresURL(try await PostgresCluster.shared().url(schema: schema, parameters))
        }

        /// Opens a store that is expected not to open.
        private func refusal(
            _ url: PostgresURL, existing: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws -> PostgresOpeningError {
            try await #require(throws: PostgresOpeningError.self, sourceLocation: sourceLocation) {
                let configuration = PostgresDeliveryStore.Configuration(url: url)
                _ =
                    existing
                    ? try await PostgresDeliveryStore.openExisting(configuration, logger: .silent)
                    : try await PostgresDeliveryStore.open(configuration, logger: .silent)
            }
        }

        @Test("A wrong password, a user that is none and a server that is none are told without the password")
        func unreachable() async throws {
            let cluster = try await PostgresCluster.shared()
            let closed = try await PostgresCluster()
            let port = closed.port
            for text in [
                "postgres://leadshark:hunter2@127.0.0.1:\(cluster.port)/postgres",
                "postgres://nobody:hunter2@127.0.0.1:\(cluster.port)/postgres",
                "postgres://leadshark:hunter2@127.0.0.1:1/postgres",
                "postgres://leadshark:hunter2@/postgres?host=/nowhere",
                "postgres://leadshark:\(PostgresCluster.encodedPassword)@127.0.0.1:\(port)/none",
                "postgres://leadshark:\(PostgresCluster.encodedPassword)@127.0.0.1:\(port)/postgres?sslmode=require",
            ] {
                let error = try await refusal(try PostgresURL(text))
                #expect(error.code == .unreachable, "\(error)")
                #expect(!error.message.contains("hunter2") && !error.message.contains(PostgresCluster.password))
            }
        }

        @Test("A server that can only be read is told as such")
        func readOnly() async throws {
            let error = try await refusal(url("x", "&options=-cdefault_transaction_read_only%3Don"))
            #expect(error.code == .readOnly, "\(error)")
            let any = try await refusal(
                url("x", "&options=-cdefault_transaction_read_only%3Don&target_session_attrs=any"))
            #expect(any.code == .readOnly, "\(any)")
        }

        @Test("Twelve that start at once make one store")
        func concurrentMigrations() async throws {
            let url = try await url()
            let stores = try await withThrowingTaskGroup(of: PostgresDeliveryStore.self) { group in
                for _ in 0..<12 { group.addTask { try await .open(.init(url: url), logger: .silent) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (number, store) in stores.enumerated() {
                #expect(try await store.store(.fixture(number)).count == 1)
            }
            #expect(try await stores[0].counts() == ["crm": [.ready: 12]])
            for store in stores { try await store.close() }
            #expect(try Database(url).number("SELECT count(*) FROM \(url.schema).version") == 1)
        }

        @Test("A store of each earlier version is brought up to date by a receiver, and refused by a command")
        func olderVersions() async throws {
            for version in 1..<Schema.migrations.count {
                let url = try await url()
                try Schema(name: url.schema).migrate(in: Database(url).sessionForSchema, upTo: version)
                #expect(try await refusal(url, existing: true).code == .olderSchema)
                let store = try await PostgresDeliveryStore.open(.init(url: url), logger: .silent)
                #expect(try await store.store(.fixture(1)).count == 1)
                try await store.close()
            }
        }

        @Test("A store that is not there, one of a later version and another program's tables are refused, untouched")
        func refusals() async throws {
            let missing = try await url()
            #expect(try await refusal(missing, existing: true).code == .notFound)
            let database = try Database(missing)
            #expect(try database.number("SELECT count(*) FROM pg_namespace WHERE nspname = '\(missing.schema)'") == 0)

            let later = try await url()
            try await PostgresDeliveryStore.open(.init(url: later), logger: .silent).close()
            try database.run("UPDATE \(later.schema).version SET version = version + 1")
            #expect(try await refusal(later).code == .newerSchema)
            #expect(try await refusal(later, existing: true).code == .newerSchema)

            for table in ["shop (id int)", "version (version int)", "version (program text, version int)"] {
                let foreign = try await url()
                try database.run("CREATE SCHEMA \(foreign.schema); CREATE TABLE \(foreign.schema).\(table)")
                #expect(try await refusal(foreign).code == .foreignSchema, "\(table)")
                #expect(
                    try database.number(
                        "SELECT count(*) FROM pg_tables WHERE schemaname = '\(foreign.schema)'") == 1)
            }
        }

        @Test("A user who may make no schema is told what an administrator has to do, and then gets along")
        func permissions() async throws {
            let cluster = try await PostgresCluster.shared()
            let schema = PostgresCluster.makeSchema()
            let database = try Database(try await url())
            try database.run(
                "CREATE USER u_\(schema) PASSWORD 'hunter2'; REVOKE CREATE ON DATABASE postgres FROM public")
            let url = try PostgresURL(
                "postgres://u_\(schema):hunter2@127.0.0.1:\(cluster.port)/postgres?schema=\(schema)")
            let error = try await refusal(url)
            #expect(error.code == .notPermitted)
            #expect(error.message.contains("CREATE SCHEMA \(schema) AUTHORIZATION"))
            try database.run("CREATE SCHEMA \(schema) AUTHORIZATION u_\(schema)")
            let store = try await PostgresDeliveryStore.open(.init(url: url), logger: .silent)
            #expect(try await store.store(.fixture(1)).count == 1)
            try await store.close()
        }

        @Test("Commits are durable, whatever the user or the pooler's session is set to", arguments: ["off", "local"])
        func synchronousCommit(setting: String) async throws {
            let url = try await url(PostgresCluster.makeSchema(), "&options=-csynchronous_commit%3D\(setting)")
            let connection = try Connection(url, preparesStatements: false)
            let session = Session(connection: connection, deadline: .now + .seconds(60))
            #expect(try session.execute(Statement(nil, "SHOW synchronous_commit")).text(0, 0) == setting)
            let store = try await PostgresDeliveryStore.open(.init(url: url), logger: .silent)
            for call in [
                "lease('crm', 0, 1, 1, 'alone', '', false)", "check_health()",
                "settle('{}', '{}', '{}', '{}', '{}', '{}', false)",
                "enqueue('', false, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 4, 4)",
            ] {
                try session.run("BEGIN")
                _ = try session.execute(Statement(nil, "SELECT count(*) FROM \(url.schema).\(call)"))
                #expect(try session.execute(Statement(nil, "SHOW synchronous_commit")).text(0, 0) == "on", "\(call)")
                try session.run("ROLLBACK")
            }
            try SessionSettings.apply(to: connection, statementTimeout: .seconds(1), by: .now + .seconds(60))
            #expect(try session.execute(Statement(nil, "SHOW synchronous_commit")).text(0, 0) == "on")
            try await store.close()
        }

        @Test("A server that may lose what it has committed is warned of, and used")
        func unsafeServer() async throws {
            let cluster = try await PostgresCluster()
            let url = try PostgresURL(cluster.url(schema: "leadshark"))
            try Database(url).run("ALTER SYSTEM SET fsync = off")
            try Database(url).run("ALTER SYSTEM SET full_page_writes = off")
            try await cluster.restart()
            let handler = InMemoryLogHandler()
            let store = try await PostgresDeliveryStore.open(
                .init(url: url), logger: Logger(label: "test") { _ in handler })
            try await store.close()
            #expect(
                handler.entries.compactMap { $0.metadata["setting"]?.description } == ["fsync", "full_page_writes"])
            #expect(handler.entries.allSatisfy { $0.level == .warning })
        }

        @Test("A database in another encoding is refused")
        func encoding() async throws {
            let cluster = try await PostgresCluster()
            try Database(try PostgresURL(cluster.url(schema: "x"))).run(
                "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
            let url = try PostgresURL(
                "postgres://leadshark:\(PostgresCluster.encodedPassword)@127.0.0.1:\(cluster.port)/latin")
            #expect(try await refusal(url).code == .unsuitableServer)
        }
    }
}
#endif
