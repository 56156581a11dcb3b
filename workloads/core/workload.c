/* workload.c - the table of workloads, and the reading of their parameters. */
#include "workloads/core/workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pools/core/registry.h"
#include "workloads/core/kinds.h"
#include "workloads/core/random.h"
#include "workloads/core/units.h"
#include "workloads/core/why.h"

extern const void *const __start_workload_table[] __attribute__((weak));
extern const void *const __stop_workload_table[] __attribute__((weak));

static const char *name_of(const void *workload)
{
    return ((const struct workload_ops *)workload)->name;
}

static int by_name(const void *one, const void *other)
{
    return strcmp(name_of(one), name_of(other));
}

static const void *added[WORKLOAD_ADDED_MAX];
static struct registry workloads = {
    .begin = __start_workload_table,
    .end = __stop_workload_table,
    .name = name_of,
    .compare = by_name,
    .added = added,
    .added_max = WORKLOAD_ADDED_MAX,
};

int workload_count(void)
{
    return registry_count(&workloads);
}

const struct workload_ops *workload_at(int index)
{
    return registry_at(&workloads, index);
}

int workload_add(const struct workload_ops *ops)
{
    return ops->abi == WORKLOAD_ABI ? registry_add(&workloads, ops) : -EPROTO;
}

bool workload_is_added(const struct workload_ops *ops)
{
    return registry_is_added(&workloads, ops);
}

static int value_choice(const struct workload_param *param, const char *text, int64_t *value, struct why why)
{
    char what[80];
    int count = 0;
    for (; param->choices[count]; count++) {
        if (!strcmp(text, param->choices[count])) {
            *value = count;
            return 0;
        }
    }
    snprintf(what, sizeof what, "%s cannot be", param->name);
    return why_wrong_name(why, what, text, "", param->choices, count);
}

/* Jobs that another workload can submit for: no consumer, nothing that they need. */
static int value_rest(const struct workload_param *param, const char *text, struct why why)
{
    struct workload_spec jobs;
    if (workload_parse(text, &jobs, why.text, why.size))
        return -EINVAL;
    if (workload_rest(&jobs) || jobs.ops->consume || jobs.ops->needs)
        return why_wrong(why, "%s=%.60s: not the jobs of %s (of empty, cpu, io, memory, tree)", param->name, text,
                         jobs.ops->name);
    return 0;
}

/* FNV-1a: two texts are two values. */
static int value_text(const char *text, int64_t *value)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    *value = (int64_t)(hash >> 1);
    return 0;
}

static int value_factor(const struct workload_param *param, const char *text, int64_t *value, struct why why)
{
    char *end;
    double factor = strspn(text, "0123456789.") == strlen(text) ? strtod(text, &end) : NAN,
           low = (double)param->min / WORKLOAD_FACTOR_ONE, high = (double)param->max / WORKLOAD_FACTOR_ONE;
    if (isnan(factor) || end == text || *end)
        return why_wrong(why, "%s=%.60s is not a number (as in 2 or 0.25)", param->name, text);
    if (!(factor >= low && factor <= high))
        return why_wrong(why, "%s=%.60s is out of range (%g to %g)", param->name, text, low, high);
    *value = (int64_t)llround(factor * WORKLOAD_FACTOR_ONE);
    return 0;
}

int workload_value(const struct workload_param *param, const char *text, int64_t *value, struct why why)
{
    char low[32], high[32];
    int error;
    if (param->kind == WORKLOAD_CHOICE)
        return value_choice(param, text, value, why);
    if (param->kind == WORKLOAD_REST)
        return value_rest(param, text, why);
    if (param->kind == WORKLOAD_TEXT)
        return value_text(text, value);
    if (param->kind == WORKLOAD_FACTOR)
        return value_factor(param, text, value, why);
    error = param->kind == WORKLOAD_TIME ? units_time(text, value) : units_count(text, value);
    if (error == -EINVAL) {
        return why_wrong(why, "%s=%.60s is not a %s (as in %s)", param->name, text,
                         param->kind == WORKLOAD_TIME ? "time" : "count",
                         param->kind == WORKLOAD_TIME ? "500ns, 10us, 2ms" : "1, 32, 4k");
    }
    if (error || *value < param->min || *value > param->max) {
        const char *(*say)(double, char *, size_t) = param->kind == WORKLOAD_TIME ? units_time_text : units_count_text;
        return why_wrong(why, "%s=%.60s is out of range (%s to %s)", param->name, text,
                         say((double)param->min, low, sizeof low), say((double)param->max, high, sizeof high));
    }
    return 0;
}

static bool is_choice(const struct workload_param *param, const char *word)
{
    for (int i = 0; param->kind == WORKLOAD_CHOICE && param->choices[i]; i++)
        if (!strcmp(param->choices[i], word))
            return true;
    return false;
}

