#pragma once
#include <stdbool.h>

/// Whether valgrind runs this process.
bool callgrind_runs(void);

/// Begins to count.
void callgrind_begin(void);

/// Writes down what was counted since, with a name.
void callgrind_end(const char *name);
