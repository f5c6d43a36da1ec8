#define OPENSSL_SUPPRESS_DEPRECATED
#include "floor.h"
#include <openssl/sha.h>

uint8_t floor_sha256(const uint8_t *bytes, size_t count) {
    SHA256_CTX context;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, count);
    SHA256_Final(digest, &context);
    return digest[0];
}
