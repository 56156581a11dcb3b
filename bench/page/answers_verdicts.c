/* answers_verdicts.c - see answers_verdicts.h. */
#include "bench/page/answers_verdicts.h"

#include <stdbool.h>
#include <string.h>

#include "bench/page/isolated.h"
#include "bench/results/result.h"
#include "bench/show/verdicts.h"

enum { SAID = 3 };

static const char *words_of(enum verdicts_state state)
{
    switch (state) {
    case VERDICTS_REGRESSION:
    case VERDICTS_FAILS:
        return "bad";
    case VERDICTS_BETTER:
    case VERDICTS_SAME:
        return "good";
    case VERDICTS_UNDECIDED:
        return "open";
    default:
        return "plain";
    }
}

/* Where it is one: "ring/empty/t2 is SLOWER: 14.1 ns, now 15.3 ns (+8.4%, +6.9 .. +9.8%)". */
static void say_row(const json_t *row, struct answers *answers)
{
    const char *base = result_string(row, "base"), *new = result_string(row, "new"),
               *change = result_string(row, "change"), *interval = result_string(row, "interval");
    char name[300], note[300];
    isolated(result_string(row, "name"), name, sizeof name);
    isolated(result_string(row, "note"), note, sizeof note);
    if (*base && *new &&*change)
        answers_add(answers, words_of(verdicts_state(row)), "figure-changes", "verdicts",
                    "%s: %s, %s before and %s after (%s%s%s).", name, result_string(row, "verdict"), base, new, change,
                    *interval ? "; 95% interval " : "", interval);
    else if (*change)
        answers_add(answers, words_of(verdicts_state(row)), "figure-changes", "verdicts", "%s: %s, %s%s%s%s.", name,
                    result_string(row, "verdict"), change, *interval ? " (" : "", interval, *interval ? ")" : "");
    else
        answers_add(answers, words_of(verdicts_state(row)), "figure-changes", "verdicts", "%s: %s%s%s.", name,
                    result_string(row, "verdict"), *note ? ", " : "", result_string(row, "note"));
}

static bool is_missing(const json_t *row)
{
    return !strcmp(result_string(row, "verdict"), "MISSING");
}

static int count_missing(const json_t *verdicts)
{
    const json_t *row;
    size_t i;
    int missing = 0;
    json_array_foreach (json_object_get(verdicts, "rows"), i, row)
        missing += is_missing(row);
    return missing;
}

/* Returns how many of them were not said, but for those that are missing: they are said together. */
static int say_state(const json_t *verdicts, enum verdicts_state state, int most, struct answers *answers)
{
    const json_t *row;
    size_t i;
    int said = 0;
    json_array_foreach (json_object_get(verdicts, "rows"), i, row)
        if (verdicts_state(row) == state && !is_missing(row) && said < most) {
            say_row(row, answers);
            said++;
        }
    return verdicts_count(verdicts, state) - said - (state == VERDICTS_REGRESSION ? count_missing(verdicts) : 0);
}

/* The verdicts' own words, and no reason that only some of them have. */
static void say_counts(const json_t *verdicts, struct answers *answers)
{
    int all = (int)json_array_size(json_object_get(verdicts, "rows")), same = verdicts_count(verdicts, VERDICTS_SAME),
        open = verdicts_count(verdicts, VERDICTS_UNDECIDED),
        worse = verdicts_count(verdicts, VERDICTS_REGRESSION) + verdicts_count(verdicts, VERDICTS_FAILS);
    if (!worse && all && open < all)
        answers_add(answers, "good", "verdicts", "verdicts", "No regression in %d of %d benchmarks%s.", all - open, all,
                    open ? ", those that are decided" : "");
    if (same)
        answers_add(answers, "good", "verdicts", "verdicts", "%d of %d benchmarks are the same.", same, all);
    if (open)
        answers_add(answers, "open", "verdicts", "verdicts", "Of %d of %d benchmarks nobody can tell.", open, all);
}

void answers_verdicts(const json_t *verdicts, struct answers *answers)
{
    int more = say_state(verdicts, VERDICTS_REGRESSION, SAID, answers), missing = count_missing(verdicts), better;
    if (more > 0)
        answers_add(answers, "bad", "verdicts", "verdicts", "%d more are no pass.", more);
    if (missing)
        answers_add(answers, "bad", "verdicts", "verdicts",
                    "%d of %d benchmarks %s MISSING: only the first run has %s, and nobody knows of a change.", missing,
                    (int)json_array_size(json_object_get(verdicts, "rows")), missing == 1 ? "is" : "are",
                    missing == 1 ? "it" : "them");
    more = say_state(verdicts, VERDICTS_FAILS, SAID, answers);
    if (more > 0)
        answers_add(answers, "bad", "verdicts", "verdicts", "%d more fail, maybe by chance.", more);
    say_state(verdicts, VERDICTS_WORSE, 1, answers);
    better = say_state(verdicts, VERDICTS_BETTER, 1, answers);
    if (better > 0)
        answers_add(answers, "good", "verdicts", "verdicts", "%d more are better.", better);
    say_counts(verdicts, answers);
}
