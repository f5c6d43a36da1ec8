#ifndef CLIBCRYPTO_SHIM_H
#define CLIBCRYPTO_SHIM_H

// The low-level SHA256_* calls are deprecated since OpenSSL 3.0, but only they give a hash state that is a plain
// value: see Sources/LeadSharkWebhooks/Crypto/HMACKey.swift.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#endif
