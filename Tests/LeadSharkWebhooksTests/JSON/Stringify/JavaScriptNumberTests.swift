import TestVectors
import Testing

@testable import LeadSharkWebhooks

@Suite("Numbers as JavaScript prints them")
struct JavaScriptNumberTests {
    private func text(_ number: JavaScriptNumber) -> String {
        String(decoding: (0..<number.count).map { number.bytes[$0] }, as: UTF8.self)
    }

    private func text(_ value: Double) -> String { text(JavaScriptNumber(value)) }

    private func text(parsing digits: String) -> String { text(JavaScriptNumber(parsing: digits.utf8.span)) }

    @Test("The first million lines of RFC 8785's generator have the published digests")
    func publishedSequence() throws {
        let sequence = try NumberSequence.load()
        var hash = SHA256()
        var line: [UInt8] = []
        var count = 0
        for bits in sequence {
            line.removeAll(keepingCapacity: true)
            line.append(contentsOf: String(bits, radix: 16).utf8)
            line.append(UInt8(ascii: ","))
            let number = JavaScriptNumber(Double(bitPattern: bits))
            for index in 0..<number.count { line.append(number.bytes[index]) }
            line.append(UInt8(ascii: "\n"))
            hash.update(line.span)
            count += 1
            guard let wanted = sequence.digests[count] else { continue }
            var copy = hash
            #expect(Hexadecimal.text(of: copy.finalize().bytes.span) == wanted, "\(count) lines")
        }
        #expect(sequence.digests.keys.sorted() == [1000, 10000, 100_000, 1_000_000])
        #expect(count == 1_000_000)
    }

    @Test(
        "Each form begins and ends where ECMA-262 says",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
            (-1e21, "-1e+21"), (123_456_789_012_345_683_968, "123456789012345680000"), (1.5e21, "1.5e+21"),
            (1e-6, "0.000001"), (1.5e-6, "0.0000015"), (1e-7, "1e-7"), (-1.25e-7, "-1.25e-7"), (1e100, "1e+100"),
            (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
            (-1.7976931348623157e308, "-1.7976931348623157e+308"), (2.2250738585072014e-308, "2.2250738585072014e-308"),
            (9_007_199_254_740_992, "9007199254740992"), (0.1 + 0.2, "0.30000000000000004"), (1e23, "1e+23"),
            (123.456, "123.456"), (0.00001234, "0.00001234"), (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
        ] as [(Double, String)])
    func forms(_ value: Double, _ printed: String) {
        #expect(text(value) == printed)
    }

    @Test("Any double that is printed and parsed is itself again", arguments: 0..<4 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = RepeatableGenerator(seed: seed)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite, value != 0 else { continue }
            let printed = text(value)
            #expect(Double(printed) == value)
            #expect(text(parsing: printed) == printed, "seed \(seed)")
        }
    }

    @Test(
        "Up to fifteen digits a decimal is printed with the digits it has, as by way of its double",
        arguments: 0..<4 as Range<UInt64>)
    func fewDigits(seed: UInt64) throws {
        var generator = RepeatableGenerator(seed: seed)
        for _ in 0..<20_000 {
            let digits = UInt64.random(in: 1..<1_000_000_000_000_000, using: &generator)
            let literal =
                "\(digits / .random(in: 1...1_000_000, using: &generator))e\(Int.random(in: -320...310, using: &generator))"
            let value = try #require(Double(literal))
            #expect(text(parsing: literal) == text(value), "seed \(seed), \(literal)")
        }
    }

    @Test("A number of a million digits costs no more than its length, and an exponent of any length is taken")
    func hugeNumbers() {
        let nines = String(repeating: "9", count: 1_000_000)
        #expect(text(parsing: nines) == "null")
        #expect(text(parsing: "0.\(nines)") == "1")
        #expect(text(parsing: "\(nines)e-1000000") == "1")
        #expect(text(parsing: "-\(nines)e-999995") == "-100000")
        let zeros = String(repeating: "0", count: 1_000_000)
        #expect(text(parsing: "1\(zeros)e-1000000") == "1")
        #expect(text(parsing: "0.\(zeros)1e1000001") == "1")
        #expect(text(parsing: "0.\(zeros)") == "0")
        #expect(text(parsing: "0e\(nines)") == "0")
        #expect(text(parsing: "1e\(nines)") == "null")
        #expect(text(parsing: "1e-\(nines)") == "0")
        #expect(text(parsing: "9007199254740993.\(zeros)") == "9007199254740992")
        #expect(text(parsing: "9007199254740993.\(zeros)1") == "9007199254740994")
    }
}

/// The doubles of `Tests/Vectors/numbers.json`, whose format the README beside it tells.
struct NumberSequence: Sequence {
    let digests: [Int: String]
    private let first: [UInt64]

    static func load() throws -> NumberSequence {
        let file = try VectorFile.value("numbers")
        func bits(_ value: JSONValue?) throws -> UInt64 {
            let digits = try #require(value?.text)
            return try #require(UInt64(digits, radix: 16))
        }
        func integer(_ value: JSONValue?) throws -> Int {
            guard case .number(let number) = value else { throw Malformed() }
            return Int(try #require(number.integer))
        }
        guard case .array(let first) = file["first"], case .array(let digests) = file["digests"] else {
            throw Malformed()
        }
        let from = try bits(file["then"]?["from"])
        let count = try integer(file["then"]?["count"])
        return NumberSequence(
            digests: Dictionary(
                uniqueKeysWithValues: try digests.map {
                    (try integer($0["lines"]), try #require($0["sha256"]?.text))
                }),
            first: try first.map(bits) + (0..<count).map { from + UInt64($0) })
    }

    private struct Malformed: Error {}

    func makeIterator() -> Iterator {
        Iterator(pending: first.reversed(), remaining: digests.keys.max() ?? 0)
    }

    struct Iterator: IteratorProtocol {
        /// Those to come next, the last first.
        fileprivate var pending: [UInt64]
        fileprivate var remaining: Int
        private var block = [UInt8](repeating: 0, count: 32)

        fileprivate init(pending: [UInt64], remaining: Int) {
            self.pending = pending
            self.remaining = remaining
        }

        mutating func next() -> UInt64? {
            guard remaining > 0 else { return nil }
            while pending.isEmpty { refill() }
            remaining -= 1
            return pending.removeLast()
        }

        /// Four doubles from each digest of the digest before, without zeros and what is not finite.
        private mutating func refill() {
            let digest = SHA256.digest(of: block.span)
            block = (0..<32).map { digest.bytes[$0] }
            for start in stride(from: 24, through: 0, by: -8) {
                let bits = (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(block[start + 7 - $1]) }
                let value = Double(bitPattern: bits)
                if value.isFinite && value != 0 { pending.append(bits) }
            }
        }
    }
}