static int param_parse(struct workload_spec *spec, char *word, unsigned *given, struct why why)
{
    const struct workload_ops *ops = spec->ops;
    const char *names[WORKLOAD_PARAMS_MAX];
    char *equals = strchr(word, '='), what[96];
    if (!ops->param_count)
        return why_wrong(why, "it has no parameters (\"%.60s\")", word);
    if (equals)
        *equals = '\0';
    for (int i = 0; i < ops->param_count; i++) {
        names[i] = ops->params[i].name;
        if (!equals && is_choice(&ops->params[i], word)) /* tree:fib is tree:op=fib */
            return workload_value(&ops->params[i], word, &spec->values[i], why);
        if (strcmp(word, names[i]))
            continue;
        if (*given & 1u << i)
            return why_wrong(why, "%s is given twice", word);
        *given |= 1u << i;
        if (!equals || !equals[1])
            return why_wrong(why, "%s wants a value: %s=%s", word, word, ops->params[i].fallback);
        return workload_value(&ops->params[i], equals + 1, &spec->values[i], why);
    }
    snprintf(what, sizeof what, "workload %s has no parameter", ops->name);
    if (!equals && ops->params[0].kind == WORKLOAD_CHOICE) /* tree:fob */
        return value_choice(&ops->params[0], word, spec->values, why);
    return why_wrong_name(why, what, word, "", names, ops->param_count);
}

/* Where the value of a REST parameter begins in `key=value,key=value`; NULL: it is
 * not given, or there is none. */
static char *find_rest(const struct workload_ops *ops, char *words)
{
    for (int i = 0; words && i < ops->param_count; i++) {
        size_t length = strlen(ops->params[i].name);
        if (ops->params[i].kind != WORKLOAD_REST)
            continue;
        for (char *word = words; word; word = strchr(word, ',') ? strchr(word, ',') + 1 : NULL)
            if (!strncmp(word, ops->params[i].name, length) && word[length] == '=')
                return word + length + 1;
    }
    return NULL;
}

const char *workload_rest(const struct workload_spec *spec)
{
    const char *words = strchr(spec->text, ':'), *rest;
    rest = words ? find_rest(spec->ops, (char *)(uintptr_t)(words + 1)) : NULL;
    for (int i = 0; !rest && i < spec->ops->param_count; i++)
        if (spec->ops->params[i].kind == WORKLOAD_REST)
            return spec->ops->params[i].fallback;
    return rest;
}

/* Where the value of a parameter that stands before a REST begins; NULL: it is not given. */
static const char *own_value(const struct workload_spec *spec, const char *name)
{
    const char *word = strchr(spec->text, ':'),
               *rest = word ? find_rest(spec->ops, (char *)(uintptr_t)(word + 1)) : NULL;
    size_t length = strlen(name);
    for (word = word ? word + 1 : NULL; word && (!rest || word < rest); word = strchr(word, ',')) {
        word += *word == ',';
        if (!strncmp(word, name, length) && word[length] == '=')
            return word + length + 1;
    }
    return NULL;
}

const char *workload_text(const struct workload_spec *spec, const char *name, char *out, size_t size)
{
    const char *value = own_value(spec, name);
    for (int i = 0; !value && i < spec->ops->param_count; i++)
        if (!strcmp(spec->ops->params[i].name, name))
            value = spec->ops->params[i].fallback;
    snprintf(out, size, "%.*s", value ? (int)strcspn(value, ",") : 0, value ? value : "");
    return out;
}

bool workload_gives(const struct workload_spec *spec, const char *name)
{
    return own_value(spec, name) != NULL;
}

/* The workload of that name. Returns 0, or -EINVAL and a line. */
static int ops_find(const char *name, const struct workload_ops **ops, struct why why)
{
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX];
    int count = workload_count() < NAMES_MAX ? workload_count() : NAMES_MAX;
    for (int i = 0; i < count; i++) {
        names[i] = workload_at(i)->name;
        if (strcmp(name, names[i]))
            continue;
        *ops = workload_at(i);
        return 0;
    }
    return why_wrong_name(why, "no workload", name, "", names, count);
}

/* Reads the value of a REST parameter, whose text is `value`; in `words`, a copy in which it is
 * at `rest`, nothing of it is left for what follows. */
static int rest_parse(const char *value, char *words, char *rest, struct why why)
{
    static const struct workload_param param = {.name = "of", .kind = WORKLOAD_REST};
    int64_t none;
    if (workload_value(&param, value, &none, why))
        return -EINVAL;
    while (rest > words && rest[-1] != ',')
        rest--;
    *(rest > words ? rest - 1 : rest) = '\0';
    return 0;
}

/* `words`: key=value,... to be taken apart, of which `text` is a copy; NULL: none is given. */
static int params_parse(struct workload_spec *spec, const char *text, char *words, struct why why)
{
    char *rest = words ? find_rest(spec->ops, words) : NULL, *save = NULL;
    unsigned given = 0;
    if (rest && rest_parse(text + (rest - words), words, rest, why))
        return -EINVAL;
    for (int i = 0; i < spec->ops->param_count; i++)
        workload_value(&spec->ops->params[i], spec->ops->params[i].fallback, &spec->values[i], why);
    for (char *word = words ? strtok_r(words, ",", &save) : NULL; word; word = strtok_r(NULL, ",", &save))
        if (param_parse(spec, word, &given, why))
            return -EINVAL;
    return 0;
}

