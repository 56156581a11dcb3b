/* options_set.c - see options_set.h. */
#include "bench/commands/options_set.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/json/utf8.h"
#include "bench/measure/plugin.h"
#include "bench/models/fleet.h"
#include "bench/results/policy.h"
#include "bench/results/result.h"
#include "bench/show/exported.h"
#include "bench/statistics/rates.h"
#include "pools/core/topology.h"
#include "workloads/core/trace_part.h"
#include "workloads/core/units.h"

static const char *shown(const char *value)
{
    return *value ? value : "\"\"";
}

static int count_between(const char *option, const char *value, int64_t low, int64_t high, int64_t *count,
                         struct why why)
{
    int error = units_count(value, count);
    if (error == -EINVAL)
        return why_wrong(why, "%s %.60s: not a count (as in 1, 64, 4k; %lld to %lld)", option, shown(value),
                         (long long)low, (long long)high);
    if (error || *count < low || *count > high)
        return why_wrong(why, "%s %.60s: out of range (%lld to %lld)", option, value, (long long)low, (long long)high);
    return 0;
}

/* As a person would type it: 0, 1ms, 60min. */
static const char *time_typed(int64_t ns, char *text, size_t size)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"min", 60000000000}, {"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
    snprintf(text, size, "0ns");
    for (size_t i = 0; ns && i < sizeof units / sizeof *units; i++) {
        if (ns % units[i].ns)
            continue;
        snprintf(text, size, "%lld%s", (long long)(ns / units[i].ns), units[i].name);
        break;
    }
    return text;
}

static int time_between(const char *option, const char *value, int64_t low, int64_t high, int64_t *ns, struct why why)
{
    char low_text[32], high_text[32];
    int error = strcmp(value, "0") ? units_time(value, ns) : 0; /* nothing needs no unit */
    if (!strcmp(value, "0"))
        *ns = 0;
    time_typed(low, low_text, sizeof low_text);
    time_typed(high, high_text, sizeof high_text);
    if (error == -EINVAL)
        return why_wrong(why, "%s %.60s: not a time (as in 500ns, 10us, 2ms, 1.5s; %s to %s)", option, shown(value),
                         low_text, high_text);
    if (error || *ns < low || *ns > high)
        return why_wrong(why, "%s %.60s: out of range (%s to %s)", option, value, low_text, high_text);
    return 0;
}

int options_set_plugin(struct options *options, const char *value, struct why why)
{
    (void)options;
    return plugin_load(value, why.text, why.size);
}

int options_set_peers(struct options *options, const char *value, struct why why)
{
    (void)value;
    options->peers = true;
    return plugin_load_peers(why.text, why.size) ? -EINVAL : 0;
}

/* 3%, 0.5%, or a number that is meant so; as a share. */
static int percent(const char *option, const char *value, double most, double *share, struct why why)
{
    char *end;
    double percent = strtod(value, &end);
    if (end == value || strspn(value, "0123456789.") != (size_t)(end - value) || (strcmp(end, "%") && *end) ||
        !(percent > 0 && percent <= most))
        return why_wrong(why, "%s %.60s: not a percentage (as in 3%% or 0.5%%; more than 0, at most %.0f)", option,
                         shown(value), most);
    *share = percent / 100;
    return 0;
}

int options_set_threshold(struct options *options, const char *value, struct why why)
{
    return percent("--threshold", value, 99, &options->threshold, why); /* no speed falls by more than all */
}

int options_set_until(struct options *options, const char *value, struct why why)
{
    return percent("--until", value, 100, &options->until, why);
}

int options_set_require(struct options *options, const char *value, struct why why)
{
    static const char *const names[] = {"quiet"};
    if (strcmp(value, names[0]))
        return why_wrong_name(why, "no state", value, "--require takes: ", names, 1);
    options->require_quiet = true;
    return 0;
}

int options_set_force(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->force = true;
    return 0;
}

int options_set_compare_format(struct options *options, const char *value, struct why why)
{
    static const char *const names[] = {"table", "markdown", "json", "junit"};
    enum { NAMES = sizeof names / sizeof *names };
    for (int i = 0; i < NAMES; i++) {
        if (!strcmp(value, names[i])) {
            options->compare_format = (enum options_compare_format)i;
            return 0;
        }
    }
    return why_wrong_name(why, "no format", value, "formats: ", names, NAMES);
}

