/* peers.c - other people's pools through their adapters, those that are built
 * here. `direct` and `openmp` need the compiler only, and are always there. */
#include <jansson.h>
#include <string.h>

#include "tests/cli/program.h"

/* What they are known to fail, and nothing else: docs/peers.md explains each. */
static const struct {
    const char *pool, *fault;
} known[] = {{"apr", "no-recover"},         {"asio", "no-recover"},          {"asio", "zero-workers"},
             {"cthreadpool", "no-recover"}, {"cthreadpool", "zero-workers"}, {"glib", "no-recover"},
             {"libuv", "no-recover"},       {"tbb", "no-recover"},           {"thread-pool", "no-recover"}};

static bool is_known(const char *pool, const char *fault)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].pool, pool) && !strcmp(known[i].fault, fault))
            return true;
    return false;
}

CLI_TEST(peers, fail_what_they_are_known_to_fail)
{
    json_t *document, *cell;
    size_t i;
    int status = run("check --peers -g known --format json"), fails = 0, holds = 0;
    document = json_loads(out, 0, NULL);
    cr_assert(document && (status == 0 || status == 1), "exit %d: %s", status, err);
    json_array_foreach (json_object_get(document, "cells"), i, cell) {
        const char *pool = json_string_value(json_object_get(cell, "pool")),
                   *fault = json_string_value(json_object_get(cell, "fault")),
                   *verdict = json_string_value(json_object_get(cell, "verdict"));
        cr_assert(strcmp(verdict, "STALLED"), "%s, %s: STALLED", pool, fault);
        cr_assert(strcmp(verdict, "FAILS") || is_known(pool, fault), "%s, %s: %s", pool, fault,
                  json_string_value(json_object_get(cell, "finding")));
        fails += !strcmp(verdict, "FAILS");
        holds += !strcmp(verdict, "holds");
    }
    cr_assert(status == (fails > 0) && holds > 0);
    json_decref(document);
}

/* No bound, no wait of their own, forks unseen: declared, and so not asked. */
CLI_TEST(peers, are_asked_only_for_promises_that_they_make)
{
    int status = run("check --contract --peers -p direct -f callers,fork,inside");
    cr_assert(status == 0, "exit %d: %s%s", status, out, err);
    cr_assert(strstr(out, "it declares POOL_UNBOUNDED") && strstr(out, "it declares POOL_FORK_UNSEEN") &&
                  strstr(out, "it declares POOL_NO_WAIT"),
              "%s", out);
}

CLI_TEST(peers, are_measured_beside_ours)
{
    cr_assert(run("run --peers -w empty -t 1,2 --rounds 1 --budget 20ms --no-figures -o x.json") == 0, "%s", err);
    cr_assert(strstr(out, "\nring ") && strstr(out, "\nopenmp ") && strstr(out, "\ndirect "), "%s", out);
    cr_assert(strstr(out, "producer helps"));
}

CLI_TEST(peers, are_listed_with_versions)
{
    cr_assert(run("list pools --peers") == 0 && strstr(out, "\nopenmp ") && strstr(out, "(gcc "), "%s", out);
}
