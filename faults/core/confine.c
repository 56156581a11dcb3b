/* confine.c - see confine.h. */
#include "faults/core/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    OUTPUT_MAX = 65536, /* bytes of stdout and stderr together */
    FILE_MAX = 1 << 30, /* of a file that it writes */
    CORES_MAX = 0,
};

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif

/* From here on this process has threads, but no children: fork fails with EAGAIN.
 * clone3 passes its flags by pointer, which a filter cannot see: ENOSYS, and the C
 * library falls back to clone. Where filters are not to be had, so be it. */
void confine_processes(bool all_threads)
{
#ifdef NATIVE
    enum {
        NUMBER = offsetof(struct seccomp_data, nr),
        ARCHITECTURE = offsetof(struct seccomp_data, arch),
        FLAGS = offsetof(struct seccomp_data, args)
    };
    struct sock_filter rules[] = {
        /* Other ways in (32 bits, x32) have other numbers for the same calls: no calls at all. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARCHITECTURE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER),
#ifdef __x86_64__
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, __X32_SYSCALL_BIT, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
#endif
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
#ifdef SYS_fork
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fork, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_vfork, 4, 0),
#endif
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FLAGS), /* the low half: little-endian */
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
    };
    struct sock_fprog filter = {sizeof rules / sizeof *rules, rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, all_threads ? SECCOMP_FILTER_FLAG_TSYNC : 0, &filter))
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
#endif
    (void)all_threads;
}

/* As exec would: what the judge takes is default here, what it was told to ignore stays ignored. */
static void drop_handlers(void)
{
    static const int taken[] = {SIGINT, SIGHUP, SIGTERM};
    struct sigaction now;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (!sigaction(taken[i], NULL, &now) && now.sa_handler != SIG_IGN)
            signal(taken[i], SIG_DFL);
}

int confine_output(void)
{
    int file = memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file >= 0 && (ftruncate(file, OUTPUT_MAX) || fcntl(file, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK))) {
        close(file);
        return -1;
    }
    return file;
}

void confine_text(int file, char *text, size_t size)
{
    ssize_t length = pread(file, text, size - 1, 0);
    text[length > 0 ? length : 0] = '\0'; /* what was not written to reads as zeros */
}

void confine(int output, pid_t judge)
{
    struct rlimit file = {FILE_MAX, FILE_MAX}, none = {CORES_MAX, CORES_MAX};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t nothing;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != judge) /* it died before that */
        _exit(70);
    setpgid(0, 0);
    drop_handlers();
    sigemptyset(&nothing);
    sigprocmask(SIG_SETMASK, &nothing, NULL); /* whatever a library of the judge's took */
    signal(SIGXFSZ, SIG_IGN);
    dup2(null, 0);
    dup2(output, 1);
    dup2(output, 2);
    setrlimit(RLIMIT_FSIZE, &file);
    setrlimit(RLIMIT_CORE, &none);
}

void confine_space(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they map far more */
    struct rlimit space = {CONFINE_MEMORY_MAX, CONFINE_MEMORY_MAX};
    setrlimit(RLIMIT_AS, &space);
#endif
}

int64_t confine_memory(pid_t process)
{
    char path[48], text[128];
    long pages = 0;
    int file;
    ssize_t length;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)process);
    file = open(path, O_RDONLY | O_CLOEXEC);
    length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[length > 0 ? length : 0] = '\0';
    return sscanf(text, "%*d %ld", &pages) == 1 ? (int64_t)pages * sysconf(_SC_PAGESIZE) : 0;
}
