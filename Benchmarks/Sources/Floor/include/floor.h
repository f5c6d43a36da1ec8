#pragma once
#include <stddef.h>
#include <stdint.h>

/// The SHA-256 of `count` bytes by libcrypto's Init, Update and Final; its first byte, so that nobody optimises it away.
uint8_t floor_sha256(const uint8_t *bytes, size_t count);

/// How often the calling thread has asked for memory so far.
uint64_t floor_allocations(void);
