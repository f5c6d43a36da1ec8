import Testing

@testable import LeadSharkWebhooks

@Suite("HMAC-SHA-256")
struct HMACKeyTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let key: [UInt8]
        let data: [UInt8]
        let tag: String
        var testDescription: String { "a key of \(key.count) bytes, data of \(data.count)" }
    }

    /// The test cases of RFC 4231, but for the truncated one.
    static let vectors = [
        Vector(
            key: Array(repeating: 0x0b, count: 20), data: Array("Hi There".utf8),
            tag: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8),
            tag: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            key: Array(repeating: 0xaa, count: 20), data: Array(repeating: 0xdd, count: 50),
            tag: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            key: Array(0x01...0x19), data: Array(repeating: 0xcd, count: 50),
            tag: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            key: Array(repeating: 0xaa, count: 131),
            data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            tag: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            key: Array(repeating: 0xaa, count: 131),
            data: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            tag: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test("The test cases of RFC 4231 come out", arguments: vectors)
    func rfc4231(_ vector: Vector) {
        let key = HMACKey(SecretBytes(copying: vector.key.span))
        // Twice, since the prepared states must not be used up.
        for _ in 1...2 {
            let tag = key.authenticate(vector.data.span)
            #expect(hexadecimal(tag) == vector.tag)
        }
        let provided = ProviderHMAC.authenticate(vector.data.span, key: vector.key.span)
        #expect(provided.map(hexadecimal) == vector.tag)
    }

    @Test("Prepared states and libcrypto's provider agree for every key length from 1 to 200")
    func keyLengths() {
        var generator = RepeatableGenerator(seed: 1)
        let message = (0..<700).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for count in 1...200 {
            let key = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let prepared = HMACKey(SecretBytes(copying: key.span)).authenticate(message.span)
            let provided = ProviderHMAC.authenticate(message.span, key: key.span)
            #expect(provided.map(prepared.matches) == true, "a key of \(count) bytes")
        }
    }

    @Test("Prepared states and libcrypto's provider agree for bodies up to 256 KiB")
    func bodySizes() {
        var generator = RepeatableGenerator(seed: 2)
        let body = (0..<(256 << 10)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let key = Array("whsec_test".utf8)
        let prepared = HMACKey(SecretBytes(copying: key.span))
        let around = (6...18).flatMap { [(1 << $0) - 1, 1 << $0, (1 << $0) + 1] }
        for count in (Array(0...300) + around).filter({ $0 <= body.count }) {
            let message = body.span.extracting(first: count)
            let tag = prepared.authenticate(message)
            let provided = ProviderHMAC.authenticate(message, key: key.span)
            #expect(provided.map(tag.matches) == true, "a body of \(count) bytes")
        }
    }

    @Test("Digests match when all bits do")
    func matches() {
        let digest = SHA256.digest(of: [1, 2, 3].span)
        #expect(digest.matches(digest))
        for bit in 0..<256 {
            var other = digest
            other.bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(!digest.matches(other))
        }
    }

    @Test("Hexadecimal digits are read back as the digest they were made from")
    func hexadecimalDigits() {
        let digest = SHA256.digest(of: [UInt8]().span)
        let text = hexadecimal(digest)
        #expect(text == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for digits in [Array(text.utf8), Array(text.uppercased().utf8)] {
            let read = Hexadecimal.digest(digits.span)
            #expect(read.map(digest.matches) == true)
        }
    }

    private func hexadecimal(_ digest: Digest) -> String { Hexadecimal.text(of: digest.bytes.span) }
}
