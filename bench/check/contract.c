/* contract.c - see contract.h: finds the tests, runs one, judges what came of it. */
#include "bench/check/contract.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/check/contract_note.h"
#include "bench/json/must.h"
#include "bench/machine/tool.h"
#include "bench/measure/plugin.h"
#include "faults/core/proof.h"
#include "faults/core/waker.h"
#include "pools/core/futex.h"

enum {
    SUITES_MAX = CHECK_FAULTS_MAX,
    NAME = 128,
    OUTPUT_MAX = 1 << 16,
    LOOK_EVERY_MS = 2,
    AGAIN_MS = 50, /* a proof is looked at once more after that */
    ANSWER_MS = 100,
    WORDS_MAX = 5 + POOL_ADDED_MAX,
};

/* A suite as a fault, a test as a cell, which plays the client of its number: its seconds. */
static struct fault suites[SUITES_MAX];
static int suite_count;

int contract_count(void)
{
    return suite_count;
}

const struct fault *contract_at(int index)
{
    return &suites[index];
}

/* The program lies beside this one. */
static const char *program(void)
{
    static char path[4200];
    ssize_t length = readlink("/proc/self/exe", path, 4096);
    const char *own = "-check";
    size_t cut;
    path[length > 0 ? length : 0] = '\0';
    cut = strlen(path) - strlen(own);
    if (strlen(path) > strlen(own) && !strcmp(path + cut, own))
        path[cut] = '\0';
    strcat(path, "-contract");
    return path;
}

static struct fault *suite_of(const char *name)
{
    struct fault *suite;
    for (int i = 0; i < suite_count; i++)
        if (!strcmp(suites[i].name, name))
            return &suites[i];
    if (suite_count == SUITES_MAX)
        return NULL;
    suite = &suites[suite_count++];
    *suite = (struct fault){
        .number = suite_count,
        .name = must_memory(strdup(name)),
        .group = "contract",
        .source = "pool.h",
        .summary = "promises of pool.h",
        .bug = "A promise of pool.h is not kept: the test's name says which.",
        .scenario = "One of the tests that our own pools pass (tests/contract), in a process of its own.",
        .diagnosis = "What the test saw stands above.",
        .remedy = "Keep the promise; or declare what the pool does not do (enum pool_can and enum pool_declares), or "
                  "refuse it when it opens (-ENOTSUP): what is declared or refused is not asked.",
    };
    return suite;
}

static void add_test(struct fault *suite, const char *name, double seconds)
{
    struct fault_cell *cells = (struct fault_cell *)(uintptr_t)suite->cells, *cell;
    cells = must_memory(realloc(cells, (size_t)(suite->cell_count + 1) * sizeof *cells));
    cell = &cells[suite->cell_count++];
    *cell = (struct fault_cell){.name = must_memory(strdup(name)), .kind = FAULT_CLEAN, .client = (int)seconds};
    suite->cells = cells;
}

int contract_find(struct why why)
{
    char *words[] = {(char *)(uintptr_t)program(), "--list", NULL};
    struct tool tool = {.words = words, .out = memfd_create("tests", MFD_CLOEXEC), .stop = &check_stop};
    char suite[NAME], name[NAME];
    double seconds;
    int status = 0, error = tool.out < 0 ? -errno : tool_run(&tool, &status);
    FILE *list;
    if (error || status)
        return why_wrong(why, "--contract: cannot start %s: %s (it is built and installed with poolbench)", program(),
                         error ? strerror(-error) : "it fails");
    lseek(tool.out, 0, SEEK_SET);
    list = must_memory(fdopen(tool.out, "r"));
    while (fscanf(list, "%127s %127s %lf", suite, name, &seconds) == 3) {
        struct fault *found = suite_of(suite);
        if (found)
            add_test(found, name, seconds);
    }
    fclose(list);
    return 0;
}

/* A test that runs. */
struct watch {
    struct contract_note *note; /* shared with the test, so it may hold anything */
    int64_t begin_ns, limit_ns;
    const volatile sig_atomic_t *stop;
    struct proof_look looks[2];
    uint64_t slices; /* of the thread that awaits a state, in the latest look */
    pid_t process;
    int output_fd;
    enum outcome_end end;
    bool awaits;       /* HUNG: a state that does not come */
    int status;        /* as of wait(2) */
    char why_not[160]; /* STALLED: why that is no proof */
};

static enum contract_state state_of(const struct contract_note *note)
{
    uint32_t state = atomic_load(&note->state);
    return (state & ~(uint32_t)CONTRACT_STATES) == CONTRACT_MARK ? state & CONTRACT_STATES : CONTRACT_RUNS;
}

/* All threads but the inspector; while the first one awaits a state, and only looks, not it. */
static void look(struct watch *watch, bool awaits, struct proof_look *look)
{
    look->but[0] = atomic_load(&watch->note->inspector);
    proof_look(watch->process, look);
    for (int i = 0; awaits && i < look->count; i++)
        if (look->threads[i].id == watch->process) {
            watch->slices = look->threads[i].slices;
            look->threads[i] = look->threads[--look->count];
        }
}

