/* options.c - the command line of `poolbench explore`. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/options_set.h"
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
    GO_ON
};
enum { LINES_WORKERS = 16 /* unless they are given */ };

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
                                      {"verbose", no_argument, NULL, 'v'},
                                      {"list", no_argument, NULL, LIST},
                                      {"format", required_argument, NULL, FORMAT},
                                      {"output", required_argument, NULL, 'o'},
                                      {"help", no_argument, NULL, 'h'},
                                      {0}};

void command_help(FILE *out)
{
    fputs("poolbench explore [options]: is there a schedule in which a pool breaks a promise?\n\n"
          "Threads of a small scenario (two or three workers, one to three jobs) run on one kernel thread, and at\n"
          "each atomic access, lock, futex and sleep the seed draws who goes on: thousands of schedules a\n"
          "second, each of which can be run again. A ledger judges what callers see by the contract; deadlocks,\n"
          "livelocks, memory used after it was freed, and what is left behind are seen beside it. Stops at the\n"
          "first failure of a pool, and tells it step by step. docs/explore.md explains.\n\n"
          "  poolbench explore                                every pool, 5 s each\n"
          "  poolbench explore -p ring --seconds 60           one pool, longer\n"
          "  poolbench explore --plugin ./mine.so             anybody's: built for it, or as it is\n"
          "  poolbench explore -p ring --replay 1:2672 -v     the same schedule again, step by step\n"
          "  poolbench explore -p ring --freeze               one thread stands still; the others must go on\n"
          "  poolbench explore -p ring --memory c11           as on processors that reorder more\n"
          "  poolbench explore --lines -t 1..64               cache lines that move, per job\n"
          "  poolbench explore --list                         the scenarios, a line each\n\n"
          "Exit status: 0 no schedule failed; 1 one did, or the result could not be written; 2 wrong usage; 3 a\n"
          "pool cannot be followed, or the machine refuses what it takes; 130 interrupted.\n\n"
          "  -p, --pools POOLS        pools, by comma (default: all; with a plug-in: its own)\n"
          "      --plugin FILE        a shared object with pools (docs/plugins.md); repeat for several\n"
          "      --peers              pools that others wrote (make peers builds the adapters)\n"
          "      --scenario NAME      only this one (default: drawn)\n"
          "      --seconds N          of each pool (default: 5; with --schedules: no limit)\n"
          "      --schedules N        of each pool, at most\n"
          "      --seed N             other schedules (default: 1: the same each time)\n"
          "      --replay SEED[:K]    the K-th schedule of a seed again; as it was printed, it also says of which\n"
          "                           build it is\n"
          "      --memory MODEL       sc, tso (x86-64) or c11 (arm64 and others); default: sc and tso, drawn\n"
          "      --strategy NAME      pos, pct or random (default: mix, drawn for each schedule)\n"
          "      --freeze             one thread stands still for ever at a step: what POOL_LOCK_FREE means\n"
          "      --go-on              do not stop at a failure: count\n"
          "      --lines              count transfers of cache lines per job, in place of looking for failures\n"
          "  -t, --workers LIST       with --lines: numbers of workers, as in 1,2,8 or 1..64 (default: 1..16)\n"
          "  -v, --verbose            tell every step, and what each pool was asked\n"
          "      --list               say which scenarios there are\n"
          "      --format FORMAT      table, json or junit (default: table)\n"
          "  -o, --output FILE        write the result (JSON) there, and a figure of the first failure beside it\n"
          "  -h, --help               this help\n",
          out);
}

void command_list(FILE *out)
{
    for (int i = 0; scenario_table[i]; i++)
        fprintf(out, "%-15s %s\n", scenario_table[i]->name, scenario_table[i]->summary);
}

static int add_pool(struct command_options *options, const char *name, struct why why)
{
    const struct pool_ops *pool = pool_find(name);
    const char *names[COMMAND_POOLS_MAX];
    int count = pool_count() < COMMAND_POOLS_MAX ? pool_count() : COMMAND_POOLS_MAX;
    for (int i = 0; i < count; i++)
        names[i] = pool_at(i)->name;
    if (!pool)
        return why_wrong_name(why, "no pool", name, "pools: ", names, count);
    for (int i = 0; i < options->pool_count; i++)
        if (options->pools[i] == pool)
            return why_wrong(why, "pool \"%s\" is named twice", name);
    options->pools[options->pool_count++] = pool;
    return 0;
}

