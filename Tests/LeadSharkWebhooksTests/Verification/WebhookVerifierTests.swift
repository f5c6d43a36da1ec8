import Foundation
import LeadSharkWebhooks
import TestVectors
import Testing

@Suite("The verifier")
struct WebhookVerifierTests {
    private let secret: SigningSecret
    private let verifier: WebhookVerifier
    private let body: [UInt8]
    private let signature: String

    init() throws {
        let secret = try SigningSecret("whsec_test")
        let body = try PackageFiles.sample("dm.sent.classic")
        self.secret = secret
        self.body = body
        verifier = WebhookVerifier(secrets: SecretSet(current: secret))
        signature = secret.signature(for: body.span).hexadecimal
    }

    @Test("A single flipped bit in the body is refused, wherever it is")
    func flippedBody() {
        var body = body
        for index in body.indices {
            for bit in 0..<8 {
                body[index] ^= 1 << bit
                let isValid = verifier.isValid(body.span, signature: signature)
                #expect(!isValid, "bit \(bit) of byte \(index)")
                body[index] ^= 1 << bit
            }
        }
        let isValid = verifier.isValid(body.span, signature: signature)
        #expect(isValid)
    }

    @Test("A single flipped bit in the signature is refused, wherever it is, unless it is the case of a digit")
    func flippedSignature() {
        var text = Array(signature.utf8)
        var caseFlips = 0
        for index in text.indices {
            for bit in 0..<8 {
                text[index] ^= 1 << bit
                let flipped = String(decoding: text, as: UTF8.self)
                let isValid = verifier.isValid(body.span, signature: flipped)
                let isSame = flipped.lowercased() == signature
                #expect(isValid == isSame, "bit \(bit) of character \(index)")
                if isSame { caseFlips += 1 }
                text[index] ^= 1 << bit
            }
        }
        #expect(caseFlips == signature.count { $0.isLetter })
    }

    @Test("A single flipped bit of the decoded signature is refused, wherever it is")
    func flippedTag() throws {
        for bit in 0..<256 {
            var digits = Array(signature)
            let position = bit / 4
            let value = try #require(digits[position].hexDigitValue) ^ (1 << (bit % 4))
            digits[position] = try #require(String(value, radix: 16).first)
            let isValid = verifier.isValid(body.span, signature: String(digits))
            #expect(!isValid, "bit \(bit)")
        }
    }

    @Test("A body cut off or lengthened anywhere is refused")
    func lengths() {
        for count in body.indices {
            let isValid = verifier.isValid(body.span.extracting(first: count), signature: signature)
            #expect(!isValid, "\(count) bytes")
        }
        for byte in UInt8.min...UInt8.max {
            let isValid = verifier.isValid((body + [byte]).span, signature: signature)
            #expect(!isValid, "followed by \(byte)")
        }
    }

    @Test("Slices and data that do not begin at zero are taken as what they show")
    func slices() throws {
        let padded = [0, 1, 2] + body + [3]
        let slice = padded[3..<(3 + body.count)]
        let webhook = try verifier.verify(slice.span, signature: signature)
        #expect(webhook.payload == body)
        let data = Data(padded)[3..<(3 + body.count)]
        #expect(data.startIndex == 3)
        let fromData = try verifier.verify(data.span, signature: signature)
        #expect(fromData.payload == body)
        let empty = slice[3..<3]
        let isValid = verifier.isValid(empty.span, signature: secret.signature(for: [UInt8]().span).hexadecimal)
        #expect(isValid)
    }

    @Test("During a rotation both secrets are accepted, and the webhook tells which it was")
    func rotation() throws {
        let old = try SigningSecret("whsec_old")
        let rotating = WebhookVerifier(secrets: SecretSet(current: secret, previous: old))
        #expect(try rotating.verify(body, signature: signature).secret == .current)
        let before = old.signature(for: body.span).hexadecimal
        #expect(try rotating.verify(body, signature: before).secret == .previous)
        let isValid = verifier.isValid(body.span, signature: before)
        #expect(!isValid)
    }

    @Test("One verifier serves many tasks at once")
    func concurrency() async {
        let bodies = (0..<64).map { Array("{\"event\":\"\($0)\"}".utf8) }
        await withTaskGroup(of: Bool.self) { group in
            for body in bodies {
                group.addTask {
                    (0..<200).allSatisfy { _ in
                        verifier.isValid(body.span, signature: secret.signature(for: body.span).hexadecimal)
                            && !verifier.isValid(body.span, signature: signature)
                    }
                }
            }
            for await succeeded in group { #expect(succeeded) }
        }
    }

    @Test("Errors tell the cause and nothing of the signature, the secret or the body")
    func errors() {
        let cases: [(String?, VerificationError.Code)] = [
            (nil, .missingSignature), ("", .missingSignature), ("\t ", .missingSignature),
            ("sha256=\(signature)", .malformedSignature), (String(repeating: "ab", count: 32), .signatureMismatch),
        ]
        for (value, code) in cases {
            do throws(VerificationError) {
                _ = try verifier.verify(body, signature: value)
                Issue.record("accepted: \(code)")
            } catch {
                #expect(error.code == code)
                #expect(error.description.hasPrefix("\(code): "))
                #expect(!error.description.contains(signature.prefix(8)))
                #expect(!error.description.contains("abab"))
                #expect(!error.description.contains("whsec"))
            }
        }
    }
}
