/* program.c - see program.h. */
#include "bench/check/program.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/check/check.h"
#include "bench/machine/tool.h"
#include "faults/core/proof.h"
#include "pools/core/futex.h"
#include "workloads/core/why.h"

enum {
    REPORTED = 66, /* the exit status by which a detector says that it has something */
    OUTPUT_MAX = 1 << 20,
    LOOK_EVERY_MS = 2,
    PATH = 4096,
};

static const struct {
    const char *name;
    const char *compile;  /* a flag, or NULL */
    const char *valgrind; /* a tool, or NULL */
} tools[PROGRAM_TOOLS] = {[PROGRAM_PLAIN] = {"plain", NULL, NULL},
                          [PROGRAM_TSAN] = {"tsan", "-fsanitize=thread", NULL},
                          [PROGRAM_ASAN] = {"asan", "-fsanitize=address,undefined", NULL},
                          [PROGRAM_HELGRIND] = {"helgrind", NULL, "--tool=helgrind"},
                          [PROGRAM_DRD] = {"drd", NULL, "--tool=drd"}};

const char *program_tool_name(enum program_tool tool)
{
    return tools[tool].name;
}

const char *program_seen_name(enum program_seen seen)
{
    static const char *const names[] = {
        [PROGRAM_NOTHING] = "nothing", [PROGRAM_CRASH] = "crash",        [PROGRAM_HANG] = "hang",
        [PROGRAM_NO_END] = "no end",   [PROGRAM_WRONG] = "wrong answer", [PROGRAM_REPORT] = "report"};
    return names[seen];
}

int program_find(char *folder, size_t size)
{
    static const char *const places[] = {"faults/programs", "../share/poolbench/programs"};
    char self[PATH / 2], header[PATH];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    if (strrchr(self, '/'))
        *strrchr(self, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(folder, size, "%s/%s", self, places[i]);
        snprintf(header, sizeof header, "%.2000s/%s/channel.h", self, places[i]);
        if (!access(header, R_OK))
            return 0;
    }
    return -ENOENT;
}

void program_source(const struct fault *fault, bool right, const char *folder, char *path, size_t size)
{
    snprintf(path, size, "%s/%s-%s.c", folder, fault->name, right ? "right" : "wrong");
}

/* The first bytes of what was printed. */
static void read_output(int output, char *text, size_t size)
{
    ssize_t length = pread(output, text, size - 1, 0);
    text[length > 0 ? length : 0] = '\0';
}

