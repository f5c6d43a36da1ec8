#if Server
import LeadSharkTesting
import LeadSharkWebhooks
import NIOHTTP1

/// Where the payload of LeadShark's GET test is. The vendor does not say, so an endpoint has to take all three.
public enum TestPayloadPlace: String, Sendable, Hashable, Codable, CaseIterable {
    /// There is none.
    case nowhere
    /// In the request's body, signed as any body.
    case body
    /// In the query, as `payload=` and the JSON; the raw query is what is signed.
    case query
}

extension ProbeRequest {
    /// The GET that LeadShark's test button sends, signed when there is a secret and something to sign.
    static func test(of url: EndpointURL, payload: [UInt8], place: TestPayloadPlace, secret: SigningSecret?) -> Self {
        var request = ProbeRequest(method: .GET, url: url.text)
        switch place {
        case .nowhere: break
        case .body:
            request.body = payload
            request.headers.append(("Content-Type", "application/json"))
            request.sign(payload, secret)
        case .query:
            request.url = url.adding(query: "payload=" + percentEncoded(payload))
            request.sign(Array(request.url.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()), secret)
        }
        return request
    }

    private mutating func sign(_ bytes: [UInt8], _ secret: SigningSecret?) {
        guard let secret else { return }
        headers.append((WebhookHeaders.signature, secret.signature(for: bytes.span).hexadecimal))
        headers.append((WebhookHeaders.event, EventType.test.rawValue))
    }

    private static func percentEncoded(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += byte < 0x10 ? "%0" : "%"
                text += String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
#endif
