/* Has a program see another time of day than it is: as many seconds later as the file says that LEADSHARK_TEST_CLOCK names, eight
   bytes in this machine's order. They may be changed while it runs. Steady clocks stay as they are. Preloaded. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void look(void)
{
    const char *path = getenv("LEADSHARK_TEST_CLOCK");
    int descriptor = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *place = descriptor >= 0 ? mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, descriptor, 0) : MAP_FAILED;

    if (place == MAP_FAILED)
        abort();
    ahead = place;
    close(descriptor);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, clock, now);

    if (result == 0 && ahead != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *ahead;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec exact;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0)
        return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *place)
{
    struct timespec exact;

    if (clock_gettime(CLOCK_REALTIME, &exact) != 0)
        return -1;
    if (place != NULL)
        *place = exact.tv_sec;
    return exact.tv_sec;
}
