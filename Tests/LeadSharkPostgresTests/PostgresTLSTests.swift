#if Postgres
import LeadSharkDelivery
@testable import LeadSharkPostgres
import LeadSharkStoreConformance
import Testing
import TestPostgres

extension PostgresTests {
    /// Connections with TLS, as the URL asks for it.
    @Suite struct PostgresTLSTests {
        private static let host = "db.example"
        private static let server = Task {
            let certificates = try TestCertificates(for: host)
            return (certificates, try await PostgresCluster(certificates: certificates))
        }

        /// A URL of the server by a name, which is not looked up.
        private func url(
            _ cluster: PostgresCluster, as host: String = host, _ mode: String, authority: String? = nil,
            _ more: String = ""
        ) throws -> PostgresURL {
            try PostgresURL(
                cluster.url(
                    schema: PostgresCluster.makeSchema(), host: host, port: cluster.port,
                    "&hostaddr=127.0.0.1&sslmode=\(mode)" + (authority.map { "&sslrootcert=\($0)" } ?? "") + more))
        }

        private func refusal(_ url: PostgresURL) async throws -> String {
            let error = try await #require(throws: PostgresOpeningError.self) {
                try await PostgresDeliveryStore.open(.init(url: url), logger: .silent).close()
            }
            #expect(error.code == .unreachable)
            var dumped = ""
            dump(error, to: &dumped)
            for text in [error.message, "\(error)", dumped] {
                #expect(!text.contains(PostgresCluster.password) && !text.contains(PostgresCluster.encodedPassword))
            }
            return error.message
        }

        @Test("A server that is not whom the URL means is refused, and told why")
        func refusals() async throws {
            let (certificates, cluster) = try await Self.server.value
            let other = try TestCertificates(for: Self.host)
            let stranger = try await refusal(url(cluster, "verify-full", authority: other.authority))
            #expect(stranger.contains("certificate verify failed"))
            let misnamed = try await refusal(
                url(cluster, as: "elsewhere.example", "verify-full", authority: certificates.authority))
            #expect(misnamed.contains(#"server certificate for "db.example""#))
            #expect(misnamed.contains(#"does not match host name "elsewhere.example""#))
            let unknown = try await refusal(
                url(cluster, "verify-full", authority: certificates.directory + "/nowhere.crt"))
            #expect(unknown.contains(#"nowhere.crt" does not exist"#))
            let plain = try await refusal(
                url(.shared(), "verify-full", authority: certificates.authority))
            #expect(plain.contains("server does not support SSL"))
        }

        /// Opens a store, has it use each of its connections, and looks whether they are encrypted.
        private func encryption(_ cluster: PostgresCluster, _ url: PostgresURL, _ application: String) async throws
            -> [String]
        {
            var configuration = PostgresDeliveryStore.Configuration.patient(url)
            configuration.ingestConnectionCount = 1
            configuration.workConnectionCount = 1
            let store = try await PostgresDeliveryStore.open(configuration, logger: .silent)
            let heard = LockedValue(false)
            store.whenOthersEnqueue { heard.withLock { $0 = true } }
            try await store.store(.fixture(1))
            #expect(try await store.completeAll())
            #expect(try await store.counts() == ["crm": [.completed: 1]])
            try await until("it listens") { heard.withLock { $0 } }
            let found = try Database(PostgresURL(cluster.url(schema: "x"))).texts(
                """
                SELECT CASE WHEN s.ssl THEN s.version ELSE 'none' END FROM pg_stat_ssl s
                JOIN pg_stat_activity a USING (pid) WHERE a.application_name = '\(application)'
                """)
            try await store.close()
            return found
        }

        @Test(
            "All connections are encrypted when the URL asks for it",
            arguments: ["verify-full", "verify-ca", "require"])
        func encrypted(mode: String) async throws {
            let (certificates, cluster) = try await Self.server.value
            let application = PostgresCluster.makeSchema()
            let url = try url(
                cluster, mode, authority: mode == "require" ? nil : certificates.authority,
                "&application_name=\(application)")
            #expect(try await encryption(cluster, url, application) == Array(repeating: "TLSv1.3", count: 4))
        }

        @Test("The same look at connections without it finds no encryption")
        func plain() async throws {
            let (_, cluster) = try await Self.server.value
            let application = PostgresCluster.makeSchema()
            let url = try url(cluster, "disable", "&application_name=\(application)")
            #expect(try await encryption(cluster, url, application) == Array(repeating: "none", count: 4))
        }
    }
}
#endif