int options_set_help(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->help = true;
    return 0;
}

/* Calls `add` for each word of a list by comma. */
static int each_word(struct options *options, const char *list, options_set_fn *add, struct why why)
{
    char copy[4096], *rest = copy, *word;
    if (strlen(list) >= sizeof copy)
        return why_wrong(why, "\"%.40s...\": the list is too long (at most %zu letters)", list, sizeof copy - 1);
    strcpy(copy, list);
    while ((word = strsep(&rest, ","))) {
        int error = add(options, word, why);
        if (error)
            return error;
    }
    return 0;
}

static int add_pool(struct options *options, const char *word, struct why why)
{
    const struct pool_ops *pool = pool_find(word);
    const char *names[OPTIONS_POOLS_MAX];
    int count = pool_count() < OPTIONS_POOLS_MAX ? pool_count() : OPTIONS_POOLS_MAX;
    for (int i = 0; i < count; i++)
        names[i] = pool_at(i)->name;
    if (!pool)
        return why_wrong_name(why, "no pool", word, "pools: ", names, count);
    for (int i = 0; i < options->pool_count; i++)
        if (options->pools[i] == pool)
            return why_wrong(why, "-p: pool \"%s\" is named twice (each at most once)", word);
    if (options->pool_count < OPTIONS_POOLS_MAX)
        options->pools[options->pool_count++] = pool;
    return 0;
}

int options_set_pools(struct options *options, const char *value, struct why why)
{
    return each_word(options, value, add_pool, why);
}

/* The same workload, however it was written: `cpu` is `cpu:size=1us`. One that is made of
 * another (burst:of=...) has that as text. */
static bool same_workload(const struct workload_spec *a, const struct workload_spec *b)
{
    const char *of = a->ops == b->ops ? workload_rest(a) : NULL;
    return a->ops == b->ops && !memcmp(a->values, b->values, sizeof a->values) &&
           (!of || !strcmp(of, workload_rest(b)));
}

static int add_workload(struct options *options, const char *value, struct why why)
{
    struct workload_spec spec;
    int error = workload_parse(value, &spec, why.text, why.size);
    if (!error)
        error = trace_part_check(&spec, why);
    if (error)
        return error;
    for (int i = 0; i < options->workload_count; i++)
        if (same_workload(&options->workloads[i], &spec))
            return why_wrong(why, "-w: workload \"%s\" is named twice (as \"%s\" before; each at most once)", value,
                             options->workloads[i].text);
    if (options->workload_count >= OPTIONS_WORKLOADS_MAX)
        return why_wrong(why, "-w %.60s: too many workloads (at most %d)", value, OPTIONS_WORKLOADS_MAX);
    options->workloads[options->workload_count++] = spec;
    return 0;
}

/* Where a range stands: not in the name of a file, ../day.csv. NULL: there is none. */
static const char *find_range(const char *value)
{
    for (const char *dots = strstr(value, ".."), *begin; dots; dots = strstr(dots + strcspn(dots, ","), "..")) {
        for (begin = dots; begin > value && begin[-1] != '=';)
            begin--;
        if (begin - value < 5 || strncmp(begin - 5, "file=", 5))
            return dots;
    }
    return NULL;
}

/* A range in one parameter, cpu:size=100ns..100us, is as many workloads: doubled, or
 * in STEPS equal factors when that would be more. */
int options_set_workload(struct options *options, const char *value, struct why why)
{
    enum { STEPS = 10 };
    const char *dots = find_range(value), *begin = dots, *end;
    char low_text[64], high_text[64], word[256];
    int64_t low, high;
    bool time;
    double factor;
    int error = 0;
    if (!dots)
        return add_workload(options, value, why);
    while (begin > value && begin[-1] != '=')
        begin--;
    end = dots + 2 + strcspn(dots + 2, ",");
    snprintf(low_text, sizeof low_text, "%.*s", (int)(dots - begin), begin);
    snprintf(high_text, sizeof high_text, "%.*s", (int)(end - dots - 2), dots + 2);
    time = !units_time(low_text, &low) && !units_time(high_text, &high);
    if ((!time && (units_count(low_text, &low) || units_count(high_text, &high))) || low < 1 || low >= high)
        return why_wrong(why, "-w %.100s: not a range of times or counts (as in size=100ns..100us)", value);
    factor = fmax(2, pow((double)high / (double)low, 1.0 / STEPS));
    for (double at = (double)low; !error; at = fmin(at * factor, (double)high)) {
        bool last = at > (double)high * 0.999;
        snprintf(word, sizeof word, "%.*s%lld%s%s", (int)(begin - value), value,
                 last ? (long long)high : (long long)llround(at), time ? "ns" : "", end);
        error = add_workload(options, word, why);
        if (last)
            break;
    }
    return error;
}

