/* hunt.c - runs schedules of one pool until one fails, the time is over, or somebody
 * stops it. See command.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/explore/command.h"
#include "bench/measure/plugin.h"
#include "bench/show/progress.h"
#include "pools/core/futex.h"

struct command_shared *command_shared;

/* The scenario's world, inside an exploration. */

static void broken(enum ledger_promise promise, const char *words)
{
    command_shared->promise = promise;
    explore_fail("%s", words);
}

static struct ledger_mark mark(void)
{
    struct explore_mark now = explore_mark();
    return (struct ledger_mark){now.thread, now.clock};
}

static bool happened(struct ledger_mark when)
{
    return explore_happened((struct explore_mark){when.thread, when.clock});
}

/* Once in a schedule at most: scenarios give up at the first. */
static void not_opened(int error)
{
    command_shared->open_error = error;
    explore_count(COMMAND_NOT_OPENED, 1);
}

static const struct stage_world world = {
    .ledger = {.broken = broken, .mark = mark, .happened = happened, .note = explore_note},
    .name = explore_name,
    .settle = explore_settle,
    .refuse_threads = explore_refuse_threads,
    .end = explore_end,
    .self = explore_self,
    .frozen = explore_frozen,
    .freezable = explore_freezable,
    .interrupt = explore_interrupt,
    .load = explore_load,
    .fork = explore_fork,
    .not_opened = not_opened,
};

static void run(void *arg)
{
    (void)arg;
    explore_name("main");
    command_shared->timer_helped = command_shared->timer_helped_child = false;
    stage_run(&world, &command_shared->plan);
    if (ledger_child_awaited())
        explore_count(COMMAND_CHILD, 1);
}

static void count_once(bool *counted, unsigned what)
{
    if (!*counted)
        explore_count(what, 1);
    *counted = true;
}

/* Nobody goes on without a timer. Where a job waits and a worker is free, it helps that job. */
static void jumps(void *arg)
{
    (void)arg;
    if (ledger_waiting_jobs() && ledger_worker_free())
        count_once(&command_shared->timer_helped, COMMAND_ONLY_TIMER);
    if (ledger_child_waits())
        count_once(&command_shared->timer_helped_child, COMMAND_CHILD_TIMER);
}

/* One schedule's draw. */

struct hunt {
    struct command_finding *finding;
    const struct command_options *options;
    int64_t begin_ns;
    int64_t shown_ns;
};

static enum explore_memory memory_of(const struct command_options *options, uint64_t seed)
{
    switch (options->memory) {
    case COMMAND_SC:
        return EXPLORE_SC;
    case COMMAND_TSO:
        return EXPLORE_TSO;
    case COMMAND_C11:
        return EXPLORE_C11;
    default:
        return seed >> 40 & 1 ? EXPLORE_TSO : EXPLORE_SC;
    }
}

static void set_knobs(const struct command_options *options, const struct pool_ops *ops, uint64_t seed,
                      struct explore_knobs *knobs)
{
    knobs->seed = seed;
    knobs->run = run;
    knobs->jumps = jumps;
    knobs->strategy = options->strategy;
    knobs->memory = memory_of(options, seed);
    knobs->freeze = options->freeze;
    /* Libraries that are taken as they are keep memory for later; what is built for this is asked. */
    knobs->leaks = !options->freeze && !(ops->declares & POOL_THREADS_STAY) && command_is_hooked(ops);
}

static bool draw_plan(struct stage_plan *plan, const struct command_finding *finding,
                      const struct command_options *options, uint64_t seed)
{
    bool suits = scenario_draw(plan, finding->ops, &finding->refused, options->scenario, options->freeze, seed);
    plan->one_by_one = plugin_batch_is_loop(finding->ops);
    return suits;
}

static void count_scenario(const struct scenario *scenario)
{
    for (int i = 0; scenario_table[i] && i < COMMAND_SCENARIOS_MAX; i++)
        command_shared->reached[i] += scenario_table[i] == scenario;
}

bool command_is_missed(const struct command_finding *finding, const struct command_options *options, int scenario)
{
    return !finding->found && !finding->cannot && !options->replay && !options->scenario &&
           scenario_table[scenario]->freezes == options->freeze && !finding->reached[scenario] &&
           scenario_suits(scenario_table[scenario], finding->ops, &finding->refused);
}

static void prepare(void *arg, uint64_t k, struct explore_knobs *knobs)
{
    const struct hunt *hunt = arg;
    const struct command_options *options = hunt->options;
    uint64_t seed = explore_seed(options->seed, k);
    set_knobs(options, hunt->finding->ops, seed, knobs);
    draw_plan(&command_shared->plan, hunt->finding, options, seed);
    knobs->strict = command_shared->plan.scenario->strict;
    count_scenario(command_shared->plan.scenario);
}

