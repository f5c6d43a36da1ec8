#if Server
import Foundation

/// A file system of a few megabytes in memory, which only programs see that are started by way of ``entry``.
final class SmallDisk {
    /// Where it is.
    let path: String
    private let folder: TemporaryFolder
    private let holder: Program

    /// Makes it, by `unshare`: as root or as anybody. Where the system does not allow that, this throws.
    init(megabytes: Int, in folder: TemporaryFolder) async throws {
        self.folder = folder
        path = folder.file("disk").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let holder = try Program(
            "unshare",
            [
                "-rm", "sh", "-c",
                "mount -t tmpfs -o size=\(megabytes)m leadshark \"$0\" && echo ready && exec sleep 3600", path,
            ], in: folder)
        self.holder = holder
        try await condition("the small disk is there: \(holder.standardError)") {
            guard holder.isRunning else {
                throw Timeout(description: "no small disk can be made here: \(holder.standardError)")
            }
            return holder.standardOutput.contains("ready")
        }
    }

    /// What a command line begins with whose program is to see the disk.
    var entry: [String] {
        [
            "nsenter", "-t", "\(holder.identifier)", "-U", "-m", "--preserve-credentials", "--wd=\(folder.url.path)",
            "--",
        ]
    }

    /// Makes it larger.
    func grow(megabytes: Int) async throws {
        let mount = try Program(
            entry[0], Array(entry.dropFirst()) + ["mount", "-o", "remount,size=\(megabytes)m", path], in: folder)
        let status = try await mount.status()
        guard status == 0 else { throw Timeout(description: "the disk does not grow: \(mount.standardError)") }
    }
}
#endif
