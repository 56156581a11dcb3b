/* options.c - the command line of `poolbench check`. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/check/beside.h"
#include "bench/check/check.h"
#include "bench/check/contract.h"
#include "bench/commands/sibling_options.h"
#include "bench/measure/plugin.h"
#include "bench/show/help_text.h"
#include "workloads/core/units.h"

enum { LIST = 256, ALL, CROSS, FORMAT, REPEAT, LIMIT, WITHOUT, PLUGIN, PEERS, CONTRACT, AT_ONCE, REPEAT_MAX = 100000 };

static const struct option longs[] = {{"pools", required_argument, NULL, 'p'},
                                      {"faults", required_argument, NULL, 'f'},
                                      {"group", required_argument, NULL, 'g'},
                                      {"all", no_argument, NULL, ALL},
                                      {"workers", required_argument, NULL, 't'},
                                      {"verbose", no_argument, NULL, 'v'},
                                      {"list", no_argument, NULL, LIST},
                                      {"cross", no_argument, NULL, CROSS},
                                      {"format", required_argument, NULL, FORMAT},
                                      {"repeat", required_argument, NULL, REPEAT},
                                      {"at-once", required_argument, NULL, AT_ONCE},
                                      {"limit", required_argument, NULL, LIMIT},
                                      {"without", required_argument, NULL, WITHOUT},
                                      {"plugin", required_argument, NULL, PLUGIN},
                                      {"peers", no_argument, NULL, PEERS},
                                      {"contract", no_argument, NULL, CONTRACT},
                                      {"output", required_argument, NULL, 'o'},
                                      {"help", no_argument, NULL, 'h'},
                                      {0}};

void check_help(FILE *out)
{
    help_text(
        out,
        "poolbench check [options]: does a pool have one of the known bugs?\n\n"
        "Each of thirteen documented bugs of worker pools is provoked, in a process of its own: on\n"
        "the pool as it is (clean), by a client in the wrong (misuse), and with the bug switched on\n"
        "(armed), which proves that the check would see it. Nothing waits for luck: threads are held\n"
        "where the bug needs them, and a hang is proved by the state of all threads.\n\n"
        "  poolbench check                              every pool against every bug: a matrix\n"
        "  poolbench check -p ring                      one pool, with what was found\n"
        "  poolbench check -f late-add -p ring -v       one cell, explained\n"
        "  poolbench check --plugin ./mypool.so         somebody else's pool, as it is (clean)\n"
        "  poolbench check --format junit >check.xml    for CI; also tap, json\n"
        "  poolbench check --plugin ./mypool.so --all   those that take longer, too\n"
        "  poolbench check --contract --plugin ./mypool.so   does it keep the whole contract, pool.h?\n"
        "  poolbench check --list                       the bugs, a line each: group, source\n\n"
        "Other kinds of bugs, from public reports, are asked of the pool as it is. What shows itself only\n"
        "by chance does not hold: it was not seen, in so many tries.\n\n"
        "Exit status: 0 no cell FAILS, is STALLED or missed; 1 one is; 2 wrong usage, or the result could not\n"
        "be written; 3 no processes can be had, or the machine refuses a cell what it needs; 130 interrupted.\n\n"
        "  -p, --pools POOLS    pools, by comma (default: all; with a plug-in: its own)\n"
        "      --plugin FILE    a shared object with pools (docs/plugins.md); repeat for several\n"
        "      --peers          pools that others wrote (make peers builds the adapters)\n"
        "  -f, --faults FAULTS  bugs, by comma (default: all that are quick); with --contract:\n"
        "                       groups of promises\n"
        "  -g, --group GROUPS   all bugs of these groups: known (the thirteen), calls, ...: --list\n"
        "      --all            all bugs; of our own pools also what is armed of other kinds than the thirteen\n"
        "      --contract       ask not for bugs but for each promise of pool.h, by the tests that our\n"
        "                       own pools pass; what a pool does not declare is not asked\n"
        "  -t, --workers N      workers of each pool, 2..16 (default: 3)\n"
        "  -v, --verbose        explain each cell\n"
        "      --list           say which bugs there are\n"
        "      --cross          arm one, check for another: what else does each check see?\n"
        "      --repeat N       run each cell N times, and count (default: 1)\n"
        "      --at-once N      up to N cells, or runs of them, at once, 1..64: sooner, as most of the time they\n"
        "                       wait; each is a load on the others (default: 1; of a slow plug-in's pool 10)\n"
        "      --limit TIME     of a cell that neither ends nor is proved to hang (default: 10s; of a promise: 30s)\n"
        "      --format FORMAT  table, json, tap or junit (default: table)\n"
        "  -o, --output FILE    write the result (JSON) there, and a figure of the matrix beside it\n"
        "      --without WHAT   take a detector out, to see what it is for: job-gate, birth-gate,\n"
        "                       ledger, proof, crash or threads\n"
        "  -h, --help           this help\n");
}

static int add_pool(void *context, const char *name, struct why why)
{
    struct check_options *options = context;
    return sibling_options_pool(options->pools, &options->pool_count, name, why);
}

static int add_fault(void *context, const char *name, struct why why)
{
    struct check_options *options = context;
    const struct fault *fault = NULL;
    const char *names[CHECK_FAULTS_MAX];
    int count = options->contract ? contract_count() : fault_count();
    for (int i = 0; i < count; i++) {
        const struct fault *one = options->contract ? contract_at(i) : fault_at(i);
        names[i] = one->name;
        fault = strcmp(one->name, name) ? fault : one;
    }
    if (!fault)
        return why_wrong_name(why, options->contract ? "no group of promises" : "no fault", name,
                              options->contract ? "groups: " : "faults: ", names, count);
    for (int i = 0; i < options->fault_count; i++)
        if (options->faults[i] == fault)
            return why_wrong(why, "fault \"%s\" is named twice", name);
    options->faults[options->fault_count++] = fault;
    return 0;
}

/* All of a group; those that were named already stay. */
static int add_group(void *context, const char *name, struct why why)
{
    struct check_options *options = context;
    const char *groups[CHECK_GROUPS_MAX];
    int count = check_groups(groups, CHECK_GROUPS_MAX), before = options->fault_count;
    bool there = false;
    for (int i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        bool told = strcmp(fault->group, name) != 0;
        there |= !told;
        for (int j = 0; j < before; j++)
            told |= options->faults[j] == fault;
        if (!told)
            options->faults[options->fault_count++] = fault;
    }
    return there ? 0 : why_wrong_name(why, "no group", name, "groups: ", groups, count);
}

