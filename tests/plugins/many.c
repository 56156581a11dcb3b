/* many.c - for LD_PRELOAD: the kernel has 4,096 CPUs, of which most are not there, and tells which may be
 * used into a set of as many or more only. */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>

enum { BYTES = 4096 / 8 };

int sched_getaffinity(pid_t thread, size_t bytes, cpu_set_t *set)
{
    int (*real)(pid_t, size_t, cpu_set_t *);
    *(void **)&real = dlsym(RTLD_NEXT, "sched_getaffinity");
    if (bytes < BYTES)
        return errno = EINVAL, -1;
    return real(thread, bytes, set);
}
