/* options.c - the command line of `poolbench explore`. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/sibling_options.h"
#include "bench/explore/command.h"
#include "bench/measure/plugin.h"
#include "workloads/core/units.h"

enum {
    LIST = 256,
    FORMAT,
    SECONDS,
    SCHEDULES,
    SEED,
    REPLAY,
    FREEZE,
    MEMORY,
    LINES,
    SCENARIO,
    STRATEGY,
    PLUGIN,
    PEERS,
    GO_ON,
    JOBS
};
enum { LINES_WORKERS = 16, LINES_JOBS = 256 }; /* unless they are given */

static const struct option longs[] = {{"pools", required_argument, NULL, 'p'},
                                      {"plugin", required_argument, NULL, PLUGIN},
                                      {"peers", no_argument, NULL, PEERS},
                                      {"scenario", required_argument, NULL, SCENARIO},
                                      {"seconds", required_argument, NULL, SECONDS},
                                      {"schedules", required_argument, NULL, SCHEDULES},
                                      {"seed", required_argument, NULL, SEED},
                                      {"replay", required_argument, NULL, REPLAY},
                                      {"memory", required_argument, NULL, MEMORY},
                                      {"strategy", required_argument, NULL, STRATEGY},
                                      {"freeze", no_argument, NULL, FREEZE},
                                      {"go-on", no_argument, NULL, GO_ON},
                                      {"lines", no_argument, NULL, LINES},
                                      {"workers", required_argument, NULL, 't'},
                                      {"jobs", required_argument, NULL, JOBS},
                                      {"verbose", no_argument, NULL, 'v'},
                                      {"list", no_argument, NULL, LIST},
                                      {"format", required_argument, NULL, FORMAT},
                                      {"output", required_argument, NULL, 'o'},
                                      {"help", no_argument, NULL, 'h'},
                                      {0}};

static int add_pool(void *context, const char *name, struct why why)
{
    struct command_options *options = context;
    return sibling_options_pool(options->pools, &options->pool_count, name, why);
}

static int set_scenario(struct command_options *options, const char *text, struct why why)
{
    const char *names[64];
    int count = 0;
    for (; scenario_table[count]; count++)
        names[count] = scenario_table[count]->name;
    options->scenario = scenario_find(text);
    return options->scenario ? 0 : why_wrong_name(why, "no scenario", text, "scenarios: ", names, count);
}

/* A whole number of digits only, and one that JSON can hold. */
static const char *read_number(const char *text, uint64_t *number)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno || *number > INT64_MAX ? NULL : end;
}

static int set_seed(struct command_options *options, const char *text, struct why why)
{
    const char *end = read_number(text, &options->seed);
    options->seed_given = true;
    return end && !*end ? 0
                        : why_wrong(why, "--seed \"%s\": must be a whole number from 0 to %" PRId64, text, INT64_MAX);
}

/* Four digits as command_build has them. */
static const char *read_build(const char *text, int *build)
{
    if (strspn(text, "0123456789abcdef") != 4 || text[4])
        return NULL;
    *build = (int)strtol(text, NULL, 16);
    return text + 4;
}

static int set_replay(struct command_options *options, const char *text, struct why why)
{
    const char *end = read_number(text, &options->seed);
    options->replay = true;
    if (end && *end == ':')
        end = read_number(end + 1, &options->replay_k);
    if (end && *end == ':')
        end = read_build(end + 1, &options->replay_build);
    if (!end || *end)
        return why_wrong(why, "--replay \"%s\": must be SEED, SEED:K or SEED:K:BUILD, as it was printed (1:2672:04af)",
                         text);
    return 0;
}

static int set_jobs(struct command_options *options, const char *text, struct why why)
{
    uint64_t jobs;
    const char *end = read_number(text, &jobs);
    if (!end || *end || jobs < 1 || jobs > COMMAND_JOBS_MAX)
        return why_wrong(why, "--jobs \"%s\": must be a number from 1 to %d", text, COMMAND_JOBS_MAX);
    options->jobs = (int)jobs;
    return 0;
}

static int set_schedules(struct command_options *options, const char *text, struct why why)
{
    int64_t count;
    if (units_count(text, &count) || count < 1)
        return why_wrong(why, "--schedules \"%s\": must be a number from 1, as in 100k", text);
    options->schedules = (uint64_t)count;
    return 0;
}

/* Seconds as a number, or any time with its unit. */
static int set_seconds(struct command_options *options, const char *text, struct why why)
{
    static const int64_t most_ns = INT64_C(604800000000000);
    int64_t count;
    if (!units_time(text, &options->seconds_ns))
        return options->seconds_ns > 0 && options->seconds_ns <= most_ns
                   ? 0
                   : why_wrong(why, "--seconds \"%s\": must be more than 0 and at most a week", text);
    if (units_count(text, &count) || count < 1 || count > most_ns / 1000000000)
        return why_wrong(why, "--seconds \"%s\": must be a number of seconds from 1 to 604800, or a time as in 500ms",
                         text);
    options->seconds_ns = count * 1000000000;
    return 0;
}

