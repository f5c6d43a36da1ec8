/// What a finding says.
struct DiagnosisText {
    var summary: String
    let remedy: String

    init(_ code: SignatureDiagnosis.Code, _ certainty: SignatureDiagnosis.Certainty, secret: KnownSecret?) {
        let phrase = secret?.phrase ?? "no secret"
        switch code.base {
        case .fits:
            summary = "the signature fits the body with \(phrase)"
            remedy = "Nothing is to be done."
        case .unexplained:
            summary = "none of the causes that were tried explains the signature"
            remedy =
                "Copy the secret from LeadShark's dashboard once more, for the webhook with this URL; check that LeadShark is "
                + "the sender, and that what is checked is the body byte for byte as it came, before anything parses it."
        default:
            (summary, remedy) =
                Self.ofSecret(code.base, certainty, phrase) ?? Self.ofHeader(code.base) ?? Self.ofBody(code.base)
                ?? Self.ofSender(code.base) ?? Self.ofAppearance(code.base)
        }
    }

    private typealias Texts = (String, String)

    // MARK: The secret

    private static func ofSecret(
        _ code: SignatureDiagnosis.Code.Base, _ certainty: SignatureDiagnosis.Certainty, _ phrase: String
    ) -> Texts? {
        let own = "Set the secret anew, exactly as LeadShark's dashboard shows it."
        let sender = "Correct the secret where the sender has it; LeadShark itself does not do this."
        return switch code {
        case .otherWebhookSecret:
            (
                "the signature was made with \(phrase)",
                "In LeadShark, give that webhook its own URL, or set up its secret for this one: the URLs or the secrets of "
                    + "the two are mixed up."
            )
        case .retiredSecret:
            (
                "the signature was made with \(phrase)",
                "Accept it as the previous secret until nothing arrives signed by it any more."
            )
        case .secretHasBlanks where certainty == .likely:
            ("\(phrase) begins or ends with a blank, a line break or a quotation mark", "If that was not meant: " + own)
        case .secretHasBlanks:
            ("the signature fits \(phrase) without the blanks or line breaks that are in it here", own)
        case .secretHasQuotes: ("the signature fits \(phrase) without the quotation marks around it", own)
        case .secretHasName:
            ("the signature fits what stands behind the equals sign in \(phrase)", "Leave out the name. " + own)
        case .secretWithoutPrefix:
            ("the signature was made with \(phrase) without the prefix whsec_", sender)
        case .decodedSecret:
            (
                "the signature was made with what \(phrase) stands for as hexadecimal or base64",
                "The key is the secret's characters as they are: do not decode them where the signature is made."
            )
        case .senderSecretHasBlanks:
            ("the signature was made with \(phrase) and a blank or a line break around it", sender)
        case .senderSecretHasQuotes:
            ("the signature was made with \(phrase) and quotation marks around it", sender)
        case .emptySecret:
            ("the signature was made with an empty secret", "Set the secret where the sender reads it.")
        case .noSecret:
            (
                "the signature is a plain hash of the body, made without any secret",
                "Make it with HMAC-SHA-256 and the secret; LeadShark itself does."
            )
        case .argumentsSwapped:
            (
                "the signature was made with the body as the key and \(phrase) as the message",
                "Swap the two where the signature is made."
            )
        default: nil
        }
    }

    // MARK: The header

    private static func ofHeader(_ code: SignatureDiagnosis.Code.Base) -> Texts? {
        let form = "Send 64 hexadecimal digits and nothing else, as LeadShark does."
        return switch code {
        case .missingSignature:
            (
                "the request has no \(WebhookHeaders.signature) header, or it is blank",
                "If LeadShark is the sender, see whether a proxy on the way takes the header off."
            )
        case .conflictingSignatures:
            (
                "the request has several \(WebhookHeaders.signature) headers that differ",
                "See which proxy on the way adds one, or lets through what somebody else sent."
            )
        case .notASignature:
            ("the header holds nothing that could be a signature", "See what the sender puts there. " + form)
        case .severalInOneHeader:
            ("the header holds several values in one", "See which proxy on the way joins two headers. " + form)
        case .signaturePrefix: ("the signature has a prefix, such as sha256=", form)
        case .signatureWrapped: ("the signature has quotation marks or blanks around it", form)
        case .signatureWithText:
            (
                "something stands before or after the signature's 64 digits: a name, or what a tool prints with them",
                "Take the digits alone. " + form
            )
        case .signatureLength: ("the signature has fewer or more than 64 digits", "See what cuts it off. " + form)
        case .base64Signature: ("the signature is written in base64", form)
        case .sha1Signature: ("the signature has the length of SHA-1", "Make it with HMAC-SHA-256. " + form)
        case .sha512Signature: ("the signature has the length of SHA-512", "Make it with HMAC-SHA-256. " + form)
        default: nil
        }
    }

