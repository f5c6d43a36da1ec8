#include "callgrind_counts.h"
#include <valgrind/callgrind.h>

bool callgrind_runs(void) { return RUNNING_ON_VALGRIND != 0; }

void callgrind_begin(void) { CALLGRIND_ZERO_STATS; }

void callgrind_end(const char *name) { CALLGRIND_DUMP_STATS_AT(name); }