static int set_number(int *number, const char *text, const char *option, int low, int high, struct why why)
{
    int64_t value;
    if (units_count(text, &value) || value < low || value > high)
        return why_wrong(why, "%s \"%s\": must be a number from %d to %d", option, text, low, high);
    *number = (int)value;
    return 0;
}

static int set_format(struct check_options *options, const char *text, struct why why)
{
    static const char *const names[] = {
        [CHECK_TABLE] = "table", [CHECK_JSON] = "json", [CHECK_TAP] = "tap", [CHECK_JUNIT] = "junit", NULL};
    int choice = 0, error = sibling_options_choice(&choice, text, "--format", names, why);
    options->format = (enum check_format)choice;
    return error;
}

static int set_limit(struct check_options *options, const char *text, struct why why)
{
    enum { LEAST_NS = 50000000 };
    static const int64_t most_ns = 600000000000;
    if (units_time(text, &options->limit_ns) || options->limit_ns < LEAST_NS || options->limit_ns > most_ns)
        return why_wrong(why, "--limit \"%s\": must be a time from 50ms to 10min", text);
    return 0;
}

static int set_without(struct check_options *options, const char *text, struct why why)
{
    static const char *const names[] = {"job-gate", "birth-gate", "ledger", "proof", "crash", "threads", NULL};
    static const unsigned bits[] = {CELL_NO_JOB_GATE, CELL_NO_BIRTH_GATE, CELL_NO_LEDGER,
                                    JUDGE_NO_PROOF,   JUDGE_NO_CRASH,     JUDGE_NO_THREADS};
    int choice = 0, error = sibling_options_choice(&choice, text, "--without", names, why);
    options->without |= error ? 0 : bits[choice];
    return error;
}

