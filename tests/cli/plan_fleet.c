/* plan_fleet.c - `poolbench plan --from`, from outside: more than was measured. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

/* Sleeps of 0.2 ms with 1, 2 and 4 workers: a law can be fitted, whatever it is here. */
#define MEASURE                                                                                                        \
    "run -p ring -w io:op=sleep,wait=200us --pin none -t 1,2,4 --rounds 4 --budget 400ms --no-figures --no-history "   \
    "-o r.json"

static json_t *planned(const char *arguments, int *status)
{
    json_t *document;
    *status = run(arguments);
    document = json_loads(out, 0, NULL);
    cr_assert(document, "%s%s", out, err);
    return document;
}

static json_t *field(json_t *document, const char *key)
{
    return json_object_get(json_object_get(document, "fleet"), key);
}

CLI_TEST(plan_fleet, bad_input)
{
    EXPECT_BAD({"--rate", "plan --from r.json"}, {"cannot be read", "plan --from r.json --rate 3k"},
               {"--from", "plan --machines 3 --rate 3k --slo p99=5ms -w cpu"},
               {"1 to 4096", "plan --from r.json --rate 3k --machines 0"},
               {"out of range", "plan --from r.json --rate 0"},
               {"one -p", "plan --from r.json --rate 3k -p ring,mutex"});
}

CLI_TEST(plan_fleet, answers_from_a_finished_run)
{
    json_t *document, *again, *one;
    const char *verdict;
    size_t i;
    int status;
    run(MEASURE);
    document = planned("plan --from r.json -t 2 --machines 3 --rate 2k --slo p99=10s,loss=1% --format json", &status);
    verdict = json_string_value(field(document, "verdict"));
    /* A promise that even a loaded machine's services keep: as many workers as were measured. */
    cr_assert(verdict && status == (strcmp(verdict, "kept") ? 4 : 0), "%s, exit %d", verdict, status);
    cr_assert_str_neq(verdict, "broken");
    cr_assert(json_integer_value(field(document, "machines")) == 3 &&
              json_integer_value(field(document, "workers")) == 2);
    cr_assert_eq(json_array_size(field(document, "balances")), 4);
    json_array_foreach (field(document, "balances"), i, one)
        cr_assert(json_integer_value(json_object_get(one, "fewest")) >= 1 &&
                  json_array_size(json_object_get(json_object_get(one, "whole"), "values")) == 2);
    cr_assert_eq(files_here(), 1, "nothing is written unless it is named");
    again = planned("plan --from r.json -t 2 --machines 3 --rate 2k --slo p99=10s,loss=1% --format json", &status);
    cr_assert(json_equal(json_object_get(document, "fleet"), json_object_get(again, "fleet")), "the same seed");
    json_decref(document);
    json_decref(again);
    /* Far more than they can do: no machine keeps up, and it is said. */
    document = planned("plan --from r.json -t 1 --machines 2 --rate 1M --slo p99=10s --format json -o f.json", &status);
    cr_assert(status == 1 && !strcmp(json_string_value(field(document, "verdict")), "broken"));
    cr_assert_eq(files_here(), 2);
    json_decref(document);
}

CLI_TEST(plan_fleet, is_shown_in_words)
{
    run(MEASURE);
    cr_assert(run("plan --from r.json -t 2 --machines 3 --rate 2k") == 0, "nothing was promised: %s", err);
    cr_assert(strstr(out, "nothing was promised") && strstr(out, "two-choices") && strstr(out, "assumes"), "%s", out);
    cr_assert(run("plan --from r.json -t 2 --rate 2k --slo p99=10s --format markdown") % 4 == 0, "%s", err);
    cr_assert(strstr(out, "| balancing |") && strstr(out, "\n- **answer**: "), "%s", out);
    cr_assert(!strncmp(out, "- **from**: <code>r.json", 24), "what is named there is no Markdown: %s", out);
    cr_assert(strstr(out, "- **assumes**: requests come"), "%s", out);
    cr_assert(run("plan --from r.json --rate 2k --slo p99=100ns") == 2 && !*out);
    cr_assert(strstr(err, "impossible: p99 of the service alone is ") && lines(err) == 1, "%s", err);
    cr_assert(run("plan --from r.json --rate 2k -t 1024 --machines 4096") == 2 && lines(err) == 1 && !*out);
    cr_assert(strstr(err, "more than can be played (50000"), "%s", err);
    cr_assert(run("plan --from r.json --rate 2k -p mutex") == 2 && strstr(err, "no jobs with a time of that pool"));
}

/* A page of its own, and one beside the run that it was made of. */
CLI_TEST(plan_fleet, has_a_page)
{
    static char page[PROGRAM_OUTPUT];
    run(MEASURE);
    cr_assert(run("plan --from r.json -t 2 --machines 3 --rate 2k --slo p99=10s -o f.json") % 4 == 0, "%s", err);
    cr_assert(run("report f.json") == 0 && !strcmp(out, "page     f.html\n"), "%s%s", out, err);
    slurp("f.html", page, sizeof page);
    cr_assert(strstr(page, "How many machines, under which balancer?") && strstr(page, "3 machines of 2 workers"));
    cr_assert(strstr(page, "<th") && strstr(page, "two-choices") && strstr(page, "requests come at random (Poisson)"));
    cr_assert(!strstr(page, "The machine and the build"), "nothing ran");
    cr_assert(run("report f.json r.json -o both.html") == 0, "%s", err);
    cr_assert(system("sed 's/\"machines\": 3,/\"machines\": -3,/' f.json >bad.json") == 0);
    cr_assert(run("report bad.json") == 2 && lines(err) == 1 && strstr(err, "machines or workers"), "%s", err);
}
