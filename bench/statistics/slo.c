/* slo.c - see slo.h. */
#include "bench/statistics/slo.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/core/units.h"
#include "workloads/core/why.h"

#define LIMIT_NS_MAX INT64_C(3600000000000) /* an hour */

static const struct slo_kind kinds[] = {
    {"p50", "p50_ns", 0.5, 2, false},
    {"p90", "p90_ns", 0.9, 10, false},
    {"p95", "p95_ns", 0.95, 20, false},
    {"p99", "p99_ns", 0.99, 100, false},
    {"p99.9", "p99.9_ns", 0.999, 1000, false},
    {"p99.99", "p99.99_ns", 0.9999, 10000, false},
    {"mean", "mean_ns", 0, 1, false},
    {"max", "max_ns", 0, 1, false},
    {"loss", "lost", 0, 1, true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const struct slo_kind *slo_kind(const char *name)
{
    for (int i = 0; i < KINDS; i++)
        if (!strcmp(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

static int wrong_kind(const char *name, struct why why)
{
    const char *names[KINDS];
    for (int i = 0; i < KINDS; i++)
        names[i] = kinds[i].name;
    return why_wrong_name(why, "no latency", name, "--slo takes: ", names, KINDS);
}

/* "0.1%", "0". */
static int read_share(const char *text, double *share, struct why why)
{
    char *end;
    double percent = strtod(text, &end);
    if (end == text || strspn(text, "0123456789.") != (size_t)(end - text) || (strcmp(end, "%") && percent != 0) ||
        (*end && strcmp(end, "%")))
        return why_wrong(why, "--slo loss=%.60s: not a share (as in 0.1%%)", text);
    if (!(percent < 100))
        return why_wrong(why, "--slo loss=%.60s: out of range (0%% to below 100%%)", text);
    *share = percent / 100;
    return 0;
}

static int read_limit(const char *text, struct slo *slo, struct why why)
{
    int error;
    if (slo->kind->is_loss)
        return read_share(text, &slo->limit_share, why);
    error = units_time(text, &slo->limit_ns);
    if (error == -EINVAL && strcmp(text, "0"))
        return why_wrong(why, "--slo %s=%.60s: \"%.60s\" is not a time (as in 500us, 5ms, 1.5s)", slo->kind->name, text,
                         text);
    if (error || slo->limit_ns < 1 || slo->limit_ns > LIMIT_NS_MAX)
        return why_wrong(why, "--slo %s=%.60s: out of range (1ns to 60min)", slo->kind->name, text);
    return 0;
}

/* One promise, p99=5ms; `word` is taken apart. */
static int add(struct slo_list *list, char *word, struct why why)
{
    char *limit = strchr(word, '=');
    struct slo slo = {0};
    int error;
    if (limit)
        *limit++ = '\0';
    slo.kind = slo_kind(word);
    if (!slo.kind)
        return wrong_kind(word, why);
    if (!limit || !*limit)
        return why_wrong(why, "--slo %s: no limit (as in %s=%s)", word, word, slo.kind->is_loss ? "0.1%" : "5ms");
    error = read_limit(limit, &slo, why);
    if (error)
        return error;
    for (int i = 0; i < list->count; i++)
        if (list->items[i].kind == slo.kind)
            return why_wrong(why, "--slo: %s is promised twice (each at most once)", word);
    list->items[list->count++] = slo; /* there are as many places as kinds */
    return 0;
}

int slo_parse(const char *text, struct slo_list *list, char *why_text, size_t size)
{
    struct why why = {why_text, size};
    char copy[512], *rest = copy, *word;
    int error = 0;
    _Static_assert((int)KINDS <= (int)SLO_MAX, "a place for each kind");
    *list = (struct slo_list){0};
    if (strlen(text) >= sizeof copy)
        return why_wrong(why, "--slo %.40s...: too long (as in p99=5ms,p99.9=20ms)", text);
    strcpy(copy, text);
    while (!error && (word = strsep(&rest, ",")))
        error = add(list, word, why);
    return error;
}

const char *slo_limit_text(double ns, char *text, size_t size)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
    size_t i = 0;
    while (i < 3 && ns < units[i].ns)
        i++;
    snprintf(text, size, "%.4g %s", ns / units[i].ns, units[i].name);
    return text;
}

const char *slo_text(const struct slo *slo, char *text, size_t size)
{
    char limit[32];
    if (slo->kind->is_loss)
        snprintf(text, size, "loss <= %.4g%%", 100 * slo->limit_share);
    else
        snprintf(text, size, "%s <= %s", slo->kind->name, slo_limit_text((double)slo->limit_ns, limit, sizeof limit));
    return text;
}

const char *slo_value_text(const struct slo_kind *kind, double value, char *text, size_t size)
{
    static const double tiny = 1e-6; /* the low end of a few lost jobs: no digits of it mean anything */
    if (kind->is_loss && value > 0 && value < tiny)
        snprintf(text, size, "<0.0001%%");
    else if (kind->is_loss && isfinite(value) && value > 0 && value < 0.01)
        snprintf(text, size, "%.2g%%", 100 * value);
    else if (kind->is_loss && isfinite(value))
        units_share_text(value, text, size);
    else if (isinf(value))
        snprintf(text, size, "never");
    else
        units_time_text(value, text, size);
    return text;
}

bool slo_allows_loss(const struct slo_list *list)
{
    for (int i = 0; i < list->count; i++)
        if (list->items[i].kind->is_loss && list->items[i].limit_share > 0)
            return true;
    return false;
}

const char *slo_list_text(const struct slo_list *list, char *text, size_t size)
{
    size_t used = 0;
    if (size)
        *text = '\0';
    for (int i = 0; i < list->count && used < size; i++) {
        char one[64];
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
                                 slo_text(&list->items[i], one, sizeof one));
    }
    return text;
}
