package import LeadSharkWebhooks

/// Reads the files of `Tests/Vectors`, whose formats the README beside them tells.
///
/// The library, the receiver and the command are held to the same vectors, so nothing here uses more than the SDK's public
/// API.
package enum VectorFile {
    /// A file as one value.
    package static func value(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: PackageFiles.bytes("Tests/Vectors/\(name).json"))
    }

    /// A file's vectors.
    package static func entries(_ name: String) throws -> [JSONValue] {
        let entries = try value(name).elements("vectors")
        guard !entries.isEmpty else { throw Malformed(name: "vectors") }
        return entries
    }

    /// A vector lacks what it should have.
    package struct Malformed: Error {
        package let name: String
    }
}

extension JSONValue {
    /// A text that has to be there.
    func required(_ name: String) throws -> String {
        guard let text = self[name]?.text else { throw VectorFile.Malformed(name: name) }
        return text
    }

    /// The elements of an array; none when it is not there.
    func elements(_ name: String) throws -> [JSONValue] {
        guard let value = self[name] else { return [] }
        guard case .array(let elements) = value else { throw VectorFile.Malformed(name: name) }
        return elements
    }

    /// An array of texts; none when it is not there.
    func texts(_ name: String) throws -> [String] {
        try elements(name).map {
            guard let text = $0.text else { throw VectorFile.Malformed(name: name) }
            return text
        }
    }

    /// A whole number; `nil` when it is not there.
    func integer(_ name: String) throws -> Int? {
        guard let value = self[name] else { return nil }
        guard case .number(let number) = value, let integer = number.integer else {
            throw VectorFile.Malformed(name: name)
        }
        return Int(integer)
    }

    /// Bytes, written as text under a name, or in hexadecimal digits under the name with `Hex` behind it.
    func bytes(_ name: String) throws -> [UInt8] {
        if let text = self[name]?.text { return Array(text.utf8) }
        let digits = try required(name + "Hex").compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
