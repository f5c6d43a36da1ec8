/// How the HMAC is computed. Both give the same result; a test says so.
public enum HMACImplementation: Sendable, Hashable {
    /// From hash states prepared once per secret. The default: three times faster, no allocation, no contention
    /// between threads. It calls libcrypto's low-level SHA-256, which the providers of OpenSSL 3 do not govern.
    case preparedStates
    /// Through libcrypto's `EVP_MAC`, for set-ups in which a validated (FIPS) provider has to do the work.
    case provider
}
