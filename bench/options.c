/* options.c - see options.h. To add an option, add a row to `rows` and the
 * function that sets it; nothing else knows how options look. */
#include "bench/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pools/core/topology.h"
#include "workloads/core/units.h"

struct why {
    char *text;
    size_t size;
};

typedef int set_fn(struct options *options, const char *value, struct why why);

struct row {
    const char *name;  /* long name */
    char letter;       /* or 0 */
    const char *value; /* how the value is called; NULL: none */
    const char *help;
    unsigned commands; /* bits of enum options_command */
    bool repeats;
    set_fn *set;
};

struct command {
    const char *name, *arguments, *summary, *details;
    int words_min, words_max;
};

enum { RUN = 1 << OPTIONS_RUN, ALL = (1 << OPTIONS_COMMANDS) - 1 };

static const struct command commands[OPTIONS_COMMANDS] = {
    [OPTIONS_RUN] = {"run", "[options]", "measure pools under workloads",
                     "Without options: all pools under empty and cpu, the default suite.\n"
                     "Results go to stdout, to a JSON file and to figures; progress to stderr.\n\n"
                     "  poolbench run -p mutex,ring,steal -w cpu:size=1us -t 2\n"
                     "  poolbench run -w empty:batch=32 -w cpu:size=10us,dist=exp --producers 2\n"
                     "  poolbench run -p ring --capacity 8 --full reject --format csv\n\n"
                     "Exit status: 0 good; 1 work was lost or a pool failed; 2 wrong usage; 3 a pool cannot\n"
                     "do what was asked; 130 interrupted, and what was measured is kept.\n",
                     0, 0},
    [OPTIONS_LIST] = {"list", "pools|workloads", "say what there is", "The first word of each line is the name.\n", 1, 1},
    [OPTIONS_PLOT] = {"plot", "RESULT.json", "draw a result's figures again",
                      "Figures (SVG and PNG) and their data go to a folder beside the file.\n", 1, 1},
    [OPTIONS_HELP] = {"help", "[COMMAND]", "explain a command", "", 0, 1},
};