/* Whether those slept for want of a wake-up by another in two looks, and none ran between. */
static bool are_asleep(struct watch *watch, bool awaits, int pause_ms)
{
    enum { WHOLE_LOOK = 3 }; /* slices: the rest of one, one from its begin to its end, the next */
    uint32_t turn = atomic_load(&watch->note->turn);
    uint64_t slices;
    look(watch, awaits, &watch->looks[0]);
    slices = watch->slices;
    if (watch->looks[0].count && !proof_asleep(&watch->looks[0]))
        return false;
    poll(NULL, 0, pause_ms);
    look(watch, awaits, &watch->looks[1]);
    if (awaits && watch->slices < slices + WHOLE_LOOK) /* the state may be there, and it had no CPU to see it */
        return false;
    if (!watch->looks[0].count && !watch->looks[1].count) /* it awaits a state, alone */
        return awaits && atomic_load(&watch->note->turn) == turn;
    return proof_holds(&watch->looks[0], &watch->looks[1]) && atomic_load(&watch->note->turn) == turn;
}

/* What else may wake one: a timer, say. True, too, when nobody answers. */
static bool may_be_woken(struct watch *watch)
{
    int64_t until = pool_clock_ns() + INT64_C(1000000) * ANSWER_MS;
    atomic_store(&watch->note->ask, 1);
    syscall(SYS_futex, &watch->note->ask, FUTEX_WAKE, 1, NULL, NULL, 0);
    while (atomic_load(&watch->note->ask) && pool_clock_ns() < until)
        poll(NULL, 0, 1);
    return atomic_load(&watch->note->ask) || atomic_load(&watch->note->waker) != WAKER_NONE;
}

/* All sleep for ever: in a call; or but for the first one, which awaits a state that nobody
 * will bring. It looks for it every 0.2 ms, and must have done so between two looks of ours. */
static bool is_hung(struct watch *watch)
{
    bool awaits = atomic_load(&watch->note->turn) & 1 && watch->note->awaits;
    if (!atomic_load(&watch->note->inspector) || !are_asleep(watch, awaits, awaits ? AGAIN_MS : LOOK_EVERY_MS) ||
        may_be_woken(watch) || !are_asleep(watch, awaits, AGAIN_MS))
        return false;
    watch->awaits = awaits;
    return true;
}

static void stall(struct watch *watch)
{
    watch->end = OUTCOME_STALLED;
    look(watch, false, &watch->looks[1]);
    proof_why_not(&watch->looks[1], watch->why_not, sizeof watch->why_not);
    if (!*watch->why_not && atomic_load(&watch->note->waker))
        snprintf(watch->why_not, sizeof watch->why_not, "%s", waker_name(atomic_load(&watch->note->waker)));
}

/* Until it ends, is proved to hang, or the limit. */
static int observe(struct watch *watch)
{
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, watch->process, 0), .events = POLLIN};
    int error = ended.fd < 0 ? -errno : 0;
    bool over = error;
    watch->end = OUTCOME_ENDED;
    while (!over && poll(&ended, 1, LOOK_EVERY_MS) <= 0) {
        over = true;
        if (watch->stop && *watch->stop)
            error = -EINTR;
        else if (pool_clock_ns() - watch->begin_ns > watch->limit_ns)
            stall(watch);
        else if (is_hung(watch))
            watch->end = OUTCOME_HUNG;
        else
            over = false;
    }
    kill(-watch->process, SIGKILL); /* and what it has left behind */
    while (waitpid(watch->process, &watch->status, 0) < 0 && errno == EINTR)
        ;
    if (ended.fd >= 0)
        close(ended.fd);
    return error;
}

/* "pool mine: not supported: POOL_CAN_DROP" of the test, beside a verdict that says the half of it: "mine: this needs
 * POOL_CAN_DROP". */
static void say_unsupported(const char *text, char *finding, size_t size)
{
    static const char pool[] = "pool ", middle[] = ": not supported: ";
    const char *at = strstr(text, middle), *why = at ? at + strlen(middle) : "";
    if (!at || strncmp(text, pool, strlen(pool)))
        snprintf(finding, size, "%s", text);
    else
        snprintf(finding, size, "%.*s: %s%s", (int)(at - text - (ptrdiff_t)strlen(pool)), text + strlen(pool),
                 !strncmp(why, "POOL_CAN_", 9) ? "this needs " : "", why);
}

