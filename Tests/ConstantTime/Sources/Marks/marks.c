#include "marks.h"
#include <stdint.h>
#include <valgrind/memcheck.h>

bool marks_work(void) {
    // Memory that is marked shows it, under memcheck and nowhere else.
    uint8_t byte = 0, hidden = 0;
    marks_hide(&byte, 1);
    return VALGRIND_GET_VBITS(&byte, &hidden, 1) == 1 && hidden == 0xff;
}

void marks_hide(void *bytes, size_t count) { (void)VALGRIND_MAKE_MEM_UNDEFINED(bytes, count); }

void marks_publish(void *bytes, size_t count) { (void)VALGRIND_MAKE_MEM_DEFINED(bytes, count); }

size_t marks_reports(void) { return VALGRIND_COUNT_ERRORS; }

void marks_report(bool wanted) {
    if (wanted) {
        VALGRIND_ENABLE_ERROR_REPORTING;
    } else {
        VALGRIND_DISABLE_ERROR_REPORTING;
    }
}