/* Names by comma; none at all is an error. */
static int add_pools(struct command_options *options, const char *list, struct why why)
{
    for (const char *at = list;;) {
        char name[64];
        size_t length = strcspn(at, ",");
        if (!length || length >= sizeof name)
            return why_wrong(why, "-p \"%s\": names nothing; names go by comma (see --help)", list);
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (add_pool(options, name, why))
            return -EINVAL;
        at += length;
        if (!*at++)
            return 0;
    }
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

/* A whole number of digits only. */
static const char *read_number(const char *text, uint64_t *number)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno ? NULL : end;
}

static int set_seed(struct command_options *options, const char *text, struct why why)
{
    const char *end = read_number(text, &options->seed);
    return end && !*end ? 0 : why_wrong(why, "--seed \"%s\": must be a whole number of 64 bits", text);
}

static int set_replay(struct command_options *options, const char *text, struct why why)
{
    const char *end = read_number(text, &options->seed);
    char *last;
    options->replay = true;
    if (end && *end == ':')
        end = read_number(end + 1, &options->replay_k);
    if (end && *end == ':' && strlen(end) == 5) {
        options->replay_build = (unsigned)strtoul(end + 1, &last, 16);
        end = last;
    }
    if (!end || *end)
        return why_wrong(why, "--replay \"%s\": must be SEED or SEED:K, as it was printed (1:2672)", text);
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

static int set_choice(int *choice, const char *text, const char *option, const char *const *names, struct why why)
{
    char all[128] = "";
    for (int i = 0; names[i]; i++) {
        if (!strcmp(text, names[i])) {
            *choice = i;
            return 0;
        }
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s",
                 i == 0         ? ""
                 : names[i + 1] ? ", "
                                : " or ",
                 names[i]);
    }
    return why_wrong(why, "%s \"%s\": must be %s", option, text, all);
}

static int set_format(struct command_options *options, const char *text, struct why why)
{
    static const char *const names[] = {"table", "json", "junit", NULL};
    int choice = 0, error = set_choice(&choice, text, "--format", names, why);
    options->format = (enum command_format)choice;
    return error;
}

static int set_memory(struct command_options *options, const char *text, struct why why)
{
    static const char *const names[] = {"sc", "tso", "c11", NULL};
    int choice = 0, error = set_choice(&choice, text, "--memory", names, why);
    options->memory = (enum command_memory)(choice + 1);
    return error;
}

