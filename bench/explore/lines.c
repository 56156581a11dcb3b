/* lines.c - `poolbench explore --lines`: how many cache lines move between cores for each
 * job, as a machine with a core for each thread would see it. Counted, not measured: the
 * same each time, and for more cores than there are. */
#include <string.h>

#include "bench/commands/options.h"
#include "bench/explore/command.h"
#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "bench/results/save.h"
#include "bench/show/grid.h"
#include "bench/show/terminal.h"

enum { STEPS_EACH = 80000, STEPS_LEAST = 20000000, RAN = 2 };

/* What one schedule does: empty jobs from so many producers, from when all workers sleep
 * until all have run. */
struct burst {
    const struct pool_ops *ops;
    int workers, producers, jobs;
};

struct feeder {
    struct pool *pool;
    int jobs;
};

static int nothing(void *arg)
{
    (void)arg;
    explore_count(RAN, 1);
    return 0;
}

static void *feed(void *arg)
{
    const struct feeder *feeder = arg;
    for (int i = 0; i < feeder->jobs; i++)
        pool_submit(feeder->pool, nothing, NULL);
    return NULL;
}

static void run(void *arg)
{
    const struct burst *burst = arg;
    struct pool_config config = {.workers = burst->workers, .spin_ns = POOL_NO_SPIN};
    struct feeder feeder = {.jobs = (burst->jobs + burst->producers - 1) / burst->producers};
    pthread_t threads[COMMAND_WORKERS_MAX];
    uint64_t before;
    if (pool_open(&feeder.pool, burst->ops, &config))
        explore_fail("pool_open failed");
    explore_settle();
    command_movers_on(true);
    before = explore_transfers();
    for (int i = 0; i < burst->producers; i++)
        if (pthread_create(&threads[i], NULL, feed, &feeder))
            explore_fail("no thread for a producer");
    for (int i = 0; i < burst->producers; i++)
        pthread_join(threads[i], NULL);
    pool_wait(feeder.pool, -1);
    explore_count(0, explore_transfers() - before);
    command_movers_on(false);
    explore_count(1, (uint64_t)(feeder.jobs * burst->producers));
    pool_free(feeder.pool);
}

/* Grows with the jobs, so that only what does not come on ends there. */
static uint32_t steps_max(int jobs)
{
    uint64_t steps = (uint64_t)jobs * STEPS_EACH;
    return steps < STEPS_LEAST ? STEPS_LEAST : steps > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)steps;
}

static bool goes_on(void *arg, const struct explore_counts *counts)
{
    (void)arg, (void)counts;
    return !command_stop;
}

/* Where the first thread that could go on was when the steps were over. */
static void add_place(const struct explore_verdict *verdict, char *why, size_t size)
{
    for (int i = 0; i < verdict->thread_count; i++) {
        const struct explore_thread *thread = &verdict->threads[i];
        struct command_place place = {0};
        size_t used = strlen(why);
        if (thread->state != EXPLORE_READY || !thread->depth)
            continue;
        command_places(thread->pcs, &place, 1);
        if (*place.function)
            snprintf(why + used, size - used, "; %s is in %s", thread->name, place.function);
        return;
    }
}

/* Why there is no count. */
static void say_why(const struct burst *burst, int error, const struct explore_verdict *verdict,
                    const struct explore_counts *counts, char *why, size_t size)
{
    if (error || verdict->kind != EXPLORE_LIVELOCK) {
        snprintf(why, size, "%s", error ? strerror(-error) : command_stop ? "interrupted" : verdict->words);
        return;
    }
    snprintf(why, size, "%s: %d of %d jobs have run by then%s", verdict->words, (int)counts->user[RAN], burst->jobs,
             counts->user[RAN] ? " (fewer --jobs, or fewer workers, may do)" : ", and somebody spins");
    add_place(verdict, why, size);
}

/* Where they move, with -v: each count's own list, before the table of all. */
static void print_movers(const struct burst *burst, const struct explore_counts *counts)
{
    printf("%s, %d worker%s, %d producer%s: lines that move per job, and where\n", burst->ops->name, burst->workers,
           burst->workers == 1 ? "" : "s", burst->producers, burst->producers == 1 ? "" : "s");
    command_movers_print(counts->user[1], stdout);
}

/* Transfers per job, or < 0: it could not be counted. */
static double count(const struct burst *burst, bool tells, char *why, size_t size)
{
    struct burst own = *burst;
    struct explore_search search = {.knobs = {.run = run,
                                              .arg = &own,
                                              .strategy = EXPLORE_CORES,
                                              .steps_max = steps_max(burst->jobs),
                                              .moved = tells ? command_movers_count : NULL,
                                              .early = -1,
                                              .spurious = -1},
                                    .seed = 1,
                                    .count = 1,
                                    .fork_each = burst->ops->declares & POOL_THREADS_STAY,
                                    .progress = goes_on,
                                    .stuck_ns = INT64_C(60000000000)};
    struct explore_counts counts;
    static struct explore_verdict verdict;
    uint64_t k;
    int error = tells ? command_movers_begin() : 0;
    if (!error)
        error = explore_search(&search, &counts, &verdict, &k);
    if (error || verdict.kind != EXPLORE_GOOD || !counts.user[1]) {
        say_why(burst, error, &verdict, &counts, why, size);
        return -1;
    }
    if (tells)
        print_movers(burst, &counts);
    return (double)counts.user[0] / (double)counts.user[1];
}

