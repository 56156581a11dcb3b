/* search.c - many schedules, in a process of their own, which may crash or hang.
 *
 * The child writes what it does into memory that it shares with its parent: which schedule
 * it is in, and its verdict. A fault signal makes a verdict; so does the parent's question to
 * a child that does not come on. Whether it does is judged by the time that it was given:
 * a child that sleeps outside, or that has used its time within one schedule. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "bench/explore/runtime.h"

enum {
    LOOK_MS = 20,
    PROGRESS_LOOKS = 5, /* a report to the caller at each fifth look */
    ASLEEP_LOOKS = 25,  /* looks in a row at which a child sleeps in the same schedule */
    ASK_SIGNAL = SIGVTALRM,
    ASK_LOOKS = 50,   /* that an answer may take */
    STOP_LOOKS = 200, /* that the last schedule may take when the search is to stop */
    SIGNAL_STACK = 64 << 10,
};
#define STUCK_NS INT64_C(2000000000)

struct shared {
    volatile uint64_t k, beats; /* the schedule that runs; steps, in thousands */
    volatile bool inside;       /* that one has begun, and has no verdict yet */
    volatile bool done, stop;
    volatile pid_t runs; /* who runs it; 0: whoever does has not begun */
    struct explore_counts counts;
    volatile enum { COLD, WARMING, WARM } warmth; /* WARMING at a child's end: do without */
    bool failed;                                  /* `first` is something */
    uint64_t first_k;
    struct explore_verdict first, now;
};
static struct shared *shared;

/* In the child. */

static void where(const void *context, const void **pc, void **frame)
{
    const ucontext_t *at = context;
#if defined(__x86_64__)
    *pc = (const void *)at->uc_mcontext.gregs[REG_RIP];
    *frame = (void *)at->uc_mcontext.gregs[REG_RBP];
#else
    *pc = (const void *)at->uc_mcontext.pc;
    *frame = (void *)at->uc_mcontext.regs[29];
#endif
}

/* Makes a verdict of the schedule that runs, and ends the process. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    struct explore_verdict *verdict = &shared->now;
    struct runtime_thread *thread = runtime.now;
    const void *pc;
    void *frame;
    if (!shared->inside || !thread || shared->runs != getpid())
        _exit(1);
    where(context, &pc, &frame);
    thread->pc = pc;
    thread->frame = frame;
    runtime.on = false;
    verdict->kind = number == ASK_SIGNAL ? EXPLORE_STUCK : EXPLORE_SIGNAL;
    if (number == ASK_SIGNAL)
        snprintf(verdict->words, sizeof verdict->words,
                 "%s does not come on: it loops where there is no hook, or blocks in a system call", thread->name);
    else if (number == SIGABRT)
        snprintf(verdict->words, sizeof verdict->words, "%s aborts", thread->name);
    else
        snprintf(verdict->words, sizeof verdict->words, "%s gets signal %d (%s) at address %p", thread->name, number,
                 strsignal(number), info->si_addr);
    verdict->address = number == ASK_SIGNAL || number == SIGABRT ? NULL : info->si_addr;
    runtime_describe(verdict);
    _exit(2);
}

static int signals_take(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT, ASK_SIGNAL};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};
    stack_t stack = {.ss_sp = malloc(SIGNAL_STACK), .ss_size = SIGNAL_STACK};
    sigset_t all;
    if (!stack.ss_sp || sigaltstack(&stack, NULL))
        return -ENOMEM;
    sigemptyset(&all);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], &action, NULL);
        sigaddset(&all, numbers[i]);
    }
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    return 0;
}

static void note_verdict(uint64_t k)
{
    const struct explore_verdict *verdict = &shared->now;
    struct explore_counts *counts = &shared->counts;
    counts->schedules++;
    counts->steps += verdict->steps;
    counts->unfair += verdict->unfair;
    counts->jumped += verdict->jumps > 0;
    counts->frozen += verdict->frozen >= 0;
    counts->kinds[verdict->kind]++;
    if (verdict->kind == EXPLORE_GOOD)
        return;
    counts->failures += explore_accuses(verdict->kind);
    /* the first that accuses goes before the first that does not */
    if (!shared->failed || (explore_accuses(verdict->kind) && !explore_accuses(shared->first.kind))) {
        shared->failed = true;
        shared->first_k = k;
        shared->first = *verdict;
    }
}

