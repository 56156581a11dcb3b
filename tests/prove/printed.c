/* printed.c - what a run printed of its result, again, from the file: printed RESULT.json...
 * And the jobs/s of its pools beside one of them, for a page: printed --beside POOL RESULT.json. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/findings/pairing.h"
#include "bench/results/read.h"
#include "bench/results/result.h"
#include "bench/show/run_show.h"

enum { COLUMNS_MAX = 16, POOLS_MAX = 64 };

struct column {
    const char *spec;
    json_int_t workers;
};

static int columns_of(const json_t *configurations, struct column *columns)
{
    json_t *one;
    size_t i;
    int count = 0;
    json_array_foreach (configurations, i, one) {
        struct column column = {result_string(one, "spec"), result_integer(one, "workers")};
        bool known = result_is_floor(one);
        for (int c = 0; c < count; c++)
            known = known || (!strcmp(columns[c].spec, column.spec) && columns[c].workers == column.workers);
        if (!known && count < COLUMNS_MAX)
            columns[count++] = column;
    }
    return count;
}

static const json_t *find(const json_t *configurations, const char *pool, const struct column *column)
{
    json_t *one;
    size_t i;
    json_array_foreach (configurations, i, one)
        if (!strcmp(result_string(one, "pool"), pool) && !strcmp(result_string(one, "spec"), column->spec) &&
            result_integer(one, "workers") == column->workers)
            return one;
    return NULL;
}

/* Two digits, whatever its size. */
static void print_ratio(double ratio)
{
    printf(isnan(ratio) ? " - |" : ratio >= 0.0995 ? " %.2fx |" : " %#.2gx |", ratio);
}

static void print_row(const json_t *configurations, const char *pool, const char *beside, const struct column *columns,
                      int count)
{
    printf("| %s |", pool);
    for (int c = 0; c < count; c++) {
        const json_t *one = find(configurations, pool, &columns[c]), *other = find(configurations, beside, &columns[c]);
        print_ratio(one && other ? pairing_ratio("jobs_per_s", one, other).ratio : NAN);
    }
    putchar('\n');
}

/* A row for each pool that has workers, in the order of the result. */
static void print_beside(const json_t *result, const char *beside)
{
    const json_t *configurations = json_object_get(result, "configurations");
    const char *names[POOLS_MAX];
    struct column columns[COLUMNS_MAX];
    json_t *one;
    size_t i;
    int count = columns_of(configurations, columns), pools = 0;
    printf("| pool |");
    for (int c = 0; c < count; c++)
        printf(" %s, %lld worker%s |", columns[c].spec, (long long)columns[c].workers,
               columns[c].workers == 1 ? "" : "s");
    printf("\n|---|");
    for (int c = 0; c < count; c++)
        printf("--:|");
    putchar('\n');
    json_array_foreach (configurations, i, one) {
        const char *pool = result_string(one, "pool");
        bool known = result_is_floor(one) || pools == POOLS_MAX;
        for (int p = 0; p < pools; p++)
            known = known || !strcmp(names[p], pool);
        if (known)
            continue;
        names[pools++] = pool;
        print_row(configurations, pool, beside, columns, count);
    }
}

int main(int argc, char **argv)
{
    const char *beside = argc > 2 && !strcmp(argv[1], "--beside") ? argv[2] : NULL;
    for (int i = beside ? 3 : 1; i < argc; i++) {
        json_t *result;
        char why[1024];
        if (read_result(argv[i], &result, why, sizeof why))
            return fprintf(stderr, "printed: %s\n", why), 2;
        if (beside)
            print_beside(result, beside);
        else
            run_show(result, stdout, false);
        json_decref(result);
    }
    return fflush(stdout) ? 2 : 0;
}
