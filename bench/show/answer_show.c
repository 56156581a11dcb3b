/* answer_show.c - see answer_show.h. */
#include "bench/show/answer_show.h"

#include <math.h>
#include <string.h>

#include "bench/findings/granularity.h"
#include "bench/results/result.h"
#include "bench/show/terminal.h"
#include "workloads/core/units.h"

enum { LINE = 1024 };

static void add(char *line, const char *text)
{
    size_t used = strlen(line);
    snprintf(line + used, LINE - used, "%s", text);
}

/* "; mutex 0.93x", in the order of speed; "a, b alike" first. */
static const char *ratio_text(double ratio, char *text, size_t size)
{
    snprintf(text, size, ratio > 0.995 ? "%.3fx" : ratio >= 0.095 ? "%.2fx" : "%.2gx", ratio);
    return text;
}

static bool is(const json_t *pool, const char *verdict)
{
    return !strcmp(result_string(pool, "verdict"), verdict);
}

/* The pool that comes next by its ratio among those with a verdict; NULL: no more. */
static const json_t *next(const json_t *pools, const char *verdict, const json_t *after)
{
    const json_t *found = NULL;
    json_t *pool;
    size_t i, last = json_array_size(pools);
    double limit = INFINITY, best = -INFINITY;
    if (after) {
        limit = json_number_value(json_object_get(after, "ratio"));
        for (last = 0; json_array_get(pools, last) != after;)
            last++;
    }
    json_array_foreach (pools, i, pool) {
        double ratio = json_number_value(json_object_get(pool, "ratio"));
        bool later = ratio < limit || (after && ratio == limit && i > last);
        if (is(pool, verdict) && later && ratio > best) {
            best = ratio;
            found = pool;
        }
    }
    return found;
}

/* All with a verdict, in the order of speed: the first behind `first`, the others behind
 * `other`; with their ratios and `after`, unless that is NULL. */
static void add_all(char *line, const json_t *pools, const char *verdict, const char *first, const char *other,
                    const char *after)
{
    char ratio[24];
    for (const json_t *pool = NULL; (pool = next(pools, verdict, pool)); first = other) {
        add(line, first);
        add(line, result_string(pool, "pool"));
        if (!after)
            continue;
        add(line, " ");
        add(line, ratio_text(json_number_value(json_object_get(pool, "ratio")), ratio, sizeof ratio));
        add(line, after);
    }
}

static void work_text(const json_t *kind, char *line)
{
    const json_t *pools = json_object_get(kind, "pools");
    bool alike = next(pools, "alike", NULL), unknown = next(pools, "cannot tell", NULL);
    bool open = !alike && unknown; /* the fastest by its median is not the best, then */
    add(line, open ? "cannot tell: " : "");
    add(line, result_string(kind, "best"));
    if (open)
        add_all(line, pools, "cannot tell", ", ", ", ", NULL);
    add_all(line, pools, "alike", ", ", ", ", NULL);
    /* First is who is told apart from all others. */
    add(line, alike ? " alike" : unknown || next(pools, "faster", NULL) ? "" : " first");
    add_all(line, pools, "slower", "; ", "; ", "");
    add_all(line, pools, "faster", "; ", "; ", " round by round"); /* not by its median for certain */
    if (!open)
        add_all(line, pools, "cannot tell", "; cannot tell: ", ", ", NULL);
}

/* Breaks before a word that would not fit; further lines begin below the text. */
static void print_line(const char *name, const char *text, FILE *out)
{
    enum { INDENT = 18 };
    size_t column = (size_t)fprintf(out, "  %-15s ", name);
    size_t width = (size_t)terminal_text_width(out);
    while (*text) {
        size_t length = strcspn(text, " ");
        if (column + length > width && column > INDENT)
            column = (size_t)fprintf(out, "\n%*s", INDENT, "") - 1;
        column += (size_t)fprintf(out, "%.*s", (int)length, text);
        text += length;
        if (*text) {
            column += (size_t)fprintf(out, " ");
            text++;
        }
    }
    fputc('\n', out);
}

/* The pool with the smallest METG, for the most workers. */
static void print_metg(const json_t *list, FILE *out)
{
    const json_t *best = granularity_least(list);
    char line[LINE] = "", ns[32], low[32], high[32];
    if (!best)
        return;
    snprintf(line, sizeof line, "below %s a job is not worth a pool with %lld worker%s here (%s, %s..%s)",
             units_time_text(json_number_value(json_object_get(best, "ns")), ns, sizeof ns),
             (long long)result_integer(best, "workers"), result_integer(best, "workers") == 1 ? "" : "s",
             result_string(best, "pool"),
             units_time_text(json_number_value(json_object_get(best, "low_ns")), low, sizeof low),
             units_time_text(json_number_value(json_object_get(best, "high_ns")), high, sizeof high));
    print_line("smallest job", line, out);
}

void answer_show(const json_t *result, FILE *out, bool colour)
{
    const json_t *answer = json_object_get(result, "answer");
    json_t *kind;
    size_t i;
    if (!json_array_size(answer))
        return;
    terminal_print(
        out, 2,
        "%sthe answer%s   speed against the best pool of each kind of work, by 95%% intervals; alike: within 3%%",
        colour ? "\033[1m" : "", colour ? "\033[0m" : "");
    fputc('\n', out);
    print_metg(json_object_get(result, "metg"), out);
    json_array_foreach (answer, i, kind) {
        char line[LINE] = "";
        work_text(kind, line);
        print_line(result_string(kind, "work"), line, out);
    }
    fputc('\n', out);
}