__attribute__((format(printf, 2, 3))) static int wrong(struct why why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why.text, why.size, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

/* `no pool "stael"; did you mean "steal"? (pools: a, b)` */
static int wrong_name(struct why why, const char *what, const char *plural, const char *word, const char *const *names,
                      int count)
{
    const char *nearest = units_nearest(word, names, count);
    char list[512] = "", hint[96] = "";
    for (int i = 0; i < count; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", names[i]);
    if (nearest)
        snprintf(hint, sizeof hint, "; did you mean \"%s\"?", nearest);
    return wrong(why, "no %s \"%.60s\"%s (%s: %s)", what, word, hint, plural, list);
}

static int count_between(const char *option, const char *value, int64_t low, int64_t high, int64_t *count,
                         struct why why)
{
    int error = units_count(value, count);
    if (error == -EINVAL)
        return wrong(why, "%s %.60s: not a count (as in 1, 64, 4k)", option, *value ? value : "\"\"");
    if (error || *count < low || *count > high)
        return wrong(why, "%s %.60s: out of range (%lld to %lld)", option, value, (long long)low, (long long)high);
    return 0;
}

static int time_between(const char *option, const char *value, int64_t low, int64_t high, int64_t *ns, struct why why)
{
    char low_text[32], high_text[32];
    int error = units_time(value, ns);
    if (error == -EINVAL)
        return wrong(why, "%s %.60s: not a time (as in 500ns, 10us, 2ms, 1.5s)", option, *value ? value : "\"\"");
    if (error || *ns < low || *ns > high)
        return wrong(why, "%s %.60s: out of range (%s to %s)", option, value,
                     units_time_text((double)low, low_text, sizeof low_text),
                     units_time_text((double)high, high_text, sizeof high_text));
    return 0;
}

static int set_help(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->help = true;
    return 0;
}

static int set_version(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->version = true;
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
        return wrong_name(why, "pool", "pools", word, names, count);
    for (int i = 0; i < options->pool_count; i++)
        if (options->pools[i] == pool)
            return wrong(why, "-p: pool \"%s\" is named twice", word);
    if (options->pool_count < OPTIONS_POOLS_MAX)
        options->pools[options->pool_count++] = pool;
    return 0;
}

/* Calls `add` for each word of a list by comma; an empty word is wrong. */
static int each_word(struct options *options, const char *option, const char *list, set_fn *add, struct why why)
{
    char copy[512], *rest = copy, *word;
    if (strlen(list) >= sizeof copy)
        return wrong(why, "%s: the list is too long", option);
    strcpy(copy, list);
    while ((word = strsep(&rest, ","))) {
        int error = *word ? add(options, word, why) : wrong(why, "%s \"%s\": an empty name in the list", option, list);
        if (error)
            return error;
    }
    return 0;
}

static int set_pools(struct options *options, const char *value, struct why why)
{
    return each_word(options, "-p", value, add_pool, why);
}

static int set_workload(struct options *options, const char *value, struct why why)
{
    struct workload_spec spec;
    int error = workload_parse(value, &spec, why.text, why.size);
    if (error)
        return error;
    for (int i = 0; i < options->workload_count; i++)
        if (!strcmp(options->workloads[i].text, spec.text))
            return wrong(why, "-w: workload \"%s\" is named twice", value);
    if (options->workload_count >= OPTIONS_WORKLOADS_MAX)
        return wrong(why, "-w: more than %d workloads", OPTIONS_WORKLOADS_MAX);
    options->workloads[options->workload_count++] = spec;
    return 0;
}

static int add_workers(struct options *options, const char *word, struct why why)
{
    int64_t count;
    int error = count_between("-t", word, 1, POOL_WORKERS_MAX, &count, why);
    if (error)
        return error;
    for (int i = 0; i < options->worker_count; i++)
        if (options->workers[i] == count)
            return wrong(why, "-t: %s is named twice", word);
    if (options->worker_count >= OPTIONS_WORKERS_MAX)
        return wrong(why, "-t: more than %d numbers of workers", OPTIONS_WORKERS_MAX);
    options->workers[options->worker_count++] = (int)count;
    return 0;
}

static int set_workers(struct options *options, const char *value, struct why why)
{
    return each_word(options, "-t", value, add_workers, why);
}

static int set_producers(struct options *options, const char *value, struct why why)
{
    int64_t count = 0;
    int error = count_between("--producers", value, 1, 1024, &count, why);
    options->producers = (int)count;
    return error;
}

static int set_capacity(struct options *options, const char *value, struct why why)
{
    return count_between("--capacity", value, 1, POOL_CAPACITY_MAX, &options->capacity, why);
}

static int set_full(struct options *options, const char *value, struct why why)
{
    const char *names[POOL_DROP_OLDEST + 1];
    for (int i = POOL_BLOCK; i <= POOL_DROP_OLDEST; i++) {
        names[i] = plan_full_name((enum pool_full)i);
        if (!strcmp(value, names[i])) {
            options->full = (enum pool_full)i;
            return 0;
        }
    }
    return wrong_name(why, "policy", "--full takes", value, names, POOL_DROP_OLDEST + 1);
}

static int set_full_timeout(struct options *options, const char *value, struct why why)
{
    return time_between("--full-timeout", value, 0, INT64_C(3600000000000), &options->full_timeout_ns, why);
}

static int set_pin(struct options *options, const char *value, struct why why)
{
    int cpus[TOPOLOGY_CPUS_MAX], count;
    char reason[256];
    if (strlen(value) >= sizeof options->pin)
        return wrong(why, "--pin: the list is too long");
    if (topology_place(value, cpus, TOPOLOGY_CPUS_MAX, &count, reason, sizeof reason))
        return wrong(why, "--pin %s: %s", *value ? value : "\"\"", reason);
    strcpy(options->pin, value);
    return 0;
}

static int set_rounds(struct options *options, const char *value, struct why why)
{
    int64_t count = 0;
    int error = count_between("--rounds", value, 1, 10000, &count, why);
    options->rounds = (int)count;
    return error;
}

static int set_budget(struct options *options, const char *value, struct why why)
{
    return time_between("--budget", value, 1000000, INT64_C(86400000000000), &options->budget_ns, why);
}

static int set_seed(struct options *options, const char *value, struct why why)
{
    options->seed_given = true;
    return count_between("--seed", value, 0, INT64_C(1) << 53, &options->seed, why);
}

static int set_spin(struct options *options, const char *value, struct why why)
{
    int error = time_between("--spin", value, 0, 1000000000, &options->spin_ns, why);
    if (!error && options->spin_ns == 0)
        options->spin_ns = POOL_NO_SPIN;
    return error;
}

/* A file that could be written: its folder is there, and it is no folder. The
 * file itself is made at the end, by renaming. */
static int set_out(struct options *options, const char *value, struct why why)
{
    char folder[4096];
    const char *slash = strrchr(value, '/');
    FILE *probe;
    if (!*value || strlen(value) >= sizeof folder || (slash && !slash[1]))
        return wrong(why, "-o \"%.60s\": not the name of a file", value);
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - value) + 1 : 1, slash ? value : ".");
    if (access(folder, W_OK | X_OK))
        return wrong(why, "-o %s: cannot write to its folder: %s", value, strerror(errno));
    probe = fopen(value, "re");
    if (probe) {
        char byte;
        bool is_folder = fread(&byte, 1, 1, probe) == 0 && errno == EISDIR;
        fclose(probe);
        if (is_folder)
            return wrong(why, "-o %s: is a folder; name a file", value);
    }
    options->out = value;
    return 0;
}