/* The verdict, with `doing` and `text` as copies that end. */
static void give_verdict(const struct watch *watch, const char *doing, const char *text, struct judge_result *result)
{
    struct verdict *verdict = &result->verdict;
    char *finding = verdict->finding;
    size_t size = sizeof verdict->finding;
    bool told = atomic_load(&watch->note->turn) & 1 && *doing;
    verdict->kind = VERDICT_FAILS;
    verdict->own = true;
    if (watch->end == OUTCOME_HUNG && watch->awaits)
        snprintf(finding, size, "waits in vain for: %s; all other threads sleep, and nothing can wake one", doing);
    else if (watch->end == OUTCOME_HUNG)
        snprintf(finding, size, "hang: %s does not return; all threads sleep", told ? doing : "a call");
    else if (watch->end == OUTCOME_STALLED) {
        verdict->kind = VERDICT_STALLED;
        snprintf(finding, size, "no end within %.3g s in %s, and no proof that there is none: %s",
                 (double)watch->limit_ns / 1e9, told ? doing : "its jobs",
                 *watch->why_not ? watch->why_not : "it went on");
    } else if (WIFSIGNALED(watch->status) && WTERMSIG(watch->status) == SIGKILL) {
        verdict->kind = VERDICT_MACHINE;
        snprintf(finding, size, "cannot be judged here: killed by signal %d: the memory of a container, or somebody",
                 SIGKILL);
    } else if (WIFSIGNALED(watch->status))
        snprintf(finding, size, "the process died of signal %d (%s)%s%s", WTERMSIG(watch->status),
                 strsignal(WTERMSIG(watch->status)), told ? " in " : "", told ? doing : "");
    else if (state_of(watch->note) == CONTRACT_KEPT && WEXITSTATUS(watch->status) == 0)
        verdict->kind = VERDICT_HOLDS;
    else if (state_of(watch->note) == CONTRACT_BROKEN)
        snprintf(finding, size, "%s", text);
    else if (state_of(watch->note) == CONTRACT_NOT_ASKED) {
        verdict->kind = VERDICT_UNSUPPORTED;
        say_unsupported(text, finding, size);
    } else
        snprintf(finding, size, "the process exited from within, status %d%s%s", WEXITSTATUS(watch->status),
                 told ? ", in " : "", told ? doing : "");
    result->end = watch->end;
    result->passed = verdict->kind == VERDICT_HOLDS;
}

static void judge(struct watch *watch, struct judge_result *result)
{
    char doing[sizeof watch->note->doing + 1], text[sizeof watch->note->text + 1], printed[2048];
    ssize_t length = pread(watch->output_fd, printed, sizeof printed - 1, 0);
    snprintf(doing, sizeof doing, "%.*s", (int)sizeof watch->note->doing, watch->note->doing);
    snprintf(text, sizeof text, "%.*s", (int)sizeof watch->note->text, watch->note->text);
    give_verdict(watch, doing, text, result);
    printed[length > 0 ? length : 0] = '\0';
    if (*printed && !result->passed)
        snprintf(result->report, sizeof result->report, "  it printed:\n%s%s", printed,
                 printed[length - 1] == '\n' ? "" : "\n");
}

/* Starts the process of a test, its pool loaded from the same files as here. */
static pid_t start(const struct judge_case *what, int note_fd, int output_fd)
{
    char name[2 * NAME];
    char *words[WORDS_MAX] = {(char *)(uintptr_t)program(), name, (char *)(uintptr_t)what->pool->name};
    struct tool tool = {.words = words, .out = output_fd, .third = note_fd, .output_max = OUTPUT_MAX};
    json_t *files = plugin_files(), *file;
    size_t i;
    pid_t process;
    snprintf(name, sizeof name, "%s/%s", what->fault->name, what->cell->name);
    json_array_foreach (files, i, file)
        if (pool_is_added(what->pool) && i + 4 < WORDS_MAX)
            words[3 + i] = (char *)(uintptr_t)json_string_value(file);
    process = tool_start(&tool);
    json_decref(files);
    return process;
}

/* A new one, above the numbers that the test gets; -1: none. */
static int memory_file(const char *name, size_t size)
{
    int file = memfd_create(name, MFD_CLOEXEC);
    if (file >= 0 && ftruncate(file, (off_t)size)) {
        close(file);
        return -1;
    }
    return file;
}

int contract_run(const struct judge_setup *setup, const struct judge_case *what, struct judge_result *result)
{
    struct watch watch = {.begin_ns = pool_clock_ns(), .limit_ns = setup->limit_ns, .stop = setup->stop};
    int note_fd = memory_file("note", sizeof *watch.note), error = -errno;
    memset(result, 0, sizeof *result);
    watch.output_fd = memory_file("output", 0);
    watch.note = MAP_FAILED;
    if (note_fd >= 0 && watch.output_fd >= 0) {
        watch.note = mmap(NULL, sizeof *watch.note, PROT_READ | PROT_WRITE, MAP_SHARED, note_fd, 0);
        error = watch.note == MAP_FAILED ? -errno : 0;
    }
    if (!setup->limit_ns)
        watch.limit_ns = INT64_C(1000000000) * what->cell->client;
    if (!error) {
        watch.process = start(what, note_fd, watch.output_fd);
        error = watch.process < 0 ? (int)watch.process : observe(&watch);
    }
    if (!error)
        judge(&watch, result);
    result->took_ns = pool_clock_ns() - watch.begin_ns;
    for (int i = 0; i < 2; i++)
        proof_close(&watch.looks[i]);
    if (watch.note != MAP_FAILED)
        munmap(watch.note, sizeof *watch.note);
    if (note_fd >= 0)
        close(note_fd);
    if (watch.output_fd >= 0)
        close(watch.output_fd);
    return error;
}
