/* rate_search.c - whole searches for the highest rate, on queues whose answer is known. */
#include "bench/commands/rate_search.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/result.h"
#include "tests/core/erlang.h"
#include "tests/core/made_search.h"

#define US 1e3
#define MS 1e6

/* Given the time that it takes, the rate kept is Erlang's: 3% of it, in the mean. */
Test(rate_search, finds_what_erlang_says, .timeout = 120)
{
    for (int i = 0; i < SOUGHT_GRID; i++) {
        const struct sought *sought = &sought_grid[i];
        struct sought_runs runs = sought_often(sought, 8);
        cr_expect(runs.none == 0 && fabs(runs.mean - 1) < 0.03 && runs.least > 0.9 && runs.most < 1.1,
                  "%d workers, %g us: %.3f of Erlang's (%.3f .. %.3f), %d found none", sought->c, sought->service / US,
                  runs.mean, runs.least, runs.most, runs.none);
        cr_expect(runs.most < sought_saturation(sought), "%.3f, saturated at %.3f", runs.most,
                  sought_saturation(sought));
    }
}

/* With the time of a search that nobody gave any thought to it is a little less, and no
 * more; half of it is not spent on rates that cannot be kept. */
Test(rate_search, of_little_time_is_near_and_below, .timeout = 120)
{
    static const struct sought cases[] = {
        {4, 500 * US, 5 * MS, 10}, {8, 500 * US, 5 * MS, 10}, {12, 500 * US, 5 * MS, 10}, {16, 500 * US, 5 * MS, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sought_runs runs = sought_often(&cases[i], 8);
        cr_expect(runs.none == 0 && runs.mean > 0.95 && runs.mean < 1.03 && runs.least > 0.9,
                  "%d workers: %.3f of Erlang's (%.3f .. %.3f)", cases[i].c, runs.mean, runs.least, runs.most);
        cr_expect(runs.most < sought_saturation(&cases[i]), "%.3f, saturated at %.3f", runs.most,
                  sought_saturation(&cases[i]));
    }
}

/* The share of very many jobs that are later than the limit. */
static double late_share(const struct sought *sought, double rate)
{
    enum { JOBS = 1 << 20, PARTS = 4 };
    struct erlang_queue queue = {.c = sought->c,
                                 .rate = rate,
                                 .service = sought->service,
                                 .random = 17,
                                 .still = sought->still,
                                 .still_every = sought->still_every};
    double *came = calloc((size_t)3 * JOBS, sizeof *came), late = 0;
    cr_assert(came);
    for (int part = 0; part < PARTS; part++) {
        erlang_simulate(&queue, came, came + JOBS, came + 2 * (size_t)JOBS, JOBS);
        for (int i = 0; i < JOBS; i++)
            late += came[JOBS + i] - came[i] > sought->limit;
    }
    free(came);
    return late / ((double)PARTS * JOBS);
}

/* The rate at which the promise is kept by a queue that stands still now and then, as a multiple of Erlang's. */
static double rate_with_standstills(const struct sought *sought)
{
    double erlang = sought_rate(sought), low = 0.3, high = 1;
    for (int i = 0; i < 8; i++) {
        double middle = (low + high) / 2;
        if (late_share(sought, middle * erlang) > 0.01)
            high = middle;
        else
            low = middle;
    }
    return (low + high) / 2;
}

/* Standstills make jobs late whatever the pool does, and the rate that keeps the promise is lower; that which is kept
 * is as much lower, and no more. */
Test(rate_search, finds_what_a_machine_that_stands_still_allows, .timeout = 120)
{
    static const struct sought second = {1, 20 * US, 0.3 * MS, 30, 2 * MS, 1000 * MS};
    struct sought_runs runs = sought_often(&second, 8);
    double known = rate_with_standstills(&second);
    cr_expect(known > 0.9 && known < 0.97, "it costs something, and not much: %.3f of Erlang's", known);
    cr_expect(runs.none == 0 && fabs(runs.mean / known - 1) < 0.05 && runs.most < sought_saturation(&second),
              "%.3f of Erlang's (%.3f .. %.3f), known %.3f, %d found none", runs.mean, runs.least, runs.most, known,
              runs.none);
}

/* Busy CPUs: rounds differ so much that their samples are worth few. A lower rate is asked then, and something is
 * found, or seen, where no rate at all would hold; the search ended at its first rates. */
Test(rate_search, goes_on_below_a_rate_of_which_rounds_tell_nothing, .timeout = 120)
{
    static const struct sought cases[] = {{2, 20 * US, 5 * MS, 10, 20 * MS, 4000 * MS},
                                          {2, 20 * US, 5 * MS, 10, 100 * MS, 8000 * MS},
                                          {2, 500 * US, 10 * MS, 10, 50 * MS, 4000 * MS}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double most = 0;
        int none = 0;
        for (int seed = 1; seed <= 8; seed++) {
            json_t *found = sought_once(&cases[i], seed);
            json_int_t rate = result_integer(found, "rate_kept"), seen = result_integer(found, "rate_seen");
            none += !rate && !seen;
            most = fmax(most, (double)(rate ? rate : seen) / 1e9);
            json_decref(found);
        }
        cr_expect(none == 0 && most < cases[i].c / cases[i].service, "case %zu: %d found none; up to %g/s", i, none,
                  most * 1e9);
    }
}

/* What comes each four seconds is not met by three probes of one, nor is it there in each search: no rate is kept that
 * does not hold, but by those that met nothing, and they say how short that was. */
Test(rate_search, keeps_no_rate_that_rare_standstills_break, .timeout = 120)
{
    static const struct sought cases[] = {{2, 20 * US, 5 * MS, 10, 50 * MS, 4000 * MS},
                                          {1, 100 * US, 5 * MS, 20, 60 * MS, 4000 * MS}};
    enum { SEARCHES = 12 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double erlang = sought_rate(&cases[i]);
        int kept_some = 0;
        cr_assert(late_share(&cases[i], 0.3 * erlang) > 0.01, "case %zu: none holds", i);
        for (int seed = 1; seed <= SEARCHES; seed++) {
            json_t *found = sought_once(&cases[i], seed);
            double watched_s = json_number_value(json_object_get(found, "watched_s"));
            bool none = !result_integer(found, "rate_kept");
            kept_some += !none;
            cr_expect(none ? result_integer(found, "rate_seen") && strstr(result_string(found, "why"), "late at once")
                           : watched_s > 0 && watched_s < cases[i].still_every / 1e9,
                      "case %zu, seed %d: %g s, \"%s\"", i, seed, watched_s, result_string(found, "why"));
            json_decref(found);
        }
        cr_expect(kept_some <= SEARCHES / 6, "case %zu: %d of %d kept a rate", i, kept_some, SEARCHES);
    }
}

/* Of little time, jobs that take long: all of it is spent on the first rate before nobody can tell, and not a quarter;
 * so that there is a rate that seemed to keep it, at least. */
Test(rate_search, spends_its_time_before_it_gives_up, .timeout = 120)
{
    static const struct sought cases[] = {{2, 5 * MS, 100 * MS, 4}, {2, 5 * MS, 100 * MS, 8}};
    static const int none_most[] = {4, 0}; /* all 8 of the first, with a quarter */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int none = 0;
        for (int seed = 1; seed <= 8; seed++) {
            json_t *found = sought_once(&cases[i], seed);
            json_int_t seen = result_integer(found, "rate_seen");
            none += !result_integer(found, "rate_kept") && !seen;
            cr_expect((double)seen / 1e9 < cases[i].c / cases[i].service, "%lld/s is beyond saturation",
                      (long long)seen);
            json_decref(found);
        }
        cr_expect(none <= none_most[i], "of %g s %d found none", cases[i].budget_s, none);
    }
}
