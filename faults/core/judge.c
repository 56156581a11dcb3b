/* judge.c - see judge.h. */
#include "faults/core/judge.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/core/refusal.h"
#include "pools/core/futex.h"

enum {
    LOOK_EVERY_MS = 1,
    EXPLAIN_NS = 100000000, /* how long the inspector may take */
    OUTPUT_MAX = 65536,     /* bytes of stdout and stderr together */
    CORES_MAX = 0,
};
static const rlim_t memory_max = (rlim_t)4 << 30; /* of address space */

struct watch {
    const struct judge_setup *setup;
    struct record *record; /* shared with the process */
    struct record *copy;   /* of it, for the verdict */
    pid_t process;
    int process_fd, ended_fd, output_fd;
    int64_t begin_ns;
    struct proof_look looks[2];
    struct outcome outcome;
};

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif

/* From here on this process has threads, but no children: fork fails with EAGAIN.
 * clone3 passes its flags by pointer, which a filter cannot see: ENOSYS, and the C
 * library falls back to clone. Where filters are not to be had, so be it. */
static void forbid_processes(void)
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
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
#endif
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

/* In the child, before the cell begins. */
static void confine(int output_fd, pid_t judge)
{
    struct rlimit memory = {memory_max, memory_max}, output = {OUTPUT_MAX, OUTPUT_MAX}, none = {CORES_MAX, CORES_MAX};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != judge) /* it died before that */
        _exit(70);
    setpgid(0, 0);
    drop_handlers();
    signal(SIGXFSZ, SIG_IGN); /* what is printed beyond is lost: EFBIG */
    dup2(null, 0);
    dup2(output_fd, 1);
    dup2(output_fd, 2);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they map far more */
    setrlimit(RLIMIT_AS, &memory);
#endif
    (void)memory;
    setrlimit(RLIMIT_FSIZE, &output);
    setrlimit(RLIMIT_CORE, &none);
    forbid_processes();
}

static int start(struct watch *watch, const struct judge_case *what)
{
    struct cell_start cell = {what->pool, watch->setup->workers, watch->setup->without, watch->ended_fd, watch->record};
    pid_t judge = getpid();
    watch->begin_ns = pool_clock_ns();
    fflush(NULL); /* what is buffered is not the child's to write */
    watch->process = fork();
    if (watch->process < 0)
        return -errno;
    if (!watch->process) {
        confine(watch->output_fd, judge);
        pool_defects = what->defects;
        cell_main(&cell, what->fault->drive, what->cell->client);
    }
    setpgid(watch->process, watch->process); /* whoever comes first */
    watch->process_fd = (int)syscall(SYS_pidfd_open, watch->process, 0);
    return watch->process_fd < 0 ? -errno : 0;
}

/* Ends the process and whatever it started. */
static void finish(struct watch *watch)
{
    int status;
    if (watch->process <= 0)
        return;
    kill(-watch->process, SIGKILL);
    kill(watch->process, SIGKILL);
    while (waitpid(watch->process, &status, 0) < 0 && errno == EINTR)
        ;
    watch->process = 0;
}

static uint32_t pending_turn(const struct watch *watch)
{
    uint32_t turn = atomic_load(&watch->record->calls[0].turn);
    return turn & 1 ? turn : 0;
}

/* Two looks, a pause between them, and the awaited call pending throughout. The
 * pause is for the reader of times, not for the proof. */
static bool is_hung(struct watch *watch)
{
    uint32_t turn = pending_turn(watch);
    if (!turn || watch->setup->without & JUDGE_NO_PROOF)
        return false;
    proof_look(watch->process, &watch->looks[0]);
    for (int i = 0; i < watch->looks[0].count; i++)
        if (!watch->looks[0].threads[i].asleep)
            return false;
    if (watch->looks[0].count <= 0)
        return false;
    poll(NULL, 0, LOOK_EVERY_MS);
    proof_look(watch->process, &watch->looks[1]);
    return proof_holds(&watch->looks[0], &watch->looks[1]) && pending_turn(watch) == turn;
}