static int add_workers(struct options *options, const char *word, struct why why)
{
    int64_t count;
    int error = count_between("-t", word, 1, POOL_WORKERS_MAX, &count, why);
    if (error)
        return error;
    for (int i = 0; i < options->worker_count; i++)
        if (options->workers[i] == count)
            return why_wrong(why, "-t: %s is named twice (each number at most once)", word);
    if (options->worker_count >= OPTIONS_WORKERS_MAX)
        return why_wrong(why, "-t %s: too many numbers of workers (at most %d)", word, OPTIONS_WORKERS_MAX);
    options->workers[options->worker_count++] = (int)count;
    return 0;
}

/* Calls `add` for each number of a range: all of 8..16; of a longer one, as 1..64k, by one
 * up to 8, then doubled, the end too. Other words go to `add` as they are. */
static int add_range(struct options *options, const char *word, options_set_fn *add, struct why why)
{
    enum { BY_ONE = 8, SHORT = 9 };
    const char *dots = strstr(word, "..");
    char text[32], first[32];
    int64_t low, high;
    int error = 0;
    if (!dots)
        return add(options, word, why);
    snprintf(first, sizeof first, "%.*s", (int)(dots - word), word);
    if (units_count(first, &low) || units_count(dots + 2, &high) || low < 1 || low > high)
        return why_wrong(why, "%.60s: not a range (as in 1..8 or 1..64k)", word);
    for (int64_t value = low; !error && value <= high;) {
        snprintf(text, sizeof text, "%lld", (long long)value);
        error = add(options, text, why);
        if (value == high)
            break;
        value = value < BY_ONE || high - low < SHORT ? value + 1 : value * 2;
        value = value > high ? high : value;
    }
    return error;
}

static int add_workers_range(struct options *options, const char *word, struct why why)
{
    return add_range(options, word, add_workers, why);
}

int options_set_workers(struct options *options, const char *value, struct why why)
{
    return each_word(options, value, add_workers_range, why);
}

static int add_producers(struct options *options, const char *word, struct why why)
{
    int64_t count = 0;
    int error = count_between("--producers", word, 1, OPTIONS_PRODUCERS_MAX, &count, why);
    for (int i = 0; !error && i < options->producer_count; i++)
        if (options->producers[i] == count)
            error = why_wrong(why, "--producers: %s is named twice (each number at most once)", word);
    if (!error && options->producer_count == OPTIONS_COUNTS_MAX)
        error = why_wrong(why, "--producers %s: too many numbers (at most %d)", word, OPTIONS_COUNTS_MAX);
    if (!error)
        options->producers[options->producer_count++] = (int)count;
    return error;
}

static int add_producers_range(struct options *options, const char *word, struct why why)
{
    return add_range(options, word, add_producers, why);
}

int options_set_producers(struct options *options, const char *value, struct why why)
{
    return each_word(options, value, add_producers_range, why);
}

static int add_capacity(struct options *options, const char *word, struct why why)
{
    int64_t count = 0;
    int error = count_between("--capacity", word, 1, POOL_CAPACITY_MAX, &count, why);
    for (int i = 0; !error && i < options->capacity_count; i++)
        if (options->capacities[i] == count)
            error = why_wrong(why, "--capacity: %s is named twice (each number at most once)", word);
    if (!error && options->capacity_count == OPTIONS_COUNTS_MAX)
        error = why_wrong(why, "--capacity %s: too many numbers (at most %d)", word, OPTIONS_COUNTS_MAX);
    if (!error)
        options->capacities[options->capacity_count++] = count;
    return error;
}

static int add_capacity_range(struct options *options, const char *word, struct why why)
{
    return add_range(options, word, add_capacity, why);
}

