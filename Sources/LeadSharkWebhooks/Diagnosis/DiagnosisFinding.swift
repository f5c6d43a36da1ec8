extension SignatureDiagnosis {
    /// One cause, what was seen of it, and what helps.
    ///
    /// Compare ``code`` to decide what to do. The texts are for people, and hold nothing of a secret, a tag or the body.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// What it is, for programs.
        public let code: Code
        /// How sure it is.
        public let certainty: Certainty
        /// What was seen, in a sentence.
        public let summary: String
        /// What to do about it, in a sentence or two.
        public let remedy: String

        /// - Parameter secret: The secret that fits.
        init(_ code: Code, _ certainty: Certainty, secret: KnownSecret? = nil) {
            let text = DiagnosisText(code, certainty, secret: secret)
            self.init(code, certainty, text)
        }

        /// That nothing fits.
        init(_ code: Code, _ certainty: Certainty, tries: Int, isComplete: Bool) {
            var text = DiagnosisText(code, certainty, secret: nil)
            if tries == 0 { text.summary = "there was nothing to try" }
            if !isComplete { text.summary += "; not everything was tried, since the body is too long for that" }
            self.init(code, certainty, text)
        }

        private init(_ code: Code, _ certainty: Certainty, _ text: DiagnosisText) {
            self.code = code
            self.certainty = certainty
            summary = text.summary
            remedy = text.remedy
        }

        /// What the remedy ends with where the canonical text is what was signed.
        static let canonicalAdvice =
            "If that proxy cannot be changed, let the verifier accept re-formatted bodies."

        /// The remedy in the words of a program that has a setting for re-formatted bodies.
        ///
        /// - Parameter setting: The setting with its value; `nil` when it is on already, so that there is nothing to advise.
        package func remedy(naming setting: String?) -> String {
            guard remedy.hasSuffix(Self.canonicalAdvice) else { return remedy }
            if let setting { return remedy.dropLast() + " (\(setting))." }
            return String(remedy.dropLast(Self.canonicalAdvice.count + 1))
        }

        /// The code, the certainty, and both texts.
        public var description: String { "\(code) (\(certainty.rawValue)): \(summary). \(remedy)" }
    }
}