/* Waits for the process' end, the scenario's end, a proof, or the limit. */
static int observe(struct watch *watch)
{
    struct pollfd events[2] = {{watch->process_fd, POLLIN, 0}, {watch->ended_fd, POLLIN, 0}};
    struct outcome *outcome = &watch->outcome;
    for (;;) {
        int ready = poll(events, 2, LOOK_EVERY_MS);
        if (watch->setup->stop && *watch->setup->stop)
            return -EINTR;
        if (ready > 0 && events[1].revents) {
            outcome->end = OUTCOME_ENDED;
            return 0;
        }
        if (ready > 0 && events[0].revents) {
            siginfo_t info = {0};
            waitid(P_PID, (id_t)watch->process, &info, WEXITED | WNOWAIT);
            outcome->end = OUTCOME_CRASHED;
            outcome->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
            outcome->status = info.si_code == CLD_EXITED ? info.si_status : 0;
            return 0;
        }
        if (ready == 0 && is_hung(watch)) {
            outcome->end = OUTCOME_HUNG;
            return 0;
        }
        if (pool_clock_ns() - watch->begin_ns > watch->setup->limit_ns ||
            record_refusal(&watch->record->refused)) { /* it cannot be judged: no need to wait */
            proof_look(watch->process, &watch->looks[1]);
            outcome->end = OUTCOME_STALLED;
            return 0;
        }
    }
}

static bool is_client(const struct record *record, pid_t thread)
{
    for (int i = 0; i < RECORD_CLIENTS; i++)
        if (atomic_load(&record->clients[i]) == thread)
            return true;
    return false;
}

/* Threads that are not the client's. One that is on its way
 * out is not left behind: it must be asleep in two looks, or outlive the limit. */
static int threads_left(struct watch *watch)
{
    for (;;) {
        int extra = 0;
        struct proof_look *look = &watch->looks[1];
        watch->looks[0] = *look;
        proof_look(watch->process, look);
        for (int i = 0; i < look->count; i++)
            extra += !is_client(watch->record, look->threads[i].id);
        if (!extra)
            return 0;
        if (proof_holds(&watch->looks[0], look) || pool_clock_ns() - watch->begin_ns > watch->setup->limit_ns)
            return extra;
        poll(NULL, 0, LOOK_EVERY_MS);
    }
}

static void ask_inspector(struct watch *watch)
{
    int64_t until = pool_clock_ns() + EXPLAIN_NS;
    atomic_store(&watch->record->ask, 1);
    syscall(SYS_futex, &watch->record->ask, FUTEX_WAKE, 1, NULL, NULL, 0);
    while (atomic_load(&watch->record->ask) && pool_clock_ns() < until)
        poll(NULL, 0, LOOK_EVERY_MS);
}

static void look_closer(struct watch *watch)
{
    struct outcome *outcome = &watch->outcome;
    const struct record_call *call = &watch->record->calls[0];
    if (outcome->end == OUTCOME_HUNG || outcome->end == OUTCOME_STALLED) {
        if (atomic_load(&call->turn) & 1) {
            outcome->call = call->name;
            outcome->call_ns = pool_clock_ns() - atomic_load(&call->since_ns);
        }
        ask_inspector(watch);
    }
    if (outcome->end == OUTCOME_ENDED && !(watch->setup->without & JUDGE_NO_THREADS))
        outcome->threads_left = threads_left(watch);
    if (outcome->end == OUTCOME_CRASHED && watch->setup->without & JUDGE_NO_CRASH)
        outcome->end = OUTCOME_ENDED;
}

/* The report. */

struct report {
    char *at;
    size_t left;
};

__attribute__((format(printf, 2, 3))) static void add(struct report *report, const char *format, ...)
{
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(report->at, report->left, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length >= report->left)
        length = (int)report->left - 1;
    report->at += length;
    report->left -= (size_t)length;
}

