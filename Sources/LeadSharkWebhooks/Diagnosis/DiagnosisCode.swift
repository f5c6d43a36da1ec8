extension SignatureDiagnosis {
    /// How sure a finding is.
    public enum Certainty: String, Sendable, Hashable, Codable {
        /// With it, and the other proven findings, the signature fits.
        case proven
        /// It looks like it.
        case likely
    }

    /// What was found, for programs.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        enum Base: String, CaseIterable {
            case fits, unexplained

            case otherWebhookSecret, retiredSecret, secretHasBlanks, secretHasQuotes, secretHasName,
                secretWithoutPrefix,
                decodedSecret, senderSecretHasBlanks, senderSecretHasQuotes, emptySecret, noSecret, argumentsSwapped

            case missingSignature, conflictingSignatures, notASignature, severalInOneHeader, signaturePrefix,
                signatureWrapped, signatureWithText, signatureLength, base64Signature, sha1Signature, sha512Signature

            case newlineAdded, newlineLost, blanksAdded, carriageReturnsAdded, carriageReturnsLost, byteOrderMarkAdded,
                byteOrderMarkLost

            case bodyRewritten, bodyRewrittenByPython, bodyIndentedByTwo, bodyIndentedByFour, bodyInForm, bodyInBase64,
                bodyInJSONString, bodyInEnvelope, bodyEscapedForHTML, bodyUnescapedFromHTML, bodyEncodedTwice,
                bodyInLatin1, bodyInUTF16

            case signedPythonText, signedIndentedByTwo, signedIndentedByFour, signedLossyText, signedNothing,
                signedObjectName, signedJSONString, signedDataOnly

            case bodyEmpty, bodyTooLong, bodyCompressed, bodyTruncated, bodyNotJSON, bodyDecodedLossily, bodySorted
        }
        let base: Base

        /// Nothing is wrong: the signature fits the body with an accepted secret.
        public static let fits = Self(base: .fits)
        /// Nothing that was tried fits.
        public static let unexplained = Self(base: .unexplained)

        /// It was signed with the secret of another webhook.
        public static let otherWebhookSecret = Self(base: .otherWebhookSecret)
        /// It was signed with a secret that the webhook no longer accepts.
        public static let retiredSecret = Self(base: .retiredSecret)
        /// The secret that is set up here has blanks or line breaks that the real one has not.
        public static let secretHasBlanks = Self(base: .secretHasBlanks)
        /// The secret that is set up here has quotation marks around it.
        public static let secretHasQuotes = Self(base: .secretHasQuotes)
        /// The secret that is set up here begins with a name and an equals sign.
        public static let secretHasName = Self(base: .secretHasName)
        /// The sender left out the prefix of the secret.
        public static let secretWithoutPrefix = Self(base: .secretWithoutPrefix)
        /// The sender took the secret's characters for hexadecimal or base64 and decoded them.
        public static let decodedSecret = Self(base: .decodedSecret)
        /// The sender's secret has blanks or a line break around it.
        public static let senderSecretHasBlanks = Self(base: .senderSecretHasBlanks)
        /// The sender's secret has quotation marks around it.
        public static let senderSecretHasQuotes = Self(base: .senderSecretHasQuotes)
        /// It was signed with an empty secret.
        public static let emptySecret = Self(base: .emptySecret)
        /// It is a plain hash of the body.
        public static let noSecret = Self(base: .noSecret)
        /// The sender gave the body as the key and the secret as the message.
        public static let argumentsSwapped = Self(base: .argumentsSwapped)

        /// There is no signature header, or it is blank.
        public static let missingSignature = Self(base: .missingSignature)
        /// There are several signature headers, and they differ.
        public static let conflictingSignatures = Self(base: .conflictingSignatures)
        /// The header holds nothing that could be a signature.
        public static let notASignature = Self(base: .notASignature)
        /// The header holds several values.
        public static let severalInOneHeader = Self(base: .severalInOneHeader)
        /// The signature has a prefix, such as `sha256=`.
        public static let signaturePrefix = Self(base: .signaturePrefix)
        /// The signature has quotation marks or blanks around it.
        public static let signatureWrapped = Self(base: .signatureWrapped)
        /// Something stands before or after the 64 digits, such as the header's name or what a tool prints with them.
        public static let signatureWithText = Self(base: .signatureWithText)
        /// The signature has fewer or more than 64 hexadecimal digits.
        public static let signatureLength = Self(base: .signatureLength)
        /// The signature is written in base64.
        public static let base64Signature = Self(base: .base64Signature)
        /// The signature was made with SHA-1.
        public static let sha1Signature = Self(base: .sha1Signature)
        /// The signature was made with SHA-512.
        public static let sha512Signature = Self(base: .sha512Signature)

        /// The body has a line break at its end that was not signed.
        public static let newlineAdded = Self(base: .newlineAdded)
        /// The body lacks a line break at its end that was signed.
        public static let newlineLost = Self(base: .newlineLost)
        /// The body has blanks around it that were not signed.
        public static let blanksAdded = Self(base: .blanksAdded)
        /// The body's line breaks became CR LF.
        public static let carriageReturnsAdded = Self(base: .carriageReturnsAdded)
        /// The body's line breaks were CR LF.
        public static let carriageReturnsLost = Self(base: .carriageReturnsLost)
        /// The body begins with a byte order mark that was not signed.
        public static let byteOrderMarkAdded = Self(base: .byteOrderMarkAdded)
        /// The body lacks a byte order mark that was signed.
        public static let byteOrderMarkLost = Self(base: .byteOrderMarkLost)

        /// The body's JSON was written anew on its way; what was signed is the compact text that LeadShark sends.
        public static let bodyRewritten = Self(base: .bodyRewritten)
        /// As ``bodyRewritten``, in the form of Python's `json.dumps`.
        public static let bodyRewrittenByPython = Self(base: .bodyRewrittenByPython)
        /// As ``bodyRewritten``, indented by two blanks.
        public static let bodyIndentedByTwo = Self(base: .bodyIndentedByTwo)
        /// As ``bodyRewritten``, indented by four blanks.
        public static let bodyIndentedByFour = Self(base: .bodyIndentedByFour)
        /// What was signed is in the body as the value or the name of a form's field.
        public static let bodyInForm = Self(base: .bodyInForm)
        /// What was signed is in the body as base64.
        public static let bodyInBase64 = Self(base: .bodyInBase64)
        /// What was signed is in the body as a JSON string.
        public static let bodyInJSONString = Self(base: .bodyInJSONString)
        /// What was signed is in the body as a string within an object, as gateways wrap requests.
        public static let bodyInEnvelope = Self(base: .bodyInEnvelope)
        /// The body's characters were escaped for HTML.
        public static let bodyEscapedForHTML = Self(base: .bodyEscapedForHTML)
        /// The body's HTML entities were turned back into characters.
        public static let bodyUnescapedFromHTML = Self(base: .bodyUnescapedFromHTML)
        /// The body's UTF-8 was taken for Latin-1 and encoded once more.
        public static let bodyEncodedTwice = Self(base: .bodyEncodedTwice)
        /// The body is in Latin-1 instead of UTF-8.
        public static let bodyInLatin1 = Self(base: .bodyInLatin1)
        /// The body is in UTF-16 instead of UTF-8.
        public static let bodyInUTF16 = Self(base: .bodyInUTF16)

        /// The sender signed what Python's `json.dumps` writes, and sent another text.
        public static let signedPythonText = Self(base: .signedPythonText)
        /// The sender signed text that is indented by two blanks, and sent another.
        public static let signedIndentedByTwo = Self(base: .signedIndentedByTwo)
        /// The sender signed text that is indented by four blanks, and sent another.
        public static let signedIndentedByFour = Self(base: .signedIndentedByFour)
        /// The sender signed a text with U+FFFD where the body has bytes that are not UTF-8.
        public static let signedLossyText = Self(base: .signedLossyText)
        /// The sender signed an empty body.
        public static let signedNothing = Self(base: .signedNothing)
        /// The sender signed the text `[object Object]`.
        public static let signedObjectName = Self(base: .signedObjectName)
        /// The sender signed the body as a JSON string.
        public static let signedJSONString = Self(base: .signedJSONString)
        /// The sender signed the event's `data` alone.
        public static let signedDataOnly = Self(base: .signedDataOnly)

        /// The body is empty.
        public static let bodyEmpty = Self(base: .bodyEmpty)
        /// The body is too long for its variants to be tried.
        public static let bodyTooLong = Self(base: .bodyTooLong)
        /// The body begins like compressed data.
        public static let bodyCompressed = Self(base: .bodyCompressed)
        /// The body is JSON that ends too early.
        public static let bodyTruncated = Self(base: .bodyTruncated)
        /// The body is not JSON.
        public static let bodyNotJSON = Self(base: .bodyNotJSON)
        /// The body holds U+FFFD, which stands for what a decoder did not understand.
        public static let bodyDecodedLossily = Self(base: .bodyDecodedLossily)
        /// The names in the body's objects are in alphabetical order, which LeadShark's are not.
        public static let bodySorted = Self(base: .bodySorted)

        /// The code's name.
        public var description: String { base.rawValue }
    }
}