static bool is_there(const char *program)
{
    const char *path = getenv("PATH");
    char full[PATH];
    while (path && *path) {
        int length = (int)strcspn(path, ":");
        snprintf(full, sizeof full, "%.*s/%s", length, path, program);
        if (!access(full, X_OK))
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

/* In one line why there is no program. */
static int say_not_compiled(const char *source, enum program_tool tool, int error, int output, struct why why)
{
    char text[512] = "";
    if (!error)
        read_output(output, text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    if (error == -ETIMEDOUT)
        snprintf(text, sizeof text, "cc did not end within %d s", TOOL_SECONDS);
    return why_wrong(why, "cannot compile %s for %s: %s", source, tools[tool].name,
                     *text   ? text
                     : error ? strerror(-error)
                             : "cc failed without a word"),
           error == -EINTR ? -EINTR : -ENOTSUP;
}

int program_compile(const char *source, enum program_tool tool, const char *folder, const char *out, char *text,
                    size_t size)
{
    char *words[] = {"cc",
                     "-std=gnu11",
                     "-g",
                     "-O0",
                     "-pthread",
                     "-o",
                     (char *)(uintptr_t)out,
                     (char *)(uintptr_t)source,
                     (char *)(uintptr_t)tools[tool].compile,
                     NULL};
    char temporary[PATH];
    const char *settings[] = {temporary, NULL};
    struct tool cc = {.words = words, .settings = settings, .stop = &check_stop};
    struct why why = {text, size};
    int status = 0, error;
    if (!is_there("cc"))
        return why_wrong(why, "no C compiler here (cc); apt-get install gcc libc6-dev"), -ENOTSUP;
    if (tools[tool].valgrind && !is_there("valgrind"))
        return why_wrong(why, "no valgrind here, which %s is part of; apt-get install valgrind", tools[tool].name),
               -ENOTSUP;
    snprintf(temporary, sizeof temporary, "TMPDIR=%.4000s", folder);
    cc.out = memfd_create("output", MFD_CLOEXEC);
    error = cc.out < 0 ? -errno : tool_run(&cc, &status);
    if (error || status)
        error = say_not_compiled(source, tool, error, cc.out, why);
    if (cc.out >= 0)
        close(cc.out);
    return error;
}

static bool is_hung(pid_t process)
{
    static struct proof_look looks[2]; /* their memory is kept for the next program */
    proof_look(process, &looks[0]);
    if (!proof_asleep(&looks[0]))
        return false;
    poll(NULL, 0, LOOK_EVERY_MS);
    proof_look(process, &looks[1]);
    return proof_holds(&looks[0], &looks[1]);
}

static void judge_end(pid_t process, struct program_run *run)
{
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    if (run->seen == PROGRAM_HANG || run->seen == PROGRAM_NO_END)
        return;
    if (WIFSIGNALED(status)) {
        run->seen = PROGRAM_CRASH;
        run->signal = WTERMSIG(status);
    } else {
        run->seen = WEXITSTATUS(status) == REPORTED ? PROGRAM_REPORT
                    : WEXITSTATUS(status)           ? PROGRAM_WRONG
                                                    : PROGRAM_NOTHING;
    }
}

/* Until it ends, is proved to hang, or the limit. */
static int observe(pid_t process, int64_t limit_ns, struct program_run *run)
{
    int64_t begin = pool_clock_ns();
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, process, 0), .events = POLLIN};
    int error = ended.fd < 0 ? -errno : 0;
    run->seen = PROGRAM_NOTHING;
    while (!error && poll(&ended, 1, LOOK_EVERY_MS) <= 0 && run->seen == PROGRAM_NOTHING) {
        if (check_stop)
            error = -EINTR;
        else if (pool_clock_ns() - begin > limit_ns)
            run->seen = PROGRAM_NO_END;
        else if (is_hung(process))
            run->seen = PROGRAM_HANG;
    }
    if (error || run->seen != PROGRAM_NOTHING)
        kill(-process, SIGKILL);
    run->took_ns = pool_clock_ns() - begin;
    judge_end(process, run);
    if (ended.fd >= 0)
        close(ended.fd);
    return error;
}

int program_run(const char *program, enum program_tool tool, const char *folder, int64_t limit_ns,
                struct program_run *run)
{
    char *valgrind[] = {
        "valgrind", "-q", (char *)(uintptr_t)tools[tool].valgrind, "--error-exitcode=66", (char *)(uintptr_t)program,
        NULL};
    char *plain[] = {(char *)(uintptr_t)program, NULL};
    char temporary[PATH];
    const char *settings[] = {"TSAN_OPTIONS=exitcode=66", "ASAN_OPTIONS=exitcode=66:detect_leaks=1",
                              "UBSAN_OPTIONS=exitcode=66", temporary, NULL};
    struct tool start = {
        .words = tools[tool].valgrind ? valgrind : plain, .settings = settings, .output_max = OUTPUT_MAX};
    pid_t process;
    int error;
    *run = (struct program_run){0};
    snprintf(temporary, sizeof temporary, "TMPDIR=%.4000s", folder);
    start.out = memfd_create("output", MFD_CLOEXEC);
    if (start.out < 0)
        return -errno;
    process = tool_start(&start);
    error = process < 0 ? (int)process : observe(process, limit_ns, run);
    read_output(start.out, run->text, sizeof run->text);
    close(start.out);
    return error;
}