static bool progress(void *arg, const struct explore_counts *counts)
{
    enum { SHOW_NS = 500000000 };
    struct hunt *hunt = arg;
    int64_t now = pool_clock_ns(), passed = now - hunt->begin_ns, limit = hunt->options->seconds_ns;
    if (!hunt->options->brief && now - hunt->shown_ns > SHOW_NS && counts->schedules) {
        uint64_t all = hunt->options->schedules;
        double left = limit ? (double)(limit - passed) / 1e9
                            : (double)(all - counts->schedules) * (double)passed / 1e9 / (double)counts->schedules;
        hunt->shown_ns = now;
        progress_tell(
            hunt->finding->ops->name, (int)(counts->schedules / 1000),
            (int)((limit ? (uint64_t)((double)counts->schedules * (double)limit / (double)passed) : all) / 1000), left);
    }
    return !command_stop && (!limit || passed < limit);
}

static int shared_open(void)
{
    size_t size = sizeof *command_shared + ledger_size();
    void *memory;
    if (command_shared)
        return 0;
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    command_shared = memory;
    ledger_keep_in((char *)memory + sizeof *command_shared);
    return 0;
}

static void search_of(struct hunt *hunt, struct explore_search *search)
{
    *search = (struct explore_search){
        .seed = hunt->options->seed,
        .fork_each = hunt->finding->ops->declares & POOL_THREADS_STAY,
        .prepare = prepare,
        .prepare_arg = hunt,
    };
}

/* What is known of the schedule that failed, before it is told. */
static void keep(struct command_finding *finding, const struct command_options *options)
{
    uint64_t seed = explore_seed(options->seed, finding->k);
    draw_plan(&finding->plan, finding, options, seed);
    finding->memory = finding->told = memory_of(options, seed);
    finding->strategy = finding->verdict.strategy;
    finding->promise = command_shared->promise;
    ledger_describe(finding->jobs, sizeof finding->jobs);
}

static void tell(struct command_finding *finding, const struct command_options *options)
{
    int followed = command_shrink(finding, options);
    command_trace(finding, options, followed);
}

static void add_counts(struct explore_counts *all, const struct explore_counts *more)
{
    all->schedules += more->schedules;
    all->failures += more->failures;
    all->steps += more->steps;
    all->unfair += more->unfair;
    all->jumped += more->jumped;
    all->frozen += more->frozen;
    for (size_t i = 0; i < sizeof all->kinds / sizeof *all->kinds; i++)
        all->kinds[i] += more->kinds[i];
    for (size_t i = 0; i < sizeof all->user / sizeof *all->user; i++)
        all->user[i] += more->user[i];
}

/* One that has more threads than can be followed accuses nobody, and ends nothing. */
static int search_on(struct explore_search *search, struct command_finding *finding)
{
    struct hunt *hunt = search->progress_arg;
    uint64_t end = search->first + search->count;
    for (;;) {
        struct explore_counts counts = {0};
        int error = explore_search(search, &counts, &finding->verdict, &finding->k);
        add_counts(&finding->counts, &counts);
        if (search->go_on && finding->verdict.kind == EXPLORE_OVER_LIMITS)
            finding->verdict.kind = EXPLORE_GOOD; /* of the first; all others have been run */
        if (error || finding->verdict.kind != EXPLORE_OVER_LIMITS || finding->k + 1 >= end)
            return error;
        search->first = finding->k + 1;
        search->count = end - search->first;
        if (!progress(hunt, &finding->counts))
            return 0;
    }
}

uint64_t command_judged(const struct command_finding *finding)
{
    const struct explore_counts *counts = &finding->counts;
    uint64_t silent = counts->user[COMMAND_NOT_OPENED];
    for (int kind = EXPLORE_STUCK; kind <= EXPLORE_CANNOT; kind++)
        silent += counts->kinds[kind];
    return counts->schedules > silent ? counts->schedules - silent : 0;
}

/* "No failure" is said of schedules that were judged, and of nothing else. */
static void look_at_judged(struct command_finding *finding)
{
    struct explore_verdict *verdict = &finding->verdict;
    if (verdict->kind != EXPLORE_GOOD || command_judged(finding) || finding->interrupted)
        return;
    verdict->kind = EXPLORE_CANNOT;
    if (finding->open_error)
        snprintf(verdict->words, sizeof verdict->words, "pool_open returns %d (%s) in each schedule",
                 finding->open_error, strerror(-finding->open_error));
    else
        snprintf(verdict->words, sizeof verdict->words, "no schedule was judged");
}

static void say_unsuited(struct command_finding *finding, const struct command_options *options)
{
    const struct scenario *only = options->scenario;
    struct explore_verdict *verdict = &finding->verdict;
    verdict->kind = EXPLORE_CANNOT;
    snprintf(verdict->words, sizeof verdict->words, "%s",
             only && only->ours && pool_is_added(finding->ops)
                 ? "the scenario is of what the program's own pools promise, and not asked of plug-ins"
             : only ? "it says that it cannot do what the scenario needs, or refuses it"
                    : "it says that it cannot do what any scenario needs");
}

