#define _GNU_SOURCE
#include "marks.h"
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <valgrind/memcheck.h>

static bool answers_are_public = true;
static size_t count_of_all, count_of_hidden;

void comparisons_publish(bool wanted) { answers_are_public = wanted; }
size_t comparisons_count(void) { return count_of_all; }
size_t comparisons_hidden(void) { return count_of_hidden; }

int comparisons_hidden_answer(const void *left, const void *right, size_t count) {
    static int (*libcryptos)(const void *, const void *, size_t);
    if (libcryptos == NULL) {
        *(void **)&libcryptos = dlsym(RTLD_NEXT, "CRYPTO_memcmp");
        if (libcryptos == NULL) abort();
    }
    return libcryptos(left, right, count);
}

static bool is_hidden(const void *bytes, size_t count) {
    uint8_t hidden[64];
    if (count == 0 || count > sizeof hidden || VALGRIND_GET_VBITS(bytes, hidden, count) != 1) return false;
    for (size_t index = 0; index < count; index++) {
        if (hidden[index] != 0xff) return false;
    }
    return true;
}

int CRYPTO_memcmp(const void *left, const void *right, size_t count) {
    count_of_all++;
    if (is_hidden(left, count) || is_hidden(right, count)) count_of_hidden++;
    int answer = comparisons_hidden_answer(left, right, count);
    if (!answers_are_public) return answer;
    marks_publish(&answer, sizeof answer);
    // Public is whether there is a difference, and not which.
    return answer != 0;
}
