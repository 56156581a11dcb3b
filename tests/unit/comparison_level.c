/* comparison_level.c - of whole comparisons of what has not changed, how many accuse: on
 * made-up results, always the same ones. docs/compare.md has the longer table. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "bench/findings/comparison.h"
#include "tests/core/made_result.h"

/* Which a comparison of two results says of all rows. */
struct said {
    bool accuses, praises, finds; /* finds: the first benchmark is a regression */
};

static struct said compare(uint64_t *state, const struct made_result *base, const struct made_result *new)
{
    struct comparison comparison = {.paths = {"base", "new"}, .threshold = 0.03};
    struct said said = {0};
    char why[256];
    comparison.documents[0] = made_result(state, base);
    comparison.documents[1] = made_result(state, new);
    cr_assert(!comparison_make(&comparison, why, sizeof why), "%s", why);
    for (int i = 0; i < comparison.count; i++) {
        said.accuses = said.accuses || comparison.rows[i].verdict == COMPARISON_SLOWER;
        said.praises = said.praises || comparison.rows[i].verdict == COMPARISON_FASTER;
    }
    said.finds = comparison.rows[0].regression;
    free(comparison.rows);
    json_decref(comparison.documents[0]);
    json_decref(comparison.documents[1]);
    return said;
}

/* Without a correction more than half of those of 40 benchmarks do. */
Test(comparison_level, of_what_has_not_changed_at_most_5_percent_accuse, .timeout = 60)
{
    enum { TIMES = 12 };
    static const int benchmarks[] = {6, 20, 40}, rounds[] = {6, 9, 12};
    uint64_t state = 20261129;
    int all = 0, accused = 0, praised = 0;
    for (int kind = 0; kind < MADE_ROUNDS_KINDS; kind++)
        for (int b = 0; b < 3; b++)
            for (int r = 0; r < 3; r++)
                for (int i = 0; i < TIMES; i++) {
                    struct made_result made = {
                        .kind = (enum made_rounds)kind, .benchmarks = benchmarks[b], .rounds = rounds[r]};
                    struct said said = compare(&state, &made, &made);
                    all++;
                    accused += said.accuses;
                    praised += said.praises;
                }
    cr_assert(accused <= all / 20 && praised <= all / 20, "of %d, %d accuse and %d praise", all, accused, praised);
}

/* And one that is slower by a tenth, among 40, is found. */
Test(comparison_level, a_slowdown_among_many_is_found, .timeout = 60)
{
    enum { TIMES = 20 };
    uint64_t state = 7;
    int found = 0;
    for (int i = 0; i < TIMES; i++) {
        struct made_result base = {.kind = MADE_ROUNDS_NORMAL, .benchmarks = 40, .rounds = 12}, new = base;
        new.slow = 1;
        new.by = 0.1;
        found += compare(&state, &base, &new).finds;
    }
    cr_assert(found == TIMES, "%d of %d", found, TIMES);
}

/* Forty benchmarks of six rounds cannot be told apart at all, however much slower one is. */
Test(comparison_level, too_few_rounds_accuse_nobody_and_say_so, .timeout = 60)
{
    struct made_result base = {.kind = MADE_ROUNDS_NORMAL, .benchmarks = 40, .rounds = 6}, new = base;
    struct comparison comparison = {.paths = {"base", "new"}, .threshold = 0.03};
    uint64_t state = 7;
    char why[256];
    new.slow = 40;
    new.by = 1;
    comparison.documents[0] = made_result(&state, &base);
    comparison.documents[1] = made_result(&state, &new);
    cr_assert(!comparison_make(&comparison, why, sizeof why), "%s", why);
    cr_assert(comparison.speeds == 40 && comparison.costs == 80 && comparison_undecided(&comparison) == 40);
    for (int i = 0; i < comparison.count; i++)
        if (comparison.rows[i].kind == COMPARISON_SPEED)
            cr_assert(comparison.rows[i].rounds_needed == 7, "%g", comparison.rows[i].rounds_needed);
    free(comparison.rows);
    json_decref(comparison.documents[0]);
    json_decref(comparison.documents[1]);
}
