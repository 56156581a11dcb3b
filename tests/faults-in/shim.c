/* shim.c - lets the N-th call of a kind fail; preloaded by tests/faults-in/run.sh.
 *
 * FAULT_CALL is the kind, FAULT_AT is N, FAULT_COUNTER a file of 8 zero bytes that all
 * processes of a command count in together, so that N is of them all. The kind `quota` is
 * of writes, flushes and new names, which all fail from the N-th on, with EDQUOT. What the C library
 * calls inside itself is not seen here: the kind `flush` stands for the writes of stdio.
 * hwloc is left alone: it looks at few of its allocations, and crashes. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic unsigned long *counter; /* NULL: nothing fails yet */
static unsigned long fault_at;
static char fault_call[16];

__attribute__((constructor)) static void begin(void)
{
    const char *call = getenv("FAULT_CALL"), *at = getenv("FAULT_AT"), *name = getenv("FAULT_COUNTER");
    long file, map;
    if (!call || !at || !name)
        return;
    snprintf(fault_call, sizeof fault_call, "%s", call);
    fault_at = strtoul(at, NULL, 10);
    file = syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return;
    map = syscall(SYS_mmap, NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (map != -1)
        counter = (_Atomic unsigned long *)map;
}

static int fails(const char *call)
{
    return counter && !strcmp(call, fault_call) && atomic_fetch_add(counter, 1) + 1 == fault_at;
}

/* What a quota refuses is refused again. */
static int is_over_quota(void)
{
    return counter && !strcmp("quota", fault_call) && atomic_fetch_add(counter, 1) + 1 >= fault_at && fault_at;
}

static int is_hwloc(const void *caller)
{
    Dl_info info;
    return dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "libhwloc");
}

static int lacks_memory(const void *caller)
{
    return counter && !strcmp("malloc", fault_call) && !is_hwloc(caller) && fails("malloc");
}

/* What is no file, no pipe and no device (an eventfd) has no disk that could be full. */
static int has_room_always(int file)
{
    struct stat info;
    return !fstat(file, &info) && !(info.st_mode & S_IFMT);
}

/* Where the call would have gone. */
#define REAL(name)                                                                                                     \
    static __typeof__(&name) real;                                                                                     \
    if (!real)                                                                                                         \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define MEMORY(name, parameters, arguments)                                                                            \
    void *name parameters                                                                                              \
    {                                                                                                                  \
        REAL(name);                                                                                                    \
        if (lacks_memory(__builtin_return_address(0))) {                                                               \
            errno = ENOMEM;                                                                                            \
            return NULL;                                                                                               \
        }                                                                                                              \
        return real arguments;                                                                                         \
    }
MEMORY(malloc, (size_t size), (size))
MEMORY(calloc, (size_t count, size_t size), (count, size))
MEMORY(realloc, (void *old, size_t size), (old, size))
MEMORY(aligned_alloc, (size_t alignment, size_t size), (alignment, size))

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    REAL(posix_memalign);
    return lacks_memory(__builtin_return_address(0)) ? ENOMEM : real(memory, alignment, size);
}

/* A system call that fails with an error, or for want of quota where it takes some. */
#define SYSTEM(call, error, takes, number, ...)                                                                        \
    int refused = (takes) && is_over_quota();                                                                          \
    if (refused || fails(call)) {                                                                                      \
        errno = refused ? EDQUOT : (error);                                                                            \
        return -1;                                                                                                     \
    }                                                                                                                  \
    return syscall(number, __VA_ARGS__)

static int is_written(int file)
{
    struct stat info;
    return !fstat(file, &info) && S_ISREG(info.st_mode) && (fcntl(file, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

ssize_t write(int file, const void *bytes, size_t size)
{
    if (has_room_always(file))
        return syscall(SYS_write, file, bytes, size);
    SYSTEM("write", ENOSPC, is_written(file), SYS_write, file, bytes, size);
}

/* SQLite's writes. */
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    SYSTEM("write", ENOSPC, is_written(file), SYS_pwrite64, file, bytes, size, offset);
}

int ftruncate64(int file, off64_t size)
{
    SYSTEM("write", ENOSPC, is_written(file), SYS_ftruncate, file, size);
}

int fsync(int file)
{
    SYSTEM("fsync", EIO, is_written(file), SYS_fsync, file);
}

int fdatasync(int file)
{
    SYSTEM("fsync", EIO, is_written(file), SYS_fdatasync, file);
}

int renameat(int from, const char *old, int to, const char *new)
{
    SYSTEM("rename", EIO, 1, SYS_renameat2, from, old, to, new, 0);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    SYSTEM("rename", EIO, 1, SYS_renameat2, from, old, to, new, flags);
}

int rename(const char *old, const char *new)
{
    return renameat(AT_FDCWD, old, AT_FDCWD, new);
}

static int open_file(int folder, const char *path, int flags, mode_t mode)
{
    SYSTEM("open", EMFILE, flags & (O_CREAT | __O_TMPFILE), SYS_openat, folder, path, flags, mode);
}

#define MODE(flags)                                                                                                    \
    mode_t mode = 0;                                                                                                   \
    va_list arguments;                                                                                                 \
    va_start(arguments, flags);                                                                                        \
    if ((flags) & (O_CREAT | __O_TMPFILE))                                                                             \
        mode = va_arg(arguments, mode_t);                                                                              \
    va_end(arguments)

int open(const char *path, int flags, ...)
{
    MODE(flags);
    return open_file(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE(flags);
    return open_file(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE(flags);
    return open_file(folder, path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    int refused = *mode != 'r' && is_over_quota();
    REAL(fopen);
    if (refused || fails("open")) {
        errno = refused ? EDQUOT : EMFILE;
        return NULL;
    }
    return real(path, mode);
}

/* What was buffered is lost, as on a full disk. */
int fflush(FILE *file)
{
    int refused = file && is_written(fileno(file)) && is_over_quota();
    REAL(fflush);
    if (refused || (file && fails("flush"))) {
        errno = refused ? EDQUOT : ENOSPC;
        return EOF;
    }
    return real(file);
}

int fclose(FILE *file)
{
    REAL(fclose);
    int refused = is_written(fileno(file)) && is_over_quota(), failed = fails("flush"), result = real(file);
    if (refused || failed)
        errno = refused ? EDQUOT : ENOSPC;
    return refused || failed ? EOF : result;
}

void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    if (fails("mmap")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, size, protection, flags, file, offset);
}

void *mmap64(void *at, size_t size, int protection, int flags, int file, off64_t offset)
{
    return mmap(at, size, protection, flags, file, offset);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    REAL(pthread_create);
    return fails("thread") ? EAGAIN : real(thread, attributes, start, argument);
}

pid_t fork(void)
{
    REAL(fork);
    if (fails("process")) {
        errno = EAGAIN;
        return -1;
    }
    return real();
}

int posix_spawnp(pid_t *process, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
    REAL(posix_spawnp);
    return fails("process") ? EAGAIN : real(process, file, actions, attributes, arguments, environment);
}