int command_hunt(struct command_finding *finding, const struct command_options *options, const struct pool_ops *ops)
{
    struct hunt hunt = {.finding = finding, .options = options};
    struct explore_search search;
    struct stage_plan plan;
    int error = shared_open();
    *finding = (struct command_finding){.ops = ops, .hooked = command_is_hooked(ops)};
    if (error)
        return error;
    if (pool_is_added(ops))
        error = command_ask(&finding->refused, ops, &finding->verdict);
    if (error)
        return error;
    if (!draw_plan(&plan, finding, options, 0))
        say_unsuited(finding, options);
    if (finding->verdict.kind != EXPLORE_GOOD) {
        finding->cannot = true;
        return 0;
    }
    memset(command_shared->reached, 0, sizeof command_shared->reached);
    hunt.begin_ns = pool_clock_ns();
    search_of(&hunt, &search);
    search.first = options->replay ? options->replay_k : 0;
    search.count = options->replay ? 1 : options->schedules ? options->schedules : UINT64_MAX / 2;
    search.go_on = options->go_on;
    search.progress = progress;
    search.progress_arg = &hunt;
    finding->k = search.first;
    command_shared->open_error = 0;
    if (!options->brief)
        progress_begin("thousand schedules");
    error = search_on(&search, finding);
    if (!options->brief)
        progress_end();
    finding->seconds = (double)(pool_clock_ns() - hunt.begin_ns) / 1e9;
    finding->interrupted = command_stop;
    if (error)
        return error;
    finding->open_error = command_shared->open_error;
    memcpy(finding->reached, command_shared->reached, sizeof finding->reached);
    look_at_judged(finding);
    finding->found = explore_accuses(finding->verdict.kind);
    finding->cannot = !finding->found && finding->verdict.kind != EXPLORE_GOOD;
    keep(finding, options);
    if ((finding->found || options->replay) && !command_stop && !options->brief)
        tell(finding, options);
    return 0;
}

void command_finding_free(struct command_finding *finding)
{
    free(finding->steps);
    finding->steps = NULL;
}

/* One schedule again. */

struct again {
    struct hunt hunt;
    bool follow, trace;
    size_t count;
};

static void copy_step(void *arg, const struct explore_step *step)
{
    struct command_step *to;
    (void)arg;
    if (step->thread >= 0 && step->thread < EXPLORE_THREADS_MAX && step->thread_name)
        strncpy(command_shared->names[step->thread], step->thread_name, EXPLORE_NAME_SIZE - 1);
    if (step->act == EXPLORE_LOAD || step->act == EXPLORE_STORE || step->act == EXPLORE_SWAP)
        if (command_shared->step_count >= COMMAND_STEPS_MAX - COMMAND_STEPS_MAX / 8) {
            command_shared->step_lost++;
            return;
        }
    if (command_shared->step_count == COMMAND_STEPS_MAX) {
        command_shared->step_lost++;
        return;
    }
    to = &command_shared->steps[command_shared->step_count++];
    *to = (struct command_step){.number = step->number, .thread = step->thread, .act = step->act, .pc = step->pc};
    for (size_t i = 0; step->name && i < sizeof to->name - 1 && step->name[i]; i++)
        to->name[i] = step->name[i];
}

static void prepare_again(void *arg, uint64_t k, struct explore_knobs *knobs)
{
    struct again *again = arg;
    prepare(&again->hunt, k, knobs);
    knobs->record = again->follow ? NULL : command_shared->record;
    knobs->record_max = again->follow ? 0 : COMMAND_SWITCHES_MAX;
    if (again->follow) {
        knobs->memory = again->hunt.finding->told;
        knobs->strategy = EXPLORE_FOLLOW;
        knobs->follow = command_shared->follow;
        knobs->follow_count = again->count;
        knobs->follow_fair = again->hunt.finding->verdict.kind == EXPLORE_LIVELOCK ||
                             again->hunt.finding->verdict.kind == EXPLORE_FROZEN;
    }
    if (again->trace)
        knobs->step = copy_step;
}

int command_run_again(struct command_finding *finding, const struct command_options *options, bool follow, size_t count,
                      bool trace, struct explore_verdict *verdict)
{
    struct again again = {
        .hunt = {.finding = finding, .options = options}, .follow = follow, .trace = trace, .count = count};
    struct explore_search search;
    struct explore_counts counts;
    uint64_t k = finding->k;
    search_of(&again.hunt, &search);
    search.first = k;
    search.count = 1;
    search.prepare = prepare_again;
    search.prepare_arg = &again;
    command_shared->step_count = command_shared->step_lost = 0;
    memset(verdict, 0, sizeof *verdict);
    return explore_search(&search, &counts, verdict, &k);
}
