#pragma once
#include <stdbool.h>
#include <stddef.h>

// What valgrind's memcheck is asked for. It follows each bit that is marked as hidden, and all that is computed from it, and
// reports each branch and each address that depends on one.

/// Whether memcheck runs this process. Without it none of these calls does anything.
bool marks_work(void);

/// Hides bytes: nobody may branch on them, or look anything up by them.
void marks_hide(void *bytes, size_t count);

/// Declares bytes to be public.
void marks_publish(void *bytes, size_t count);

/// How many reports there were so far.
size_t marks_reports(void);

/// Whether reports are made and counted, which they are at first.
void marks_report(bool wanted);

// This executable's `CRYPTO_memcmp` comes before libcrypto's own, and calls it. So the code of the package is that of a user's
// build, to the byte, and the answer of a comparison is public nonetheless.

/// Whether the answers of comparisons are public, which they are at first: whether there is any difference, no more.
void comparisons_publish(bool wanted);

/// How many comparisons there were so far.
size_t comparisons_count(void);

/// How many of them were of bytes of which every bit was hidden.
size_t comparisons_hidden(void);

/// libcrypto's own comparison, with its answer hidden like that which it compares.
int comparisons_hidden_answer(const void *left, const void *right, size_t count);