/* As it was given, but without empty words: one benchmark has one name, and "cpu:" is "cpu". */
static void text_put(struct workload_spec *spec, const char *text)
{
    const char *word = strchr(text, ':'), *rest = word ? find_rest(spec->ops, (char *)(uintptr_t)(word + 1)) : NULL;
    size_t size = sizeof spec->text, used = strcspn(text, ":"), length;
    char between = ':', why[256];
    struct workload_spec jobs;
    snprintf(spec->text, size, "%.*s", (int)used, text);
    for (word = word ? word + 1 : ""; *word; word += length + (word[length] == ',')) {
        length = strcspn(word, ",");
        if (!length)
            continue;
        used = strlen(spec->text);
        if (rest && word < rest && rest <= word + length) { /* it was parsed with the whole, and is right */
            workload_parse(rest, &jobs, why, sizeof why);
            snprintf(spec->text + used, size - used, "%c%.*s%s", between, (int)(rest - word), word, jobs.text);
            return;
        }
        snprintf(spec->text + used, size - used, "%c%.*s", between, (int)length, word);
        between = ',';
    }
}

int workload_parse(const char *text, struct workload_spec *spec, char *why, size_t size)
{
    struct why line = {why, size};
    char copy[sizeof spec->text], message[256] = "", *words;
    if (strlen(text) >= sizeof copy)
        return why_wrong(line, "workload \"%.40s...\" is too long", text);
    strcpy(copy, text);
    words = strchr(copy, ':');
    if (words)
        *words++ = '\0';
    memset(spec, 0, sizeof *spec);
    if (ops_find(copy, &spec->ops, line))
        return -EINVAL;
    if (params_parse(spec, words ? text + (words - copy) : NULL, words, (struct why){message, sizeof message}))
        return why_wrong(line, "%s: %s", spec->ops->name, message);
    text_put(spec, text);
    if (spec->ops->check && spec->ops->check(spec, message, sizeof message))
        return why_wrong(line, "%s: %s", spec->ops->name, message);
    return 0;
}

void workload_range(const struct workload_slice *slice, int producer, int64_t *first, int64_t *last)
{
    *first = slice->jobs * producer / slice->producers;
    *last = slice->jobs * (producer + 1) / slice->producers;
}

void *workload_memory(int64_t count, size_t size)
{
    size_t bytes;
    void *memory;
    if (count < 0 || __builtin_mul_overflow((size_t)count, size, &bytes))
        return NULL;
    memory = malloc(bytes ? bytes : 1);
    /* Else compilers make one calloc of the two, which touches no page. */
    __asm__ volatile("" : "+r"(memory));
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

/* The jobs that are sampled, into `stamped` unless that is NULL; returns how many. */
static int64_t draw_stamped(const struct workload_slice *slice, int64_t every, int64_t *stamped)
{
    uint64_t random = slice->seed;
    int64_t count = 0;
    for (int64_t job = -1;; count++) {
        random = random_mix(random);
        job += 1 + (int64_t)(random % (uint64_t)(2 * every - 1));
        if (job >= slice->jobs)
            return count;
        if (stamped)
            stamped[count] = job;
    }
}

int workload_stamp(struct workload_slice *slice, int64_t every)
{
    slice->stamp_count = every > 1 ? draw_stamped(slice, every, NULL) : slice->jobs;
    slice->stamps = workload_memory(slice->stamp_count, sizeof *slice->stamps);
    if (every <= 1)
        return slice->stamps ? 0 : -ENOMEM;
    slice->stamped = workload_memory(slice->stamp_count, sizeof *slice->stamped);
    if (!slice->stamps || !slice->stamped)
        return -ENOMEM;
    draw_stamped(slice, every, slice->stamped);
    return 0;
}

int64_t workload_stamp_from(const struct workload_slice *slice, int64_t index)
{
    int64_t low = 0, high = slice->stamp_count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (workload_stamp_job(slice, middle) < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void workload_forget(struct workload_slice *slice)
{
    free(slice->own);
    free(slice->stamps);
    free(slice->stamped);
    free(slice->handed_ns);
    slice->own = NULL;
    slice->stamps = NULL;
    slice->stamped = NULL;
    slice->handed_ns = NULL;
}

double workload_job_ns(const struct workload_spec *spec)
{
    return (spec->ops->job_ns ? spec->ops->job_ns : spec->ops->work_ns)(spec);
}

bool workload_has_columns(const struct workload_ops *ops)
{
    for (int i = 0; i < ops->figure_count; i++)
        if (ops->figures[i].head)
            return true;
    return false;
}

size_t workload_capacity(const struct workload_spec *spec)
{
    size_t own = spec->ops->capacity_of ? spec->ops->capacity_of(spec) : 0;
    return own ? own : spec->ops->capacity ? spec->ops->capacity : POOL_CAPACITY_DEFAULT;
}

int64_t workload_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
