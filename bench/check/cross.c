/* cross.c - cross-talk: what else does each check see? The one fault is armed, and another's
 * check looks. */
#include <errno.h>
#include <string.h>

#include "bench/check/check.h"

static char cross_mark(const struct judge_result *result)
{
    switch (result->verdict.kind) {
    case VERDICT_FAILS:
        return result->verdict.own ? 'X' : 'o';
    case VERDICT_STALLED:
        return 's';
    case VERDICT_UNSUPPORTED:
    case VERDICT_MACHINE:
        return '-';
    default:
        return '.';
    }
}

/* The first armed cell of a fault that this pool supports, or NULL. */
static const struct fault_cell *armed_cell(const struct pool_ops *pool, const struct fault *fault)
{
    for (int c = 0; c < fault->cell_count; c++)
        if (fault->cells[c].kind == FAULT_ARMED && !(fault->cells[c].needs & ~pool->can))
            return &fault->cells[c];
    return NULL;
}

/* Returns whether each armed fault was seen by its own check; -errno. */
static int cross_pool(const struct judge_setup *setup, const struct pool_ops *pool, FILE *out)
{
    bool good = true;
    int known = 0; /* they come first */
    while (known < fault_count() && fault_is_known(fault_at(known)))
        known++;
    fprintf(out, "%s: armed (down) against checks (across)\n%-22s", pool->name, "");
    for (int j = 0; j < known; j++)
        fprintf(out, "%3d", fault_at(j)->number);
    fputc('\n', out);
    for (int i = 0; i < known; i++) {
        const struct fault_cell *armed = armed_cell(pool, fault_at(i));
        fprintf(out, "%2d  %-18s", fault_at(i)->number, fault_at(i)->name);
        for (int j = 0; j < known; j++) {
            const struct fault *check = fault_at(j);
            struct judge_case what = {pool, check, i == j ? armed : &check->cells[0], armed ? armed->defects : 0};
            struct judge_result result;
            char mark = '-';
            int error = armed ? judge_run(setup, &what, &result) : 0;
            if (error)
                return error;
            if (armed)
                mark = cross_mark(&result);
            good = good && (i != j || mark == 'X' || mark == '-');
            fprintf(out, "%3c", mark);
        }
        fputc('\n', out);
        fflush(out);
    }
    return good;
}

int check_cross(const struct check_options *options, FILE *out)
{
    enum { LIMIT_NS = 300000000 };
    struct judge_setup setup = {.workers = options->workers,
                                .limit_ns = options->limit_ns < LIMIT_NS ? options->limit_ns : LIMIT_NS,
                                .without = options->without,
                                .stop = &check_stop};
    bool good = true;
    for (int p = 0; p < options->pool_count; p++) {
        int one = cross_pool(&setup, options->pools[p], out);
        if (one < 0) {
            fprintf(stderr, "\npoolbench: %s\n", one == -EINTR ? "interrupted" : strerror(-one));
            return one == -EINTR ? 130 : 3;
        }
        good = good && one;
        fputc('\n', out);
    }
    fputs("X: the check fails, by its own name; o: it fails, by another (a hang, a crash, a broken count);\n"
          "s: stalled, no proof; .: it holds; -: not supported. On the diagonal stands each fault's own check.\n",
          out);
    return good ? 0 : 1;
}
