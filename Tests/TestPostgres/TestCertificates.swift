#if Postgres
import Foundation
import TestPeers

/// An authority that nobody knows, made anew by `openssl`, and the certificate of a server that it has signed. They go with the
/// server that has them, or with the last reference.
public final class TestCertificates: Sendable {
    /// Where `server.crt` and `server.key` are.
    public let directory: String
    /// The authority's certificate, a file.
    public var authority: String { "\(directory)/authority.crt" }

    /// - Parameter host: Whose certificate it is.
    /// - Throws: When `openssl` is not installed, or does not do it.
    public init(for host: String) throws {
        directory = "/tmp/leadshark-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        try Data("subjectAltName=DNS:\(host)\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/names"))
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        for arguments in [
            ["req", "-x509", "-days", "1", "-subj", "/CN=An authority", "-keyout", "authority.key", "-out", authority]
                + key,
            ["req", "-new", "-subj", "/CN=A server", "-keyout", "server.key", "-out", "server.csr"] + key,
            [
                "x509", "-req", "-days", "1", "-in", "server.csr", "-CA", authority, "-CAkey", "authority.key",
                "-CAcreateserial", "-extfile", "names", "-out", "server.crt",
            ],
        ] {
            let openssl = try ChildProcess(["openssl"] + arguments, directory: directory)
            guard openssl.waitForEnd() == 0 else {
                throw ServerScript.Failure(description: "openssl makes no certificate: \(arguments[0])")
            }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}
#endif