static int set_format(struct command_options *options, const char *text, struct why why)
{
    static const char *const names[] = {"table", "json", "junit", NULL};
    int choice = 0, error = sibling_options_choice(&choice, text, "--format", names, why);
    options->format = (enum command_format)choice;
    return error;
}

static int set_memory(struct command_options *options, const char *text, struct why why)
{
    static const char *const names[] = {"sc", "tso", "c11", NULL};
    int choice = 0, error = sibling_options_choice(&choice, text, "--memory", names, why);
    options->memory = (enum command_memory)(choice + 1);
    return error;
}

static int set_strategy(struct command_options *options, const char *text, struct why why)
{
    static const char *const names[] = {"mix", "pos", "pct", "random", NULL};
    static const enum explore_strategy strategies[] = {EXPLORE_MIX, EXPLORE_POS, EXPLORE_PCT, EXPLORE_RANDOM};
    int choice = 0, error = sibling_options_choice(&choice, text, "--strategy", names, why);
    options->strategy = strategies[choice];
    return error;
}

static int add_workers(struct command_options *options, int workers)
{
    for (int i = 0; i < options->worker_count; i++)
        if (options->workers[i] == workers)
            return 0;
    if (options->worker_count == COMMAND_WORKERS_MAX)
        return -ENOSPC;
    options->workers[options->worker_count++] = workers;
    return 0;
}

/* Of a range the powers of two and its end. */
static int set_workers(struct command_options *options, const char *text, struct why why)
{
    for (const char *at = text;;) {
        uint64_t low, high;
        const char *end = read_number(at, &low);
        high = low;
        if (end && end[0] == '.' && end[1] == '.')
            end = read_number(end + 2, &high);
        if (!end || (*end && *end != ',') || low < 1 || high < low || high > COMMAND_WORKERS_MAX)
            return why_wrong(why, "-t \"%s\": must be numbers from 1 to %d, as in 1,2,8 or 1..64", text,
                             COMMAND_WORKERS_MAX);
        for (uint64_t n = low; n < high; n = n * 2)
            add_workers(options, (int)n);
        add_workers(options, (int)high);
        if (!*end)
            return 0;
        at = end + 1;
    }
}

/* What says which names there are, before anything that names. */
static int set_early(void *context, int letter, const char *value, struct why why)
{
    struct command_options *options = context;
    size_t used = strlen(options->loaded);
    if (letter != PLUGIN && letter != PEERS)
        return 0;
    options->foreign = true;
    if (letter == PEERS) {
        snprintf(options->loaded + used, sizeof options->loaded - used, " --peers");
        return plugin_load_peers(why.text, why.size) ? -EINVAL : 0;
    }
    if (sibling_options_loaded(options->loaded, sizeof options->loaded, value))
        return why_wrong(why, "--plugin %s: these names are too long for the command that shows a schedule again",
                         value);
    return command_load_plugin(value, why.text, why.size) ? -EINVAL : 0;
}

static int set(void *context, int letter, const char *value, struct why why)
{
    struct command_options *options = context;
    static int (*const setters[])(struct command_options *, const char *, struct why) = {
        [FORMAT - LIST] = set_format,     [SECONDS - LIST] = set_seconds,  [SCHEDULES - LIST] = set_schedules,
        [SEED - LIST] = set_seed,         [REPLAY - LIST] = set_replay,    [MEMORY - LIST] = set_memory,
        [SCENARIO - LIST] = set_scenario, [STRATEGY - LIST] = set_strategy};
    switch (letter) {
    case 'p':
        return sibling_options_each(value, "-p", add_pool, options, why);
    case 't':
        return set_workers(options, value, why);
    case 'o':
        return sibling_options_out(&options->out, value, why);
    case JOBS:
        return set_jobs(options, value, why);
    case 'v':
        options->verbose = true;
        return 0;
    case LIST:
        options->list = true;
        return 0;
    case FREEZE:
        options->freeze = true;
        return 0;
    case GO_ON:
        options->go_on = true;
        return 0;
    case LINES:
        options->lines = true;
        return 0;
    case PLUGIN:
    case PEERS:
        return 0;
    case 'h':
        options->help = true;
        return 0;
    default:
        return setters[letter - LIST](options, value, why);
    }
}

int command_parse(struct command_options *options, int argc, char **argv, char *text, size_t size)
{
    struct why why = {text, size};
    const struct sibling_options line = {"explore", ":p:t:o:vh", longs, set_early, set, options};
    bool named;
    *options = (struct command_options){.seed = 1, .replay_build = -1};
    if (sibling_options_read(&line, argc, argv, why))
        return -EINVAL;
    named = options->pool_count > 0;
    if (command_agree(options, named, why))
        return -EINVAL;
    if (!options->seconds_ns && !options->schedules)
        options->seconds_ns = 5000000000;
    if (!options->jobs)
        options->jobs = LINES_JOBS;
    if (options->lines && !options->worker_count)
        for (int n = 1; n <= LINES_WORKERS; n *= 2)
            add_workers(options, n);
    return 0;
}
