#if Server
import Foundation

extension ScriptedServer.Identity {
    /// A certificate for `localhost` that nobody trusts, made anew.
    package static func selfSigned() throws -> Self {
        let folder = FileManager.default.temporaryDirectory.appending(path: "leadshark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appending(path: "key.pem")
        let certificate = folder.appending(path: "certificate.pem")
        let openssl = try ChildProcess([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
            "1", "-subj", "/CN=localhost", "-keyout", key.path, "-out", certificate.path,
        ])
        _ = openssl.waitForEnd()
        return Self(certificate: Array(try Data(contentsOf: certificate)), key: Array(try Data(contentsOf: key)))
    }
}
#endif
