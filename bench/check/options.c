/* options.c - the command line of `poolbench check`. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bench/check/check.h"
#include "bench/check/contract.h"
#include "bench/commands/options_set.h"
#include "bench/measure/plugin.h"
#include "bench/show/help_text.h"
#include "workloads/core/units.h"

enum { LIST = 256, ALL, CROSS, FORMAT, REPEAT, LIMIT, WITHOUT, PLUGIN, PEERS, CONTRACT, REPEAT_MAX = 100000 };

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
                                      {"limit", required_argument, NULL, LIMIT},
                                      {"without", required_argument, NULL, WITHOUT},
                                      {"plugin", required_argument, NULL, PLUGIN},
                                      {"peers", no_argument, NULL, PEERS},
                                      {"contract", no_argument, NULL, CONTRACT},
                                      {"output", required_argument, NULL, 'o'},
                                      {"help", no_argument, NULL, 'h'},
                                      {0}};

static const struct {
    const char *name;
    unsigned bit;
} detectors[] = {{"job-gate", CELL_NO_JOB_GATE}, {"birth-gate", CELL_NO_BIRTH_GATE}, {"ledger", CELL_NO_LEDGER},
                 {"proof", JUDGE_NO_PROOF},      {"crash", JUDGE_NO_CRASH},          {"threads", JUDGE_NO_THREADS}};

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
        "      --all            all bugs\n"
        "      --contract       ask not for bugs but for each promise of pool.h, by the tests that our\n"
        "                       own pools pass; what a pool does not declare is not asked\n"
        "  -t, --workers N      workers of each pool, 2..16 (default: 3)\n"
        "  -v, --verbose        explain each cell\n"
        "      --list           say which bugs there are\n"
        "      --cross          arm one, check for another: what else does each check see?\n"
        "      --repeat N       run each cell N times, and count (default: 1)\n"
        "      --limit TIME     of a cell that neither ends nor is proved to hang (default: 10s; of a promise: 30s)\n"
        "      --format FORMAT  table, json, tap or junit (default: table)\n"
        "  -o, --output FILE    write the result (JSON) there, and a figure of the matrix beside it\n"
        "      --without WHAT   take a detector out, to see what it is for: job-gate, birth-gate,\n"
        "                       ledger, proof, crash or threads\n"
        "  -h, --help           this help\n");
}

typedef int add_fn(struct check_options *options, const char *name, struct why why);

static int add_pool(struct check_options *options, const char *name, struct why why)
{
    const struct pool_ops *pool = pool_find(name);
    const char *names[CHECK_POOLS_MAX];
    for (int i = 0; i < pool_count(); i++)
        names[i] = pool_at(i)->name;
    if (!pool)
        return why_wrong_name(why, "no pool", name, "pools: ", names, pool_count());
    for (int i = 0; i < options->pool_count; i++)
        if (options->pools[i] == pool)
            return why_wrong(why, "pool \"%s\" is named twice", name);
    options->pools[options->pool_count++] = pool;
    return 0;
}

static int add_fault(struct check_options *options, const char *name, struct why why)
{
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
static int add_group(struct check_options *options, const char *name, struct why why)
{
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

/* Names by comma; none at all is an error. */
static int add_each(struct check_options *options, const char *list, const char *option, add_fn *add, struct why why)
{
    const char *at = list;
    for (;;) {
        char name[64];
        size_t length = strcspn(at, ",");
        if (!length || length >= sizeof name)
            return why_wrong(why, "%s \"%s\": names nothing; names go by comma (see --help)", option, list);
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (add(options, name, why))
            return -EINVAL;
        at += length;
        if (!*at++)
            return 0;
    }
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
        [CHECK_TABLE] = "table", [CHECK_JSON] = "json", [CHECK_TAP] = "tap", [CHECK_JUNIT] = "junit"};
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (!strcmp(text, names[i])) {
            options->format = (enum check_format)i;
            return 0;
        }
    }
    return why_wrong(why, "--format \"%s\": must be table, json, tap or junit", text);
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
    for (size_t i = 0; i < sizeof detectors / sizeof *detectors; i++) {
        if (!strcmp(text, detectors[i].name)) {
            options->without |= detectors[i].bit;
            return 0;
        }
    }
    return why_wrong(why, "--without \"%s\": must be job-gate, birth-gate, ledger, proof, crash or threads", text);
}