int options_set_capacity(struct options *options, const char *value, struct why why)
{
    return each_word(options, value, add_capacity_range, why);
}

int options_set_full(struct options *options, const char *value, struct why why)
{
    const char *names[POOL_DROP_OLDEST + 1];
    for (int i = POOL_BLOCK; i <= POOL_DROP_OLDEST; i++) {
        names[i] = policy_full_name((enum pool_full)i);
        if (!strcmp(value, names[i])) {
            options->full = (enum pool_full)i;
            return 0;
        }
    }
    return why_wrong_name(why, "no policy", value, "--full takes: ", names, POOL_DROP_OLDEST + 1);
}

static int add_results(struct options *options, const char *word, struct why why)
{
    const char *names[POOL_RESULTS_DROP];
    for (int i = POOL_RESULTS_BLOCK; i <= POOL_RESULTS_DROP; i++) {
        names[i - 1] = policy_results_name((enum pool_results)i);
        if (strcmp(word, names[i - 1]))
            continue;
        for (int j = 0; j < options->results_count; j++)
            if (options->results[j] == (enum pool_results)i)
                return why_wrong(why, "--results: %s is named twice (each at most once)", word);
        options->results[options->results_count++] = (enum pool_results)i;
        return 0;
    }
    return why_wrong_name(why, "no policy", word, "--results takes: ", names, POOL_RESULTS_DROP);
}

int options_set_results(struct options *options, const char *value, struct why why)
{
    return each_word(options, value, add_results, why);
}

static int add_results_capacity(struct options *options, const char *word, struct why why)
{
    int64_t count;
    int error = count_between("--results-capacity", word, 1, POOL_CAPACITY_MAX, &count, why);
    if (error)
        return error;
    for (int i = 0; i < options->results_capacity_count; i++)
        if (options->results_capacities[i] == count)
            return why_wrong(why, "--results-capacity: %s is named twice (each number at most once)", word);
    if (options->results_capacity_count >= OPTIONS_CAPACITIES_MAX)
        return why_wrong(why, "--results-capacity %s: too many numbers (at most %d)", word, OPTIONS_CAPACITIES_MAX);
    options->results_capacities[options->results_capacity_count++] = count;
    return 0;
}

int options_set_results_capacity(struct options *options, const char *value, struct why why)
{
    return each_word(options, value, add_results_capacity, why);
}

int options_set_full_timeout(struct options *options, const char *value, struct why why)
{
    return time_between("--full-timeout", value, 0, INT64_C(3600000000000), &options->full_timeout_ns, why);
}

static int add_pin(struct options *options, const char *word, struct why why)
{
    char reason[256] = "";
    static int cpus[TOPOLOGY_CPUS_MAX];
    int count;
    if (strlen(word) >= sizeof options->pins[0])
        return why_wrong(why, "--pin %.40s...: too long (at most %zu letters)", word, sizeof options->pins[0] - 1);
    if (options->pin_count == OPTIONS_PINS_MAX)
        return why_wrong(why, "--pin: too many placements (at most %d)", OPTIONS_PINS_MAX);
    if (topology_place(word, cpus, TOPOLOGY_CPUS_MAX, &count, reason, sizeof reason))
        return why_wrong(why, "--pin %s: %s", shown(word), reason);
    for (int i = 0; i < options->pin_count; i++)
        if (!strcmp(options->pins[i], word))
            return why_wrong(why, "--pin: \"%s\" is named twice (each at most once)", word);
    strcpy(options->pins[options->pin_count++], word);
    return 0;
}

/* Placements by comma; a list of CPUs has commas of its own. */
int options_set_pin(struct options *options, const char *value, struct why why)
{
    options->pins_given = true;
    return *value >= '0' && *value <= '9' ? add_pin(options, value, why) : each_word(options, value, add_pin, why);
}

int options_set_synthetic(struct options *options, const char *value, struct why why)
{
    if (topology_pretend(value))
        return why_wrong(why,
                         "--synthetic \"%.60s\": hwloc does not understand it (as in \"pack:2 l3:2 core:4 pu:2\", or a "
                         "file of lstopo's, FILE.xml)",
                         value);
    options->synthetic = value;
    return 0;
}

int options_set_rounds(struct options *options, const char *value, struct why why)
{
    int64_t count = 0;
    int error = count_between("--rounds", value, 1, OPTIONS_ROUNDS_MAX, &count, why);
    options->rounds = (int)count;
    return error;
}

