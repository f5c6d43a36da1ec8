/* Lets one sync of a write-ahead log fail with EIO, as a bad disk would: that which comes after the file has appeared that
   LEADSHARK_TEST_SYNC_FAILS names. Preloaded into the receiver. */

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_to_fail(int descriptor)
{
    const char *trigger = getenv("LEADSHARK_TEST_SYNC_FAILS");
    char link[64], path[4096];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = readlink(link, path, sizeof path);
    if (trigger == NULL || length < 4 || memcmp(path + length - 4, "-wal", 4) != 0)
        return 0;
    return unlink(trigger) == 0;
}

static int failed(void)
{
    errno = EIO;
    return -1;
}

int fsync(int descriptor)
{
    return is_to_fail(descriptor) ? failed() : (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor)
{
    return is_to_fail(descriptor) ? failed() : (int)syscall(SYS_fdatasync, descriptor);
}
