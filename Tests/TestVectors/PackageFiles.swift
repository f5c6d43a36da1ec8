package import Foundation

/// Files of this package that tests read. Copied nowhere: found from the place of this source file.
package enum PackageFiles {
    /// The package's root: the nearest folder above this file that holds `Package.swift`.
    package static let root: URL = {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while folder.path().count > 1,
            !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path())
        {
            folder.deleteLastPathComponent()
        }
        return folder
    }()

    /// The bytes of the file at a path below the root.
    package static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appending(path: path)))
    }

    /// The payload in `Samples/Payloads` under a name, e.g. `dm.sent.v2`.
    package static func sample(_ name: String) throws -> [UInt8] { try bytes("Samples/Payloads/\(name).json") }

    /// The names of all files in `Samples/Payloads`.
    package static func sampleNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Samples/Payloads").path())
            .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }
}