int options_set_budget(struct options *options, const char *value, struct why why)
{
    return time_between("--budget", value, 1000000, INT64_C(86400000000000), &options->budget_ns, why);
}

int options_set_slo(struct options *options, const char *value, struct why why)
{
    options->slo_text = value;
    return slo_parse(value, &options->slo, why.text, why.size);
}

int options_set_rate(struct options *options, const char *value, struct why why)
{
    return count_between("--rate", value, 1, (int64_t)RATES_MAX, &options->rate, why);
}

int options_set_from(struct options *options, const char *value, struct why why)
{
    (void)why;
    options->from = value;
    return 0;
}

int options_set_machines(struct options *options, const char *value, struct why why)
{
    int64_t machines;
    int error = count_between("--machines", value, 1, FLEET_MACHINES_MAX, &machines, why);
    if (!error)
        options->machines = (int)machines;
    return error;
}

int options_set_max(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->max = true;
    return 0;
}

int options_set_quota(struct options *options, const char *value, struct why why)
{
    static const double least = 0.01, most = 4096;
    char *end;
    options->quota = strtod(value, &end);
    if (end == value || *end || strspn(value, "0123456789.") != strlen(value))
        return why_wrong(why, "--quota \"%.60s\": not a number of CPUs (as in 1.5)", value);
    if (!(options->quota >= least && options->quota <= most))
        return why_wrong(why, "--quota %.60s: out of range (0.01 to 4096 CPUs)", value);
    return 0;
}

int options_set_plan_full(struct options *options, const char *value, struct why why)
{
    options->full_given = true;
    return options_set_full(options, value, why);
}

int options_set_seed(struct options *options, const char *value, struct why why)
{
    options->seed_given = true;
    return count_between("--seed", value, 0, INT64_C(1) << 53, &options->seed, why);
}

int options_set_spin(struct options *options, const char *value, struct why why)
{
    int error = time_between("--spin", value, 0, 1000000000, &options->spin_ns, why);
    if (!error && options->spin_ns == 0)
        options->spin_ns = POOL_NO_SPIN;
    return error;
}

/* Whether what has that name may be replaced: a result of this program, or nothing. */
static bool may_replace(const char *path, off_t size)
{
    json_t *document = size ? json_load_file(path, 0, NULL) : NULL;
    bool ours = !strcmp(result_string(document, "program"), "poolbench");
    json_decref(document);
    return ours || !size;
}

/* A file that could be written: its folder is there, and what may already have
 * that name is a file. It is made at the end, by renaming, which would replace
 * a device or a pipe for everybody. */
static int check_place(const char *value, const char *example, bool (*may)(const char *path, off_t size),
                       const char *what, struct why why)
{
    char folder[4096];
    const char *slash = strrchr(value, '/');
    struct stat found;
    if (!*value || strlen(value) >= sizeof folder || (slash && !slash[1]))
        return why_wrong(why, "-o \"%.60s\": not the name of a file (as in %s)", value, example);
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - value) + 1 : 1, slash ? value : ".");
    if (access(folder, W_OK | X_OK))
        return why_wrong(why, "-o %s: cannot write to its folder: %s (choose one that can be written)", value,
                         strerror(errno));
    if (stat(value, &found)) {
        if (errno != ENOENT)
            return why_wrong(why, "-o %.60s: %s (choose another name)", value, strerror(errno));
    } else if (!S_ISREG(found.st_mode)) {
        return why_wrong(why, "-o %s: is %s; name a file (as in %s)", value,
                         S_ISDIR(found.st_mode) ? "a folder" : "no plain file", example);
    } else if (!may(value, found.st_size)) {
        return why_wrong(why, "-o %s: there is a file of that name which is no %s of poolbench (choose another name)",
                         value, what);
    }
    return 0;
}

int options_check_out(const char *value, struct why why)
{
    return check_place(value, "results/mine.json", may_replace, "result", why);
}

/* Whether a file begins as our pages do (bench/page/templates); others are nobody's to overwrite. */
static bool page_is_ours(const char *path)
{
    static const char mark[] = "<meta name=\"generator\" content=\"poolbench ";
    char begins[4096];
    FILE *file = fopen(path, "re");
    size_t length = file ? fread(begins, 1, sizeof begins, file) : 0;
    if (file)
        fclose(file);
    return length && memmem(begins, length, mark, strlen(mark));
}

