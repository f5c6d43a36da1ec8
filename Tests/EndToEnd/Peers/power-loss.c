/* Writes down what a program does to the stores and leads files of a folder, LEADSHARK_TEST_POWER_FOLDER: each write, change
   of length, new name and sync, in its order and with its time. power-loss.py makes of it what a loss of power would have
   left. Preloaded into the receiver. Each process has a log of its own there, named for when it began. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536, PATH = 4096 };

struct record {
    uint64_t time;
    int64_t offset;
    uint32_t path_length, data_length;
    uint64_t kind;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
/* What is open, by its name; a directory's ends with a slash. */
static char *names[DESCRIPTORS];

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static const char *folder(void) { return getenv("LEADSHARK_TEST_POWER_FOLDER"); }

static void note(char kind, const char *name, int64_t offset, const void *data, size_t length)
{
    struct record record = {now(), offset, (uint32_t)strlen(name), (uint32_t)length, (uint64_t)kind};
    struct iovec parts[3] = {{&record, sizeof record}, {(void *)name, record.path_length}, {(void *)data, length}};
    char path[PATH];

    if (log_file < 0) {
        snprintf(path, sizeof path, "%s/power-log.%020llu", folder(), (unsigned long long)record.time);
        log_file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    if (syscall(SYS_writev, log_file, parts, 3) != (long)(sizeof record + record.path_length + length))
        abort();
}

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* The name within the folder, if it is of those that have to outlast a loss of power. */
static const char *interesting(const char *path)
{
    const char *start = folder();
    size_t length = start == NULL ? 0 : strlen(start);

    if (length == 0 || strncmp(path, start, length) != 0 || path[length] != '/')
        return NULL;
    path += length + 1;
    if (ends_with(path, ".sqlite") || ends_with(path, "-wal") || ends_with(path, "-journal") || ends_with(path, ".ndjson"))
        return path;
    return NULL;
}

static const char *interesting_at(const char *path, char *buffer)
{
    if (path[0] != '/') {
        if (getcwd(buffer, PATH) == NULL || strlen(buffer) + strlen(path) + 2 > PATH)
            return NULL;
        strcat(strcat(buffer, "/"), path);
        path = buffer;
    }
    return interesting(path);
}

static int opened(int directory, const char *path, int flags, mode_t mode)
{
    char link[64], real[PATH];
    const char *name, *start = folder();
    struct stat status;
    int descriptor, is_new;
    ssize_t length;

    if (start == NULL)
        return (int)syscall(SYS_openat, directory, path, flags, mode);
    pthread_mutex_lock(&lock);
    is_new = (flags & O_CREAT) != 0 && fstatat(directory, path, &status, AT_SYMLINK_NOFOLLOW) != 0;
    descriptor = (int)syscall(SYS_openat, directory, path, flags, mode);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        length = readlink(link, real, sizeof real - 1);
        real[length < 0 ? 0 : length] = 0;
        name = interesting(real);
        if (strcmp(real, start) == 0)
            names[descriptor] = strdup("/");
        else if (name != NULL && (flags & O_ACCMODE) != O_RDONLY) {
            names[descriptor] = strdup(name);
            if (is_new)
                note('C', name, 0, NULL, 0);
            if (flags & O_TRUNC)
                note('T', name, 0, NULL, 0);
        }
    }
    pthread_mutex_unlock(&lock);
    return descriptor;
}

#define OPEN(name, before, directory)                                                                                  \
    int name(before const char *path, int flags, ...)                                                                  \
    {                                                                                                                  \
        va_list more;                                                                                                  \
        mode_t mode;                                                                                                   \
        va_start(more, flags);                                                                                         \
        mode = (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(more, mode_t) : 0;                                           \
        va_end(more);                                                                                                  \
        return opened(directory, path, flags, mode);                                                                   \
    }
#define NOTHING
#define COMMA ,
OPEN(open, NOTHING, AT_FDCWD)
OPEN(open64, NOTHING, AT_FDCWD)
OPEN(openat, int directory COMMA, directory)
OPEN(openat64, int directory COMMA, directory)

static const char *name_of(int descriptor)
{
    return descriptor >= 0 && descriptor < DESCRIPTORS ? names[descriptor] : NULL;
}

int close(int descriptor)
{
    if (name_of(descriptor) != NULL) {
        pthread_mutex_lock(&lock);
        free(names[descriptor]);
        names[descriptor] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return (int)syscall(SYS_close, descriptor);
}

/* A write is noted before it is made, and a sync after it: whatever a kill comes between was not yet promised. */
static ssize_t written(int descriptor, const void *data, size_t length, off_t offset)
{
    ssize_t result;

    pthread_mutex_lock(&lock);
    note('W', names[descriptor], offset, data, length);
    result = syscall(SYS_pwrite64, descriptor, data, length, offset);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset)
{
    if (name_of(descriptor) != NULL)
        return written(descriptor, data, length, offset);
    return syscall(SYS_pwrite64, descriptor, data, length, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset)
{
    return pwrite(descriptor, data, length, offset);
}

ssize_t write(int descriptor, const void *data, size_t length)
{
    int at_end;
    ssize_t result;

    if (name_of(descriptor) == NULL)
        return syscall(SYS_write, descriptor, data, length);
    pthread_mutex_lock(&lock);
    at_end = fcntl(descriptor, F_GETFL) & O_APPEND;
    note('W', names[descriptor], lseek(descriptor, 0, at_end ? SEEK_END : SEEK_CUR), data, length);
    result = syscall(SYS_write, descriptor, data, length);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int descriptor, off_t length)
{
    int result;

    if (name_of(descriptor) == NULL)
        return (int)syscall(SYS_ftruncate, descriptor, length);
    pthread_mutex_lock(&lock);
    note('T', names[descriptor], length, NULL, 0);
    result = (int)syscall(SYS_ftruncate, descriptor, length);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate64(int descriptor, off64_t length) { return ftruncate(descriptor, length); }

static int synced(int descriptor, long call)
{
    int result;

    if (name_of(descriptor) == NULL)
        return (int)syscall(call, descriptor);
    pthread_mutex_lock(&lock);
    result = (int)syscall(call, descriptor);
    if (result == 0)
        note('S', names[descriptor], 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

int unlink(const char *path)
{
    char buffer[PATH];
    const char *name = folder() == NULL ? NULL : interesting_at(path, buffer);
    int result;

    pthread_mutex_lock(&lock);
    if (name != NULL)
        note('U', name, 0, NULL, 0);
    result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int rename(const char *from, const char *to)
{
    char buffer[PATH];

    /* The model has no such thing, and nothing here needs it. */
    if (folder() != NULL && (interesting_at(from, buffer) != NULL || interesting_at(to, buffer) != NULL))
        abort();
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