/* What says which names there are, before anything that names. */
static int set_early(void *context, int letter, const char *value, struct why why)
{
    struct check_options *options = context;
    size_t used = strlen(options->loaded);
    if (letter == CONTRACT && !options->contract) {
        options->contract = true;
        return contract_find(why);
    }
    if (letter != PLUGIN && letter != PEERS)
        return 0;
    options->foreign = true;
    if (letter == PEERS) {
        snprintf(options->loaded + used, sizeof options->loaded - used, " --peers");
        return plugin_load_peers(why.text, why.size) ? -EINVAL : 0;
    }
    if (sibling_options_loaded(options->loaded, sizeof options->loaded, value))
        return why_wrong(why, "--plugin %s: these names are too long for the command that shows a cell again", value);
    return plugin_load(value, why.text, why.size) ? -EINVAL : 0;
}

static int set(void *context, int letter, const char *value, struct why why)
{
    struct check_options *options = context;
    switch (letter) {
    case 'p':
        return sibling_options_each(value, "-p", add_pool, options, why);
    case 'f':
        return sibling_options_each(value, "-f", add_fault, options, why);
    case 'g':
        return sibling_options_each(value, "-g", add_group, options, why);
    case 't':
        return set_number(&options->workers, value, "-t", 2, CHECK_WORKERS_MAX, why);
    case REPEAT:
        return set_number(&options->repeat, value, "--repeat", 1, REPEAT_MAX, why);
    case AT_ONCE:
        return set_number(&options->at_once, value, "--at-once", 1, BESIDE_PROCESSES_MAX, why);
    case FORMAT:
        return set_format(options, value, why);
    case LIMIT:
        return set_limit(options, value, why);
    case WITHOUT:
        return set_without(options, value, why);
    case 'o':
        return sibling_options_out(&options->out, value, why);
    case 'v':
        options->verbose = true;
        return 0;
    case LIST:
        options->list = true;
        return 0;
    case ALL:
        options->all = true;
        return 0;
    case CROSS:
        options->cross = true;
        return 0;
    case PLUGIN:
    case PEERS:
    case CONTRACT:
        return 0;
    default:
        options->help = true;
        return 0;
    }
}

/* What cannot be asked for together. */
static int agree(const struct check_options *options, struct why why)
{
    if (options->all && options->fault_count)
        return why_wrong(why, "--all: are all bugs; not with -f or -g");
    if (options->cross && (options->fault_count || options->all || options->out || options->repeat > 1 ||
                           options->verbose || options->format != CHECK_TABLE))
        return why_wrong(why, "--cross: goes with -p, -t and --limit only");
    if (options->at_once && (options->cross || options->contract))
        return why_wrong(why, "--at-once: not with --cross or --contract");
    if (options->contract &&
        (options->cross || options->all || options->list || options->without || options->workers != CHECK_WORKERS))
        return why_wrong(why,
                         "--contract: goes with -p, -f, --limit, --repeat, --format and -o, and chooses its workers");
    return 0;
}

/* All promises; all bugs, or those that are quick. */
static void choose(struct check_options *options)
{
    for (int i = 0; options->contract && i < contract_count(); i++)
        options->faults[options->fault_count++] = contract_at(i);
    for (int i = 0; !options->contract && i < fault_count() && i < CHECK_FAULTS_MAX; i++)
        if (options->all || !fault_at(i)->slow)
            options->faults[options->fault_count++] = fault_at(i);
}

int check_parse(struct check_options *options, int argc, char **argv, char *text, size_t size)
{
    struct why why = {text, size};
    const struct sibling_options line = {"check", ":p:f:g:t:o:vh", longs, set_early, set, options};
    *options = (struct check_options){.workers = CHECK_WORKERS, .repeat = 1};
    if (sibling_options_read(&line, argc, argv, why))
        return -EINVAL;
    if (agree(options, why))
        return -EINVAL;
    if (!options->pool_count)
        for (int i = 0; i < pool_count(); i++)
            if (!options->foreign || pool_is_added(pool_at(i)))
                options->pools[options->pool_count++] = pool_at(i);
    if (!options->pool_count)
        return why_wrong(why, "check: the plug-in brings no pool (see: poolbench check --help)");
    options->chosen = options->fault_count > 0;
    if (!options->limit_ns && !options->contract) /* a test has its own */
        options->limit_ns = CHECK_LIMIT_NS;
    if (!options->chosen)
        choose(options);
    return 0;
}