static int set_format(struct options *options, const char *value, struct why why)
{
    static const char *const names[] = {"table", "json", "csv"};
    for (int i = 0; i < 3; i++) {
        if (!strcmp(value, names[i])) {
            options->format = (enum options_format)i;
            return 0;
        }
    }
    return wrong_name(why, "format", "--format takes", value, names, 3);
}

static int set_dry_run(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->dry_run = true;
    return 0;
}

static int set_no_figures(struct options *options, const char *value, struct why why)
{
    (void)value, (void)why;
    options->no_figures = true;
    return 0;
}

static const struct row rows[] = {
    {"pools", 'p', "POOLS", "pools, by comma (default: all)", RUN, false, set_pools},
    {"workload", 'w', "WORKLOAD", "a workload, name:key=value,...; repeat for several (default: the suite)", RUN, true,
     set_workload},
    {"workers", 't', "WORKERS", "worker threads; several numbers by comma (default: 1,2)", RUN, false, set_workers},
    {"producers", 0, "N", "threads that submit (default: 1)", RUN, false, set_producers},
    {"capacity", 0, "N", "jobs that may wait (default: 1024)", RUN, false, set_capacity},
    {"full", 0, "POLICY", "block, reject, timeout, caller-runs or drop-oldest (default: block)", RUN, false, set_full},
    {"full-timeout", 0, "TIME", "how long --full timeout waits (default: 1ms)", RUN, false, set_full_timeout},
    {"pin", 0, "PLACEMENT", "none, compact, spread, core, numa:N, or CPUs as in 0,2,4-7 (default: core)", RUN, false,
     set_pin},
    {"rounds", 0, "N", "processes that each measure everything once (default: 12)", RUN, false, set_rounds},
    {"budget", 0, "TIME", "wall time for each configuration; wins over --rounds (default: 1s)", RUN, false, set_budget},
    {"seed", 0, "N", "of shuffles and job sizes (default: from the clock; it is in the result)", RUN, false, set_seed},
    {"spin", 0, "TIME", "how long an idle worker spins before it parks; 0 parks at once (default: 2us)", RUN, false,
     set_spin},
    {"output", 'o', "FILE", "the result file (default: results/<time>-<workloads>.json)", RUN, false, set_out},
    {"format", 0, "FORMAT", "on stdout: table, json or csv (default: table)", RUN, false, set_format},
    {"dry-run", 0, NULL, "say what would run and how long, and stop", RUN, false, set_dry_run},
    {"no-figures", 0, NULL, "do not draw", RUN, false, set_no_figures},
    {"help", 'h', NULL, "this help", ALL, false, set_help},
};
enum { ROWS = sizeof rows / sizeof *rows };

enum options_command options_command(const char *name)
{
    int i = 0;
    while (i < OPTIONS_COMMANDS && strcmp(name, commands[i].name))
        i++;
    return (enum options_command)i;
}

void options_help(FILE *out, enum options_command command)
{
    if (command == OPTIONS_COMMANDS) {
        fputs("poolbench measures, sizes and guards worker pools (thread pools).\n\nusage: poolbench COMMAND ...\n\n", out);
        for (int i = 0; i < OPTIONS_COMMANDS; i++)
            fprintf(out, "  %-5s %-16s %s\n", commands[i].name, commands[i].arguments, commands[i].summary);
        fputs("\n  --version       revision, compiler, flags, libraries\n"
              "  COMMAND --help  options and examples\n",
              out);
        return;
    }
    fprintf(out, "poolbench %s %s: %s\n\n%s\n", commands[command].name, commands[command].arguments,
            commands[command].summary, commands[command].details);
    for (int i = 0; i < ROWS; i++) {
        char left[64], letter[8] = "    ";
        if (!(rows[i].commands & 1u << command))
            continue;
        if (rows[i].letter)
            snprintf(letter, sizeof letter, "-%c, ", rows[i].letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, rows[i].name, rows[i].value ? " " : "",
                 rows[i].value ? rows[i].value : "");
        fprintf(out, "  %-26s %s\n", left, rows[i].help);
    }
}

static const struct row *find_row(enum options_command command, const char *name, size_t length, char letter)
{
    for (int i = 0; i < ROWS; i++)
        if (rows[i].commands & 1u << command && (letter ? rows[i].letter == letter
                                                        : strlen(rows[i].name) == length &&
                                                              !strncmp(rows[i].name, name, length)))
            return &rows[i];
    return NULL;
}