static bool may_replace_page(const char *path, off_t size)
{
    return !size || page_is_ours(path);
}

int options_check_page(const char *value, struct why why)
{
    return check_place(value, "results/mine.html", may_replace_page, "page", why);
}

int options_set_page(struct options *options, const char *value, struct why why)
{
    options->out = value;
    return options_check_page(value, why);
}

int options_set_out(struct options *options, const char *value, struct why why)
{
    options->out = value;
    return options_check_out(value, why);
}

int options_set_format(struct options *options, const char *value, struct why why)
{
    static const char *const names[] = {"table", "json", "csv"};
    for (int i = 0; i < 3; i++) {
        if (!strcmp(value, names[i])) {
            options->format = (enum options_format)i;
            return 0;
        }
    }
    return why_wrong_name(why, "no format", value, "--format takes: ", names, 3);
}

int options_set_dry_run(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->dry_run = true;
    return 0;
}

int options_set_no_figures(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->no_figures = true;
    return 0;
}

int options_set_no_floor(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->no_floor = true;
    return 0;
}

int options_set_no_history(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->no_history = true;
    return 0;
}

/* A name that is one line of a table. */
static int name_of(const char *option, const char *value, const char **name, struct why why)
{
    enum { LETTERS = 100 };
    bool plain = *value && strlen(value) <= LETTERS && utf8_is(value);
    for (const char *c = value; *c; c++)
        plain = plain && (unsigned char)*c >= ' ' && *c != 0x7f;
    if (!plain)
        return why_wrong(why, "%s %.60s: not a name (1 to %d letters)", option, shown(value), LETTERS);
    *name = value;
    return 0;
}

int options_set_machine(struct options *options, const char *value, struct why why)
{
    return name_of("--machine", value, &options->machine, why);
}

int options_set_revision(struct options *options, const char *value, struct why why)
{
    return name_of("--revision", value, &options->revision, why);
}

int options_set_keep(struct options *options, const char *value, struct why why)
{
    return count_between("--keep", value, 0, INT64_C(1000000000), &options->keep, why);
}

int options_set_before(struct options *options, const char *value, struct why why)
{
    return name_of("--before", value, &options->before, why);
}

int options_set_base(struct options *options, const char *value, struct why why)
{
    (void)why;
    options->base = value;
    return 0;
}

int options_set_new(struct options *options, const char *value, struct why why)
{
    (void)why;
    options->new = value;
    return 0;
}

/* Names of pools that are known once both sides are loaded. */
int options_set_duet_pools(struct options *options, const char *value, struct why why)
{
    if (!*value || *value == ',' || strstr(value, ",,") || value[strlen(value) - 1] == ',')
        return why_wrong(why, "-p \"%.60s\": a name is missing (names of pools by comma)", value);
    options->duet_pools = value;
    return 0;
}

int options_set_self_test(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->self_test = true;
    return 0;
}

int options_set_undecided(struct options *options, const char *value, struct why why)
{
    static const char *const names[] = {"pass", "fail"};
    if (strcmp(value, names[0]) && strcmp(value, names[1]))
        return why_wrong_name(why, "no way to end", value, "--undecided takes: ", names, 2);
    options->undecided_fails = !strcmp(value, names[1]);
    return 0;
}

int options_set_plot(struct options *options, const char *value, struct why why)
{
    struct stat info;
    if (!*value || (!stat(value, &info) && !S_ISDIR(info.st_mode)))
        return why_wrong(why, "--plot \"%.200s\" is not a folder (it is made where it is not there)", value);
    options->plot = value;
    return 0;
}

int options_set_least(struct options *options, const char *value, struct why why)
{
    return percent("--threshold", value, 1000, &options->least, why);
}

int options_set_export_to(struct options *options, const char *value, struct why why)
{
    enum { MOST = 16 };
    const char *names[MOST];
    int count = 0;
    for (; exported_formats[count].name && count < MOST; count++) {
        names[count] = exported_formats[count].name;
        if (!strcmp(value, names[count]))
            options->export_to = names[count];
    }
    return options->export_to ? 0 : why_wrong_name(why, "no format", value, "formats: ", names, count);
}