    // MARK: The body on its way

    private static func ofBody(_ code: SignatureDiagnosis.Code.Base) -> Texts? {
        let raw =
            "Check the bytes as they arrive, before anything parses them, and let no proxy on the way change them."
        let canonical = raw + " " + SignatureDiagnosis.Finding.canonicalAdvice
        let file = "Take the body byte for byte; an editor or a shell adds or takes line breaks."
        return switch code {
        case .newlineAdded: ("the body ends with a line break that was not signed", file)
        case .newlineLost: ("the body was signed with a line break at its end, which is not there", file)
        case .blanksAdded: ("the body has blanks around it that were not signed", file)
        case .carriageReturnsAdded:
            ("the body's line breaks became CR LF", "Move the body as binary, not as text. " + file)
        case .carriageReturnsLost:
            ("the body was signed with CR LF for its line breaks", "Move the body as binary, not as text. " + file)
        case .byteOrderMarkAdded: ("the body begins with a byte order mark that was not signed", raw)
        case .byteOrderMarkLost: ("the body was signed with a byte order mark, which is not there", raw)
        case .bodyRewritten: ("the body's JSON was written anew after it was signed", canonical)
        case .bodyRewrittenByPython:
            ("the body's JSON was written anew as Python's json.dumps does, after it was signed", canonical)
        case .bodyIndentedByTwo: ("the body's JSON was indented by two blanks after it was signed", canonical)
        case .bodyIndentedByFour: ("the body's JSON was indented by four blanks after it was signed", canonical)
        case .bodyInForm: ("the signed text is in the body as a form's field, percent-encoded", raw)
        case .bodyInBase64: ("the signed text is in the body as base64", "Decode it before it is checked. " + raw)
        case .bodyInJSONString: ("the signed text is in the body as a JSON string", raw)
        case .bodyInEnvelope:
            (
                "the signed text is in the body as a string within an object, as gateways wrap requests",
                "Check that string alone, or have the gateway pass the request through."
            )
        case .bodyEscapedForHTML: ("the body's characters were escaped for HTML after it was signed", raw)
        case .bodyUnescapedFromHTML: ("HTML entities in the body were turned into characters after it was signed", raw)
        case .bodyEncodedTwice: ("the body's UTF-8 was taken for Latin-1 and encoded once more", raw)
        case .bodyInLatin1: ("the body is in Latin-1, where UTF-8 was signed", raw)
        case .bodyInUTF16: ("the body is in UTF-16, where UTF-8 is signed", raw)
        default: nil
        }
    }

    // MARK: The sender's own text

    private static func ofSender(_ code: SignatureDiagnosis.Code.Base) -> Texts? {
        let same = "Sign the very bytes that are sent; LeadShark itself does."
        return switch code {
        case .signedPythonText: ("the sender signed what Python's json.dumps writes, and sent another text", same)
        case .signedIndentedByTwo: ("the sender signed text indented by two blanks, and sent another", same)
        case .signedIndentedByFour: ("the sender signed text indented by four blanks, and sent another", same)
        case .signedLossyText:
            ("the sender signed a text with U+FFFD where the body has bytes that are not UTF-8", same)
        case .signedNothing: ("the sender signed an empty body", same)
        case .signedObjectName: ("the sender signed the text [object Object]", same)
        case .signedJSONString: ("the sender signed the body as a JSON string: it was made JSON twice", same)
        case .signedDataOnly: ("the sender signed the event's data alone", "Sign the whole body. " + same)
        default: nil
        }
    }

    // MARK: What the body looks like

    private static func ofAppearance(_ code: SignatureDiagnosis.Code.Base) -> Texts {
        let raw =
            "Check the bytes as they arrive, before anything parses them, and let no proxy on the way change them."
        return switch code {
        case .bodyEmpty:
            ("the body is empty", "See whether something reads the body before it is checked, or a redirect drops it.")
        case .bodyTooLong:
            ("the body is too long for its variants to be tried", "Diagnose it with the command, or raise the limit.")
        case .bodyCompressed:
            ("the body looks compressed", "Let nothing on the way compress requests; LeadShark does not.")
        case .bodyTruncated:
            ("the body is JSON that ends too early", "See what cuts it off: a limit of a proxy, or a copy.")
        case .bodyNotJSON: ("the body is not JSON", "See who sends it, and what changes it on the way. " + raw)
        case .bodySorted:
            (
                "the names in the body's objects are in alphabetical order, and in what LeadShark signs they are not",
                "Perhaps something on the way sorted them, as jq -S does: their order cannot be restored. " + raw
            )
        default: ("the body holds U+FFFD, which stands for bytes that a decoder did not understand", raw)
        }
    }
}
