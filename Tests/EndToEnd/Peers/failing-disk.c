/* A disk that makes trouble with a write-ahead log. Preloaded into the receiver.

   One sync fails with EIO, as on a bad disk: that which comes after the file has appeared that LEADSHARK_TEST_SYNC_FAILS names.
   Every write fails with EDQUOT, as for a user whose quota is used up, while there is the file that LEADSHARK_TEST_QUOTA names. */

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_log(int descriptor)
{
    char link[64], path[4096];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    length = readlink(link, path, sizeof path);
    return length >= 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int failed(int error)
{
    errno = error;
    return -1;
}

static int is_sync_to_fail(int descriptor)
{
    const char *trigger = getenv("LEADSHARK_TEST_SYNC_FAILS");

    return trigger != NULL && is_log(descriptor) && unlink(trigger) == 0;
}

int fsync(int descriptor)
{
    return is_sync_to_fail(descriptor) ? failed(EIO) : (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor)
{
    return is_sync_to_fail(descriptor) ? failed(EIO) : (int)syscall(SYS_fdatasync, descriptor);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset)
{
    const char *trigger = getenv("LEADSHARK_TEST_QUOTA");

    if (trigger != NULL && is_log(descriptor) && access(trigger, F_OK) == 0)
        return failed(EDQUOT);
    return (ssize_t)syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}
