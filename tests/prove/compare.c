/* compare.c - of whole comparisons of results that are made up, how many accuse what has not
 * changed, and how often one benchmark among many that is slower is found, as a table.
 * Exit status: 1 where more accuse, or praise, than may. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/findings/comparison.h"
#include "tests/core/made_result.h"

/* Of SAME comparisons of what has not changed; 5% of them by chance at most, so that more than
 * MOST are not in one of 90 cells with 98% (binomial), and of all together not 5%. */
enum { SAME = 1000, MOST = 75, CHANGED = 200 };

struct said {
    int accuses, praises, regression, slower; /* the last two: of the first benchmark */
};

static struct said compare(uint64_t *state, const struct made_result *base, const struct made_result *new)
{
    struct comparison comparison = {.paths = {"base", "new"}, .threshold = 0.03};
    struct said said = {0};
    char why[256];
    comparison.documents[0] = made_result(state, base);
    comparison.documents[1] = made_result(state, new);
    if (comparison_make(&comparison, why, sizeof why)) {
        fprintf(stderr, "%s\n", why);
        exit(1);
    }
    for (int i = 0; i < comparison.count; i++) {
        said.accuses |= comparison.rows[i].verdict == COMPARISON_SLOWER;
        said.praises |= comparison.rows[i].verdict == COMPARISON_FASTER;
    }
    said.slower = comparison.rows[0].verdict == COMPARISON_SLOWER;
    said.regression = comparison.rows[0].regression;
    free(comparison.rows);
    json_decref(comparison.documents[0]);
    json_decref(comparison.documents[1]);
    return said;
}

/* All comparisons of one kind: the first benchmark is slower by so much. */
static struct said try(const struct made_result *base, double by, int times)
{
    struct said all = {0};
    struct made_result new = *base;
    uint64_t state = 1;
    new.slow = by > 0;
    new.by = by;
    for (int i = 0; i < times; i++) {
        struct said said = compare(&state, base, &new);
        all.accuses += said.accuses;
        all.praises += said.praises;
        all.slower += said.slower;
        all.regression += said.regression;
    }
    return all;
}

static double percent(int count, int of)
{
    return 100.0 * count / of;
}

int main(void)
{
    static const int benchmarks[] = {6, 20, 40}, rounds[] = {6, 9, 12};
    static const double slower[] = {0.03, 0.05, 0.1};
    int accuse = 0, praise = 0, all = 0;
    bool bad = false;
    puts("| rounds are | benchmarks | rounds | nothing changed: accuse | praise | one is 3% slower: found (by more "
         "than 3%) | 5% | 10% |");
    puts("|---|--:|--:|--:|--:|--:|--:|--:|");
    for (int kind = 0; kind < MADE_ROUNDS_KINDS; kind++)
        for (int b = 0; b < 3; b++)
            for (int r = 0; r < 3; r++) {
                struct made_result made = {
                    .kind = (enum made_rounds)kind, .benchmarks = benchmarks[b], .rounds = rounds[r]};
                struct said same = try(&made, 0, SAME);
                printf("| %s | %d | %d | %.1f%% | %.1f%% |", made_rounds_name(made.kind), made.benchmarks, made.rounds,
                       percent(same.accuses, SAME), percent(same.praises, SAME));
                for (int s = 0; s < 3; s++) {
                    struct said found = try(&made, slower[s], CHANGED);
                    printf(" %.0f%% (%.0f%%) |", percent(found.slower, CHANGED), percent(found.regression, CHANGED));
                }
                puts("");
                fflush(stdout);
                all += SAME;
                accuse += same.accuses;
                praise += same.praises;
                bad = bad || same.accuses > MOST || same.praises > MOST;
            }
    printf("| all | | | %.1f%% | %.1f%% | | | |\n", percent(accuse, all), percent(praise, all));
    return bad || accuse > all / 20 || praise > all / 20;
}