static int wrong_option(struct options *options, const char *word, struct why why)
{
    const char *names[ROWS];
    int count = 0;
    char plain[64];
    snprintf(plain, sizeof plain, "%.*s", (int)strcspn(word, "="), word);
    for (int i = 0; i < ROWS; i++)
        if (rows[i].commands & 1u << options->command)
            names[count++] = rows[i].name;
    word = units_nearest(plain + strspn(plain, "-"), names, count);
    return wrong(why, "%s has no option \"%s\"%s%s%s (see: poolbench %s --help)", commands[options->command].name, plain,
                 word ? "; did you mean \"--" : "", word ? word : "", word ? "\"?" : "",
                 commands[options->command].name);
}

/* One word of the line; *i moves on when the value is the next one. */
static int take_word(struct options *options, int argc, char **argv, int *i, unsigned *seen, struct why why)
{
    const char *word = argv[*i], *value = NULL;
    const struct row *row;
    if (word[1] == '-') {
        size_t length = strcspn(word + 2, "=");
        row = find_row(options->command, word + 2, length, 0);
        value = word[2 + length] ? word + 3 + length : NULL;
    } else {
        row = find_row(options->command, NULL, 0, word[1]);
        value = word[2] ? word + 2 : NULL;
    }
    if (!row)
        return wrong_option(options, word, why);
    if (!row->value && value)
        return wrong(why, "--%s takes no value", row->name);
    if (row->value && !value) {
        if (*i + 1 >= argc)
            return wrong(why, "%s wants a value: %s", word, row->value);
        value = argv[++*i];
    }
    if (!row->repeats && *seen & 1u << (row - rows))
        return wrong(why, "--%s is given twice", row->name);
    *seen |= 1u << (row - rows);
    return row->set(options, value, why);
}

static int defaults(struct options *options, struct why why)
{
    static const char *const suite[] = {"empty", "cpu:size=100ns", "cpu:size=1us", "cpu:size=10us", "cpu:size=100us"};
    for (size_t i = 0; !options->workload_count && i < sizeof suite / sizeof *suite; i++)
        if (workload_parse(suite[i], &options->workloads[i], why.text, why.size))
            return -EINVAL;
    if (!options->workload_count)
        options->workload_count = sizeof suite / sizeof *suite;
    if (!options->pool_count)
        for (int i = 0; i < pool_count() && i < OPTIONS_POOLS_MAX; i++)
            options->pools[options->pool_count++] = pool_at(i);
    if (!options->worker_count) {
        options->workers[options->worker_count++] = 1;
        if (topology_cpus_worth() > 1)
            options->workers[options->worker_count++] = 2;
    }
    options->producers = options->producers ? options->producers : 1;
    options->capacity = options->capacity ? options->capacity : POOL_CAPACITY_DEFAULT;
    options->full_timeout_ns = options->full_timeout_ns ? options->full_timeout_ns : 1000000;
    options->rounds = options->rounds ? options->rounds : 12;
    options->budget_ns = options->budget_ns ? options->budget_ns : 1000000000;
    if (!*options->pin)
        strcpy(options->pin, "core");
    if (!options->seed_given)
        options->seed = workload_now_ns() & 0xffffffff;
    return 0;
}

static int take_command(struct options *options, int argc, char **argv, struct why why)
{
    const char *names[OPTIONS_COMMANDS];
    for (int i = 0; i < OPTIONS_COMMANDS; i++)
        names[i] = commands[i].name;
    if (argc < 2)
        return wrong(why, "no command (commands: run, list, plot, help; see: poolbench help)");
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
        return set_help(options, NULL, why);
    if (!strcmp(argv[1], "--version"))
        return set_version(options, NULL, why);
    options->command = options_command(argv[1]);
    return options->command == OPTIONS_COMMANDS ? wrong_name(why, "command", "commands", argv[1], names, OPTIONS_COMMANDS)
                                                : 0;
}

int options_parse(struct options *options, int argc, char **argv, char *text, size_t size)
{
    struct why why = {text, size};
    unsigned seen = 0;
    bool plain = false;
    int error;
    memset(options, 0, sizeof *options);
    options->command = OPTIONS_COMMANDS;
    error = take_command(options, argc, argv, why);
    for (int i = 2; i < argc && !error && options->command != OPTIONS_COMMANDS; i++) {
        if (!plain && !strcmp(argv[i], "--"))
            plain = true;
        else if (!plain && argv[i][0] == '-' && argv[i][1])
            error = take_word(options, argc, argv, &i, &seen, why);
        else if (options->word_count >= commands[options->command].words_max)
            error = wrong(why, "%s: what is \"%.60s\"? (usage: poolbench %s %s)", argv[1], argv[i], argv[1],
                          commands[options->command].arguments);
        else
            options->words[options->word_count++] = argv[i];
    }
    if (error || options->help || options->version)
        return error;
    if (options->word_count < commands[options->command].words_min)
        return wrong(why, "%s wants %s", argv[1], commands[options->command].arguments);
    return defaults(options, why);
}