static void run_one(const struct explore_search *search, uint64_t k)
{
    struct explore_knobs knobs = search->knobs;
    knobs.seed = explore_seed(search->seed, k);
    if (search->prepare)
        search->prepare(search->prepare_arg, k, &knobs);
    shared->k = k;
    shared->runs = getpid();
    memset(&shared->now, 0, offsetof(struct explore_verdict, threads));
    shared->now.seed = knobs.seed;
    shared->inside = true;
    explore_run(&knobs, &shared->now);
    shared->inside = false;
    shared->beats++;
}

/* What became of a process that was to run one schedule, if it says nothing itself. */
static void note_end(int status)
{
    struct explore_verdict *verdict = &shared->now;
    if (verdict->kind != EXPLORE_GOOD)
        return;
    /* Nobody kills itself so: that was the machine, or somebody on it. */
    verdict->kind = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? EXPLORE_CANNOT : EXPLORE_SIGNAL;
    verdict->thread = verdict->other_thread = verdict->frozen = -1;
    if (WIFSIGNALED(status))
        snprintf(verdict->words, sizeof verdict->words, "the process ends by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(verdict->words, sizeof verdict->words, "the process ends with status %d", WEXITSTATUS(status));
}

static void run_apart(const struct explore_search *search, uint64_t k)
{
    int status = 0;
    pid_t process = fork();
    if (process < 0) {
        shared->now.kind = EXPLORE_CANNOT;
        snprintf(shared->now.words, sizeof shared->now.words, "no process can be started: %s", strerror(errno));
        return;
    }
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (signals_take())
            _exit(1);
        run_one(search, k);
        _exit(0);
    }
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    if (shared->inside) {
        shared->inside = false;
        note_end(status);
    }
}

static void child(const struct explore_search *search, uint64_t from)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    if (signals_take())
        _exit(1);
    runtime.user = shared->counts.user;
    runtime.beats = &shared->beats;
    runtime.runs = &shared->runs;
    shared->runs = getpid();
    if (shared->warmth != WARMING && !search->fork_each) {
        shared->warmth = WARMING;
        shared->inside = true;
        if (runtime_warm_up(&search->knobs))
            _exit(1);
        shared->inside = false;
        shared->warmth = WARM;
    }

    for (uint64_t k = from; k - search->first < search->count && !shared->stop; k++) {
        if (search->fork_each)
            run_apart(search, k);
        else
            run_one(search, k);
        note_verdict(k);
        if (shared->failed && !search->go_on)
            break;
    }
    shared->done = true;
    _exit(0);
}

/* In the parent. */

/* 'R', 'S', ...; '?': gone. */
static char state_of(pid_t process)
{
    char path[64], text[512], *after;
    ssize_t length;
    int file;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return '?';
    length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    after = strrchr(text, ')');
    return after && after[1] ? after[2] : '?';
}