/* Lines of a text, indented. */
static void add_lines(struct report *report, const char *indent, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        add(report, "%s%.*s\n", indent, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void add_ledger(struct report *report, const struct record *record)
{
    static const struct {
        const char *name;
        size_t at;
    } columns[] = {
        {"accepted", offsetof(struct record_job, accepted)}, {"refused", offsetof(struct record_job, refused)},
        {"started", offsetof(struct record_job, started)},   {"finished", offsetof(struct record_job, finished)},
        {"received", offsetof(struct record_job, received)}, {"cancelled", offsetof(struct record_job, cancelled)},
        {"dropped", offsetof(struct record_job, dropped)},   {"lost", offsetof(struct record_job, lost)}};
    uint32_t jobs = atomic_load(&record->job_count);
    add(report, "  ledger of %u job%s:", jobs, jobs == 1 ? "" : "s");
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        unsigned sum = 0;
        for (uint32_t i = 0; i < jobs; i++)
            sum += atomic_load((const _Atomic uint32_t *)((const char *)&record->jobs[i] + columns[c].at));
        if (sum)
            add(report, " %u %s", sum, columns[c].name);
    }
    if (atomic_load(&record->phantoms))
        add(report, " %u that nobody submitted", atomic_load(&record->phantoms));
    add(report, "\n");
}

static void add_threads(struct report *report, const struct proof_look *look)
{
    for (int i = 0; i < look->count; i++) {
        const struct proof_thread *thread = &look->threads[i];
        if (strcmp(thread->name, "inspector"))
            add(report, "  thread %-10s %s; ran %.1f us in %lu slices\n", thread->name,
                thread->asleep ? "asleep in a futex wait without a time-out" : "not asleep for ever",
                (double)thread->run_ns / 1e3, (unsigned long)thread->slices);
    }
    add(report, "  glibc %s\n", gnu_get_libc_version());
}

static void add_calls(struct report *report, const struct record *record)
{
    for (int i = 0; i < RECORD_CALLS; i++) {
        const struct record_call *call = &record->calls[i];
        if (atomic_load(&call->turn) & 1)
            add(report, "  client %d waits in %s since %.1f ms\n", i, call->name,
                (double)(pool_clock_ns() - atomic_load(&call->since_ns)) / 1e6);
    }
}

static void write_report(struct watch *watch, struct judge_result *result)
{
    struct report report = {result->report, sizeof result->report};
    char printed[1024];
    ssize_t length = pread(watch->output_fd, printed, sizeof printed - 1, 0);
    result->report[0] = '\0';
    add_ledger(&report, watch->copy);
    if (watch->outcome.end != OUTCOME_CRASHED)
        add_calls(&report, watch->copy);
    if (watch->outcome.end == OUTCOME_HUNG || watch->outcome.end == OUTCOME_STALLED || watch->outcome.threads_left)
        add_threads(&report, &watch->looks[1]);
    if (atomic_load(&watch->copy->explained))
        add_lines(&report, "  ", watch->copy->explanation);
    if (length > 0) {
        printed[length] = '\0';
        add(&report, "  it printed:\n");
        add_lines(&report, "    ", printed);
    }
}

/* Verdicts. */

__attribute__((format(printf, 2, 3))) static void other(struct verdict *verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->kind = VERDICT_FAILS;
    verdict->own = false;
    vsnprintf(verdict->finding, sizeof verdict->finding, format, arguments);
    va_end(arguments);
}

/* Whether accepted jobs may vanish without a word, as the pool has declared. */
static bool excused(const struct outcome *outcome)
{
    unsigned declares = outcome->pool->declares;
    return declares & POOL_NO_DISCARD && (declares & POOL_CLOSE_CANCELS || atomic_load(&outcome->record->cancels));
}

/* What every cell must keep, whatever it is about. Returns whether it broke. */
static bool broke_the_law(const struct outcome *outcome, struct verdict *verdict)
{
    const struct record *record = outcome->record;
    uint32_t phantoms = atomic_load(&record->phantoms);
    int workers = atomic_load(&record->workers);
    if (workers < 0 || workers > POOL_WORKERS_MAX)
        return other(verdict, "its statistics cannot be: %d workers", workers), true;
    for (uint32_t i = 0; i < atomic_load(&record->job_count); i++) {
        const struct record_job *job = &record->jobs[i];
        uint32_t accepted = atomic_load(&job->accepted), started = atomic_load(&job->started),
                 gone = atomic_load(&job->cancelled) + atomic_load(&job->dropped);
        if (started + gone > accepted || (started + gone < accepted && !excused(outcome)))
            return other(verdict, "job %u: accepted %u times, started %u, cancelled or dropped %u", i, accepted,
                         started, gone),
                   true;
        if (atomic_load(&job->received) > started)
            return other(verdict, "job %u: received %u times, started %u", i, atomic_load(&job->received), started),
                   true;
    }
    if (phantoms)
        return other(verdict, "%u results or jobs that nobody submitted", phantoms), true;
    return false;
}

static void judge_common(const struct outcome *outcome, struct verdict *verdict)
{
    switch (outcome->end) {
    case OUTCOME_CRASHED:
        if (outcome->signal)
            other(verdict, "the process died of signal %d (%s)", outcome->signal, strsignal(outcome->signal));
        else
            other(verdict, "the process exited from within, status %d", outcome->status);
        return;
    case OUTCOME_HUNG:
        other(verdict, "hang: %s does not return", outcome->call ? outcome->call : "a call");
        return;
    case OUTCOME_STALLED:
        verdict->kind = VERDICT_STALLED;
        snprintf(verdict->finding, sizeof verdict->finding,
                 "no end within the limit, and no proof that there is none; in %s",
                 outcome->call ? outcome->call : "no call");
        return;
    case OUTCOME_ENDED:
        if (outcome->threads_left && !(outcome->pool->declares & POOL_THREADS_STAY))
            other(verdict, "%d threads are left behind", outcome->threads_left);
        else if (!broke_the_law(outcome, verdict))
            verdict->kind = VERDICT_HOLDS;
    }
}

/* What no pool can help: it got no thread, no memory, no descriptor, or was killed from
 * outside, as the kernel does where memory or the time of the processor runs out. */
static bool machine_refused(const struct watch *watch, struct verdict *verdict)
{
    const struct outcome *outcome = &watch->outcome;
    int error = record_refusal(&watch->copy->refused);
    char text[128];
    bool killed = outcome->end == OUTCOME_CRASHED && (outcome->signal == SIGKILL || outcome->signal == SIGXCPU);
    if (error)
        refusal_text(error, text, sizeof text);
    else if (killed)
        snprintf(text, sizeof text, "killed by signal %d (%s): the memory of a container, ulimit -t, or somebody",
                 outcome->signal, strsignal(outcome->signal));
    else if (outcome->end == OUTCOME_CRASHED && outcome->signal && refusal_is_real(ENOMEM, 0))
        refusal_text(ENOMEM, text, sizeof text); /* libraries crash, too, where they get none */
    else
        return false;
    verdict->kind = VERDICT_MACHINE;
    snprintf(verdict->finding, sizeof verdict->finding, "cannot be judged here: %s", text);
    return true;
}

/* That nothing was seen is less than that it holds, where it might have been missed; and
 * what was not played says nothing. */
static void weaken(const struct record *record, struct verdict *verdict)
{
    unsigned tries = atomic_load(&record->tries), gaps = atomic_load(&record->gaps);
    if (verdict->kind != VERDICT_HOLDS)
        return;
    if (record->not_asked[0]) {
        verdict->kind = VERDICT_UNSUPPORTED;
        snprintf(verdict->finding, sizeof verdict->finding, "%s", record->not_asked);
    } else if (tries) {
        verdict->kind = VERDICT_UNSEEN;
        snprintf(verdict->finding, sizeof verdict->finding, "not seen in %u tries at %u gap%s", tries, gaps,
                 gaps == 1 ? "" : "s");
    }
}

static void give_verdict(struct watch *watch, const struct judge_case *what, struct judge_result *result)
{
    static const enum verdict_kind wanted[] = {
        [FAULT_CLEAN] = VERDICT_HOLDS, [FAULT_MISUSE] = VERDICT_NAMED, [FAULT_ARMED] = VERDICT_FAILS};
    struct verdict *verdict = &result->verdict;
    int error;
    if (machine_refused(watch, verdict)) {
        result->end = watch->outcome.end;
        return;
    }
    /* Nothing was asked of such a pool: nothing holds. */
    error = record_refusal(&watch->copy->not_opened);
    if (error)
        other(verdict, "it could not be opened: %s", strerror(error));
    else if (watch->outcome.end == OUTCOME_STALLED || !what->fault->judge(&watch->outcome, verdict))
        judge_common(&watch->outcome, verdict);
    weaken(watch->copy, verdict);
    /* That a pool explains itself in our words is asked of our own. */
    if (what->cell->kind == FAULT_MISUSE && verdict->kind == VERDICT_HOLDS && pool_is_added(what->pool))
        verdict_named(verdict, "the pool stays safe");
    if (what->cell->kind == FAULT_MISUSE && verdict->kind == VERDICT_HOLDS)
        other(verdict, "the pool is safe, but does not name the client's mistake");
    if (what->cell->kind == FAULT_MISUSE && verdict->kind == VERDICT_NAMED) {
        struct verdict law = {0};
        judge_common(&watch->outcome, &law);
        if (law.kind != VERDICT_HOLDS)
            *verdict = law;
    }
    result->passed = (verdict->kind == wanted[what->cell->kind] && (verdict->kind != VERDICT_FAILS || verdict->own)) ||
                     (verdict->kind == VERDICT_UNSEEN && what->cell->kind == FAULT_CLEAN);
    result->end = watch->outcome.end;
}

static int run(struct watch *watch, const struct judge_case *what, struct judge_result *result)
{
    int error;
    watch->record = mmap(NULL, sizeof *watch->record, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (watch->record == MAP_FAILED)
        return watch->record = NULL, -errno;
    watch->ended_fd = eventfd(0, EFD_CLOEXEC);
    watch->output_fd = memfd_create("output", MFD_CLOEXEC);
    if (watch->ended_fd < 0 || watch->output_fd < 0)
        return -errno;
    error = start(watch, what);
    if (!error)
        error = observe(watch);
    if (error)
        return error;
    watch->outcome.cell = what->cell;
    watch->outcome.pool = what->pool;
    watch->outcome.workers = watch->setup->workers;
    look_closer(watch);
    result->took_ns = pool_clock_ns() - watch->begin_ns;
    finish(watch);
    watch->outcome.record = watch->copy = record_copy(watch->record);
    if (!watch->copy)
        return -ENOMEM;
    if (atomic_load(&watch->copy->workers) >= 1 && atomic_load(&watch->copy->workers) < watch->outcome.workers)
        watch->outcome.workers = atomic_load(&watch->copy->workers);
    if (record_refusal(&watch->copy->fewer) && watch->outcome.workers < watch->setup->workers &&
        watch->outcome.workers >= CELL_WORKERS_LEAST) {
        result->fewer = watch->outcome.workers;
        return 0;
    }
    if (watch->outcome.call)
        watch->outcome.call = watch->copy->calls[0].name;
    give_verdict(watch, what, result);
    write_report(watch, result);
    return 0;
}

const char *judge_reason(const struct pool_ops *pool, const struct fault *fault)
{
    for (const struct pool_reason *reason = pool->reasons; reason && reason->fault; reason++)
        if (!strcmp(reason->fault, fault->name) && reason->why)
            return reason->why;
    return NULL;
}

/* In the pool's own words if it has some, else by what it lacks or declares. */
static void say_unsupported(const struct judge_case *what, unsigned lacking, unsigned barred, struct verdict *verdict)
{
    static const struct {
        unsigned bit;
        const char *text;
    } lacks[] = {{POOL_CAN_RUN_APART, "runs jobs in their submitter: no worker to be lost, late or uncounted"},
                 {POOL_CAN_QUEUE, "has no queue"},
                 {POOL_CAN_CANCEL, "has no cancel"},
                 {POOL_CAN_RESULTS, "has no results"},
                 {POOL_CAN_CONTAIN, "does not contain failures"},
                 {POOL_CAN_DROP, "drops nothing"},
                 {POOL_KEEPS_ORDER, "promises no order"},
                 {POOL_CAN_KEEP_ORDER, "keeps no order on demand"}},
      declares[] = {{POOL_MUST_ENTER, "takes jobs only from threads that entered it"},
                    {POOL_NO_CLOSE, "has no close of its own"},
                    {POOL_NO_COUNTS, "counts nothing itself"},
                    {POOL_NO_WAIT, "has no wait of its own that leaves it open"},
                    {POOL_OPEN_AWAITS, "opens only when its workers run: they cannot be held at birth"},
                    {POOL_WAIT_HELPS, "runs jobs in whoever waits"},
                    {POOL_ZERO_STOPS, "runs nothing at a size of 0, and says so"},
                    {POOL_JOBS_RETURN, "says that jobs must return"},
                    {POOL_UNBOUNDED, "has no bound"},
                    {POOL_CLOSE_CANCELS, "cancels what is queued when it closes"},
                    {POOL_CALLER_MAY_RUN, "may run a job in its submitter"},
                    {POOL_THREADS_STAY, "has threads that are not one pool's: they outlive pool_free"}};
    const char *text = judge_reason(what->pool, what->fault);
    for (size_t i = 0; !text && i < sizeof declares / sizeof *declares; i++)
        if (barred & declares[i].bit)
            text = declares[i].text;
    for (size_t i = 0; !text && i < sizeof lacks / sizeof *lacks; i++)
        if (lacking & lacks[i].bit)
            text = lacks[i].text;
    snprintf(verdict->finding, sizeof verdict->finding, "%s %s", what->pool->name, text ? text : "declares it so");
}

/* One process. `fewer` of the result: none was judged, the machine allows that many workers only. */
static int run_once(const struct judge_setup *setup, const struct judge_case *what, struct judge_result *result)
{
    struct watch watch = {.setup = setup, .process_fd = -1, .ended_fd = -1, .output_fd = -1};
    int error;
    memset(result, 0, sizeof *result);
    error = run(&watch, what, result);
    finish(&watch);
    if (watch.process_fd >= 0)
        close(watch.process_fd);
    if (watch.ended_fd >= 0)
        close(watch.ended_fd);
    if (watch.output_fd >= 0)
        close(watch.output_fd);
    if (watch.record)
        munmap(watch.record, sizeof *watch.record);
    free(watch.copy);
    return error;
}

int judge_run(const struct judge_setup *setup, const struct judge_case *what, struct judge_result *result)
{
    struct judge_setup now = *setup;
    unsigned lacking = what->cell->needs & ~fault_pool_can(what->pool),
             barred = (what->cell->barred | POOL_MUST_ENTER) & what->pool->declares;
    int error;
    if (lacking || barred) {
        memset(result, 0, sizeof *result);
        result->verdict.kind = VERDICT_UNSUPPORTED;
        say_unsupported(what, lacking, barred, &result->verdict);
        return 0;
    }
    /* Scenarios count workers before they open; so a pool that got fewer is asked anew, for those. */
    while (!(error = run_once(&now, what, result)) && result->fewer)
        now.workers = result->fewer;
    result->fewer = now.workers < setup->workers ? now.workers : 0;
    return error;
}
