/* answer.c - what a run comes to stands at its end, and the default suite has time for it. */
#include <stdio.h>
#include <string.h>

#include "tests/cli/program.h"

/* A run of several workloads ends with what it comes to, and where it is. */
CLI_TEST(answer, of_several_workloads_ends_with_an_answer)
{
    const char *answer, *saved;
    int count = 1; /* the head */
    cr_assert(
        run("run -p mutex,ring -w empty -w io:op=pipe -w cpu:size=100ns -w cpu:size=50us -t 1 --rounds 1 --budget "
            "20ms --no-figures -o x.json") == 0,
        "%s", err);
    answer = strstr(out, "\nthe answer ");
    saved = strstr(out, "\nsaved    x.json\n");
    cr_assert(answer && saved && saved > answer, "%s", out);
    for (const char *at = answer + 1; at < saved; at++)
        count += *at == '\n' && at[1] != '\n';
    cr_assert(count >= 5 && count <= 10, "%d lines: %s", count, answer);
    cr_assert(!strstr(saved + 1, "\npool "), "%s", saved);
}

/* The rounds that are reckoned with end before the time after which none is begun: half as
 * long again as the budget. Of fewer rounds than all the estimate would be near that. */
CLI_TEST(answer, of_the_default_suite_has_time_for_its_rounds)
{
    static const double overrun = 1.5;
    int configurations = 0, rounds = 0;
    unsigned long long seed;
    double seconds = 0;
    const char *last;
    cr_assert(run("run --dry-run --seed 1") == 0);
    out[strlen(out) - 1] = '\0';
    last = strrchr(out, '\n');
    cr_assert(last && sscanf(last, " %d configurations, %d rounds, seed %llu: about %lf s", &configurations, &rounds,
                             &seed, &seconds) == 4,
              "%s", last);
    cr_assert(configurations > 100 && rounds == 12 && seconds < overrun * configurations * (rounds - 1) / rounds, "%s",
              last);
}

/* A thread takes some microseconds to begin, and of these there are two millions in a round. */
CLI_TEST(answer, reckons_with_what_a_pool_takes_for_a_job)
{
    double seconds = 0;
    cr_assert(run("run --dry-run -p spawn -w depth:jobs=1M -t 1 --no-floor") == 0);
    cr_assert(strstr(out, "about ") && sscanf(strstr(out, "about "), "about %lf s", &seconds) == 1 && seconds >= 4,
              "%s", out);
}