static int64_t cpu_of(pid_t process)
{
    struct timespec used;
    clockid_t clock;
    if (clock_getcpuclockid(process, &clock) || clock_gettime(clock, &used))
        return 0;
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* A watch of one child. */
struct watch {
    uint64_t k, beats;
    int64_t cpu_ns;
    int asleep, asked;
    pid_t runs;
};

/* Whether it has stood at one place for too long. */
static bool is_stuck(struct watch *watch, int64_t stuck_ns)
{
    pid_t runs = shared->runs;
    if (watch->k != shared->k || watch->beats != shared->beats || watch->runs != runs || !runs || !shared->inside) {
        *watch =
            (struct watch){.k = shared->k, .beats = shared->beats, .runs = runs, .cpu_ns = runs ? cpu_of(runs) : 0};
        return false;
    }
    watch->asleep = state_of(runs) == 'S' ? watch->asleep + 1 : 0;
    return watch->asleep >= ASLEEP_LOOKS || cpu_of(runs) - watch->cpu_ns > stuck_ns;
}

/* Asks it where it is; what does not answer is ended. */
static void ask(struct watch *watch, pid_t process)
{
    if (watch->asked++ == 0)
        kill(watch->runs, ASK_SIGNAL);
    else if (watch->asked > ASK_LOOKS) {
        if (shared->now.kind == EXPLORE_GOOD) {
            shared->now.kind = EXPLORE_STUCK;
            snprintf(shared->now.words, sizeof shared->now.words, "a schedule does not come on, nor answer");
        }
        kill(-process, SIGKILL);
    }
}

static bool tell_progress(const struct explore_search *search, int look)
{
    return look % PROGRESS_LOOKS || !search->progress || search->progress(search->progress_arg, &shared->counts);
}

/* Until it has ended. Returns its status. */
static int await(const struct explore_search *search, pid_t process)
{
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, process, 0), .events = POLLIN};
    struct watch watch = {0};
    int status = 0, ready = 0, since = 0;
    for (int look = 1; ready <= 0; look++) {
        ready = poll(&ended, ended.fd >= 0, LOOK_MS);
        if (ended.fd < 0) /* an old kernel */
            ready = waitid(P_PID, (id_t)process, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) < 0 ||
                    state_of(process) == 'Z';
        if (ready > 0)
            break;
        if (!shared->stop && !tell_progress(search, look))
            shared->stop = true;
        if (shared->stop && ++since > STOP_LOOKS)
            kill(-process, SIGKILL);
        if (is_stuck(&watch, search->stuck_ns ? search->stuck_ns : STUCK_NS))
            ask(&watch, process);
    }
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    if (ended.fd >= 0)
        close(ended.fd);
    return status;
}

/* The last schedule was ended with the search: where it was the only one, nothing else is known. */
static void note_unfinished(void)
{
    if (shared->counts.schedules || !shared->inside)
        return;
    if (shared->now.kind == EXPLORE_GOOD) {
        shared->now.kind = EXPLORE_STUCK;
        snprintf(shared->now.words, sizeof shared->now.words, "the first schedule did not come to an end in the time");
    }
    note_verdict(shared->k);
}

static int run_children(const struct explore_search *search)
{
    uint64_t from = search->first;
    bool cold = false;
    while (!shared->done && !shared->stop && from - search->first < search->count) {
        pid_t process;
        int status;
        shared->inside = false;
        shared->k = from;
        fflush(NULL);
        process = fork();
        if (process < 0)
            return -errno;
        if (process == 0)
            child(search, from);
        status = await(search, process);
        if (shared->done)
            break;
        if (shared->stop && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
            note_unfinished();
            break;
        }
        if (shared->warmth == WARMING && !cold) {
            cold = true; /* it does not survive its warm-up: again without one */
            continue;
        }
        if (!shared->inside) /* not in a schedule: nothing that it could have met */
            return -ECHILD;
        note_end(status);
        note_verdict(shared->k);
        if (!search->go_on || !tell_progress(search, 0))
            break;
        from = shared->k + 1;
    }
    return 0;
}

int explore_search(const struct explore_search *search, struct explore_counts *counts, struct explore_verdict *verdict,
                   uint64_t *k)
{
    int error;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -errno;
    error = run_children(search);
    *counts = shared->counts;
    if (shared->failed) {
        *verdict = shared->first;
        *k = shared->first_k;
    } else {
        memset(verdict, 0, sizeof *verdict);
    }
    munmap(shared, sizeof *shared);
    shared = NULL;
    return error;
}