struct row {
    double one[COMMAND_POOLS_MAX], all[COMMAND_POOLS_MAX]; /* with one producer, with as many as workers */
};

static void print_table(const struct command_options *options, const struct row *rows, int count, FILE *out)
{
    struct grid grid;
    grid_begin(&grid);
    grid.elsewhere = "--format json has all";
    grid_column(&grid, "workers", "", GRID_RIGHT, 0);
    for (int p = 0; p < options->pool_count; p++)
        grid_column(&grid, options->pools[p]->name, "", GRID_RIGHT, p);
    for (int i = 0; i < count; i++) {
        grid_row(&grid);
        grid_cell(&grid, "%d", options->workers[i]);
        for (int p = 0; p < options->pool_count; p++) {
            if (rows[i].one[p] < 0 || rows[i].all[p] < 0)
                grid_cell(&grid, "-");
            else
                grid_cell(&grid, "%.1f / %.1f", rows[i].one[p], rows[i].all[p]);
        }
    }
    terminal_print(out, 0,
                   "cache lines that move between cores, per empty job: with 1 producer / with as many as workers\n");
    grid_print(&grid, out, terminal_width(out), false);
    grid_end(&grid);
    terminal_print(out, 0,
                   "\nCounted in a machine with a core for each thread (a line is owned by one core, or shared by "
                   "readers), %d jobs: the same each time. It is no time.",
                   options->jobs);
}

static json_t *rows_json(const struct command_options *options, const struct row *rows, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        for (int p = 0; p < options->pool_count; p++)
            json_array_append_new(
                list, must_pack("{s:s, s:i, s:o, s:o}", "pool", options->pools[p]->name, "workers", options->workers[i],
                                "one_producer", rows[i].one[p] < 0 ? json_null() : json_real(rows[i].one[p]),
                                "as_many_producers", rows[i].all[p] < 0 ? json_null() : json_real(rows[i].all[p])));
    return must_pack("{s:s, s:i, s:o, s:o, s:i, s:o}", "program", "poolbench", "explore_format", 1, "machine",
                     machine_json(), "build", machine_build_json(), "jobs", options->jobs, "transfers", list);
}

/* Prints and keeps what was asked for. Returns 0 or -errno, and says what failed. */
static int give(const struct command_options *options, const struct row *rows, int count, FILE *out)
{
    json_t *document = rows_json(options, rows, count);
    int error = 0;
    if (options->format == COMMAND_JSON) {
        json_dumpf(document, out, JSON_INDENT(1));
        fputc('\n', out);
    } else {
        print_table(options, rows, count, out);
    }
    if (options->out)
        error = save_document(document, options->out, true);
    if (error)
        fprintf(stderr, "poolbench: cannot write %s: %s\n", options->out, strerror(-error));
    else if (options->out && options->format == COMMAND_TABLE)
        fprintf(out, "\nsaved    %s\n", options->out);
    json_decref(document);
    return error;
}

/* Without hooks only calls are seen, and a count of those would be a wrong one. */
static int say_unseen(const struct command_options *options)
{
    int unseen = 0;
    for (int p = 0; p < options->pool_count; p++)
        if (!command_is_hooked(options->pools[p])) {
            fprintf(
                stderr,
                "poolbench: %s: cannot be counted: it is not built for this, and its loads and stores are not seen; "
                "how to build it: docs/explore.md, \"Your pool\"\n",
                options->pools[p]->name);
            unseen++;
        }
    return unseen;
}

int command_lines(const struct command_options *options, FILE *out)
{
    static struct row rows[COMMAND_WORKERS_MAX];
    int unseen = say_unseen(options), status = unseen ? EXIT_CANNOT : EXIT_GOOD, i = 0;
    bool tells = options->verbose && options->format == COMMAND_TABLE;
    if (unseen == options->pool_count)
        return status;
    for (; i < options->worker_count && !command_stop; i++) {
        for (int p = 0; p < options->pool_count; p++) {
            char why[2 * EXPLORE_WORDS_SIZE];
            int workers = options->workers[i];
            struct burst burst = {options->pools[p], workers, 1, options->jobs};
            rows[i].one[p] = rows[i].all[p] = -1;
            if (!command_is_hooked(options->pools[p]))
                continue;
            rows[i].one[p] = count(&burst, tells, why, sizeof why);
            burst.producers = workers;
            rows[i].all[p] = rows[i].one[p] < 0 ? -1 : count(&burst, tells, why, sizeof why);
            if (rows[i].all[p] >= 0)
                continue;
            fprintf(stderr, "poolbench: %s, %d workers: cannot be counted: %s\n", options->pools[p]->name, workers,
                    why);
            status = EXIT_CANNOT;
        }
    }
    if (give(options, rows, i, out))
        status = EXIT_UNWRITTEN;
    return command_stop ? EXIT_INTERRUPTED : status;
}