static int set_strategy(struct command_options *options, const char *text, struct why why)
{
    static const char *const names[] = {"mix", "pos", "pct", "random", NULL};
    static const enum explore_strategy strategies[] = {EXPLORE_MIX, EXPLORE_POS, EXPLORE_PCT, EXPLORE_RANDOM};
    int choice = 0, error = set_choice(&choice, text, "--strategy", names, why);
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

static int set_out(struct command_options *options, const char *text, struct why why)
{
    size_t length = strlen(text);
    if (length < 6 || length > 4000 || strcmp(text + length - 5, ".json"))
        return why_wrong(why, "-o \"%s\": must be a file that ends in .json", text);
    options->out = text;
    return options_check_out(text, why);
}

/* What says which names there are, before anything that names. */
static int set_early(struct command_options *options, int letter, const char *value, struct why why)
{
    size_t used = strlen(options->loaded);
    if (letter != PLUGIN && letter != PEERS)
        return 0;
    options->foreign = true;
    snprintf(options->loaded + used, sizeof options->loaded - used, letter == PEERS ? " --peers" : " --plugin %s",
             value);
    return (letter == PLUGIN ? command_load_plugin(value, why.text, why.size) : plugin_load_peers(why.text, why.size))
               ? -EINVAL
               : 0;
}

static int set(struct command_options *options, int letter, const char *value, struct why why)
{
    static int (*const setters[])(struct command_options *, const char *, struct why) = {
        [FORMAT - LIST] = set_format,     [SECONDS - LIST] = set_seconds,  [SCHEDULES - LIST] = set_schedules,
        [SEED - LIST] = set_seed,         [REPLAY - LIST] = set_replay,    [MEMORY - LIST] = set_memory,
        [SCENARIO - LIST] = set_scenario, [STRATEGY - LIST] = set_strategy};
    switch (letter) {
    case 'p':
        return add_pools(options, value, why);
    case 't':
        return set_workers(options, value, why);
    case 'o':
        return set_out(options, value, why);
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

/* What cannot be asked for together, or of nobody here. */
static int agree(const struct command_options *options, struct why why)
{
    if (options->lines &&
        (options->replay || options->freeze || options->scenario || options->memory || options->go_on ||
         options->seconds_ns || options->schedules || options->strategy != EXPLORE_MIX))
        return why_wrong(why, "--lines: goes with -p, --plugin, -t, --format and -o only");
    if (options->lines && options->format == COMMAND_JUNIT)
        return why_wrong(why, "--format \"junit\": goes without --lines, which judges nothing");
    if (options->worker_count && !options->lines)
        return why_wrong(why, "-t: is for --lines; scenarios draw their workers, 1 to 3");
    if (options->replay && options->pool_count != 1)
        return why_wrong(why, "--replay: wants the one pool that it is of (-p POOL, as it was printed)");
    if (options->replay && options->go_on)
        return why_wrong(why, "--replay: is one schedule; --go-on counts many");
    if (options->scenario && options->scenario->freezes != options->freeze)
        return why_wrong(why, "--scenario \"%s\": goes %s --freeze", options->scenario->name,
                         options->freeze ? "without" : "with");
    return 0;
}

static int wrong_option(const char *word, struct why why)
{
    const char *names[sizeof longs / sizeof *longs], *near;
    int count = 0;
    for (; longs[count].name; count++)
        names[count] = longs[count].name;
    near = units_nearest(word + strspn(word, "-"), names, count);
    return why_wrong(why, "explore has no option \"%s\"%s%s%s (see: poolbench explore --help)", word,
                     near ? "; did you mean \"--" : "", near ? near : "", near ? "\"?" : "");
}

/* Of all that there are, or of the plug-ins'; with --freeze those that promise it. */
static int take_pools(struct command_options *options, struct why why)
{
    bool named = options->pool_count > 0;
    for (int i = 0; !named && i < pool_count() && options->pool_count < COMMAND_POOLS_MAX; i++)
        if (!options->foreign || pool_is_added(pool_at(i)))
            options->pools[options->pool_count++] = pool_at(i);
    if (!options->pool_count)
        return why_wrong(why, "explore: the plug-in brings no pool (see: poolbench explore --help)");
    return 0;
}

static int choose_freezable(struct command_options *options, bool named, struct why why)
{
    int kept = 0;
    for (int i = 0; i < options->pool_count; i++) {
        if (options->pools[i]->can & POOL_LOCK_FREE)
            options->pools[kept++] = options->pools[i];
        else if (named)
            return why_wrong(why,
                             "--freeze: %s does not say that it is lock-free (POOL_LOCK_FREE): others may wait for a "
                             "thread that stands still",
                             options->pools[i]->name);
    }
    options->pool_count = kept;
    return kept ? 0 : why_wrong(why, "--freeze: none of these pools says that it is lock-free (POOL_LOCK_FREE)");
}

int command_parse(struct command_options *options, int argc, char **argv, char *text, size_t size)
{
    struct why why = {text, size};
    bool named;
    int letter;
    *options = (struct command_options){.seed = 1};
    opterr = 0;
    for (int pass = 0; pass < 2; pass++) {
        optind = 0; /* from the start again */
        while ((letter = getopt_long(argc, argv, ":p:t:o:vh", longs, NULL)) != -1) {
            if (letter == '?')
                return wrong_option(argv[optind - 1], why);
            if (letter == ':')
                return why_wrong(why, "explore: %s wants a value (see: poolbench explore --help)", argv[optind - 1]);
            if ((pass ? set : set_early)(options, letter, optarg, why))
                return -EINVAL;
        }
    }
    if (optind < argc)
        return why_wrong(why, "explore: what is \"%s\"? (usage: poolbench explore [options])", argv[optind]);
    named = options->pool_count > 0;
    if (take_pools(options, why) || agree(options, why))
        return -EINVAL;
    if (options->freeze && choose_freezable(options, named, why))
        return -EINVAL;
    if (!options->seconds_ns && !options->schedules)
        options->seconds_ns = 5000000000;
    if (options->lines && !options->worker_count)
        for (int n = 1; n <= LINES_WORKERS; n *= 2)
            add_workers(options, n);
    return 0;
}