static int set_out(struct check_options *options, const char *text, struct why why)
{
    size_t length = strlen(text);
    if (length < 6 || length > 4000 || strcmp(text + length - 5, ".json"))
        return why_wrong(why, "-o \"%s\": must be a file that ends in .json", text);
    options->out = text;
    return options_check_out(text, why);
}

/* A word for a shell, behind what is there; where it has no room, nothing. */
static void add_word(char *text, size_t size, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+,:=@%-";
    size_t used = strlen(text), quoted = 0;
    bool bare = *word && word[strspn(word, plain)] == '\0';
    for (const char *at = word; *at; at++)
        quoted += *at == '\'' ? 4 : 1;
    if (used + quoted + 3 > size)
        return;
    text += used;
    if (!bare)
        *text++ = '\'';
    for (; *word; word++)
        text = *word == '\'' ? stpcpy(text, "'\\''") : (*text = *word, text + 1);
    if (!bare)
        *text++ = '\'';
    *text = '\0';
}

/* What says which names there are, before anything that names. */
static int set_early(struct check_options *options, int letter, const char *value, struct why why)
{
    int error = letter == PLUGIN  ? plugin_load(value, why.text, why.size)
                : letter == PEERS ? plugin_load_peers(why.text, why.size)
                                  : 0;
    size_t used = strlen(options->loaded);
    if (letter == CONTRACT && !options->contract) {
        options->contract = true;
        return contract_find(why);
    }
    if (letter != PLUGIN && letter != PEERS)
        return 0;
    options->foreign = true;
    snprintf(options->loaded + used, sizeof options->loaded - used, letter == PEERS ? " --peers" : " --plugin ");
    if (letter == PLUGIN)
        add_word(options->loaded, sizeof options->loaded, value);
    return error ? -EINVAL : 0;
}

static int set(struct check_options *options, int letter, const char *value, struct why why)
{
    switch (letter) {
    case 'p':
        return add_each(options, value, "-p", add_pool, why);
    case 'f':
        return add_each(options, value, "-f", add_fault, why);
    case 'g':
        return add_each(options, value, "-g", add_group, why);
    case 't':
        return set_number(&options->workers, value, "-t", 2, CHECK_WORKERS_MAX, why);
    case REPEAT:
        return set_number(&options->repeat, value, "--repeat", 1, REPEAT_MAX, why);
    case FORMAT:
        return set_format(options, value, why);
    case LIMIT:
        return set_limit(options, value, why);
    case WITHOUT:
        return set_without(options, value, why);
    case 'o':
        return set_out(options, value, why);
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
    if (options->contract &&
        (options->cross || options->all || options->list || options->without || options->workers != CHECK_WORKERS))
        return why_wrong(why,
                         "--contract: goes with -p, -f, --limit, --repeat, --format and -o, and chooses its workers");
    return 0;
}

static int wrong_option(const char *word, struct why why)
{
    const char *names[sizeof longs / sizeof *longs], *near;
    int count = 0;
    for (; longs[count].name; count++)
        names[count] = longs[count].name;
    near = units_nearest(word + strspn(word, "-"), names, count);
    return why_wrong(why, "check has no option \"%s\"%s%s%s (see: poolbench check --help)", word,
                     near ? "; did you mean \"--" : "", near ? near : "", near ? "\"?" : "");
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
    int letter;
    *options = (struct check_options){.workers = CHECK_WORKERS, .repeat = 1};
    opterr = 0;
    for (int pass = 0; pass < 2; pass++) {
        optind = 0; /* from the start again */
        while ((letter = getopt_long(argc, argv, ":p:f:g:t:o:vh", longs, NULL)) != -1) {
            if (letter == '?')
                return wrong_option(argv[optind - 1], why);
            if (letter == ':')
                return why_wrong(why, "check: %s wants a value (see: poolbench check --help)", argv[optind - 1]);
            if ((pass ? set : set_early)(options, letter, optarg, why))
                return -EINVAL;
        }
    }
    if (optind < argc)
        return why_wrong(why, "check: what is \"%s\"? (usage: poolbench check [options])", argv[optind]);
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
