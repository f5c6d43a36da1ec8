#if Server
import Foundation
import Testing

extension TemporaryFolder {
    /// Compiles a peer in C to a library that a program can be started with, by `LD_PRELOAD`.
    ///
    /// - Returns: The library's path.
    func library(of peer: String) async throws -> String {
        let library = file("\(UUID().uuidString).so").path
        let compiler = try Program(
            "cc", ["-shared", "-fPIC", "-O1", "-o", library, Program.peer(peer)], in: self)
        #expect(try await compiler.status() == 0, "\(compiler.standardError)")
        return library
    }
}
#endif
