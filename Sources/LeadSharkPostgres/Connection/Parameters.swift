#if Postgres
/// The types that parameters have, by their numbers in PostgreSQL's catalogue.
private enum TypeNumber {
    static let boolean: UInt32 = 16
    static let bytes: UInt32 = 17
    static let integer: UInt32 = 20
    static let text: UInt32 = 25
    static let booleans: UInt32 = 1000
    static let byteArrays: UInt32 = 1001
    static let texts: UInt32 = 1009
    static let integers: UInt32 = 1016
}

/// The parameters of a statement, in PostgreSQL's binary form: nothing is ever put into the text of a statement.
///
/// Text must not hold a NUL, which PostgreSQL's cannot; the vendor's text goes as bytes.
struct Parameters: Sendable {
    /// One parameter's place in ``buffer``; without one it is NULL.
    struct Entry: Sendable {
        let type: UInt32
        let range: Range<Int>?
    }

    private(set) var buffer: [UInt8] = []
    private(set) var entries: [Entry] = []

    static let none = Parameters()

    private init() {}

    init(_ body: (inout Parameters) -> Void) { body(&self) }

    mutating func add(_ value: Bool) { append(TypeNumber.boolean) { $0.append(value ? 1 : 0) } }

    mutating func add(_ value: Int64?) {
        guard let value else { return entries.append(Entry(type: TypeNumber.integer, range: nil)) }
        append(TypeNumber.integer) { $0.append(bigEndian: value) }
    }

    mutating func add(_ value: Int) { add(Int64(value)) }

    mutating func add(_ value: String) { append(TypeNumber.text) { $0 += value.utf8 } }

    mutating func add(_ value: [UInt8]) { append(TypeNumber.bytes) { $0 += value } }

    mutating func add(_ values: [Bool]) {
        appendArray(TypeNumber.booleans, of: TypeNumber.boolean, values.map { [$0 ? 1 : 0] as [UInt8]? })
    }

    mutating func add(_ values: [Int64]) {
        let elements = values.map { value -> [UInt8]? in
            var bytes: [UInt8] = []
            bytes.append(bigEndian: value)
            return bytes
        }
        appendArray(TypeNumber.integers, of: TypeNumber.integer, elements)
    }

    mutating func add(_ values: [String?]) {
        appendArray(TypeNumber.texts, of: TypeNumber.text, values.map { $0.map { Array($0.utf8) } })
    }

    mutating func add(_ values: [[UInt8]?]) {
        appendArray(TypeNumber.byteArrays, of: TypeNumber.bytes, values)
    }

    /// One dimension, counted from 1.
    private mutating func appendArray(_ type: UInt32, of elementType: UInt32, _ elements: [[UInt8]?]) {
        append(type) { buffer in
            buffer.append(bigEndian: Int32(elements.isEmpty ? 0 : 1))
            buffer.append(bigEndian: Int32(elements.contains { $0 == nil } ? 1 : 0))
            buffer.append(bigEndian: elementType)
            if elements.isEmpty { return }
            buffer.append(bigEndian: Int32(elements.count))
            buffer.append(bigEndian: Int32(1))
            for element in elements {
                guard let element else {
                    buffer.append(bigEndian: Int32(-1))
                    continue
                }
                buffer.append(bigEndian: Int32(element.count))
                buffer += element
            }
        }
    }

    private mutating func append(_ type: UInt32, _ body: (inout [UInt8]) -> Void) {
        let start = buffer.count
        body(&buffer)
        entries.append(Entry(type: type, range: start..<buffer.count))
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
#endif
