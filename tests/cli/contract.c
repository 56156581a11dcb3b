/* contract.c - `poolbench check --contract` from outside: the manual's pool keeps what it does
 * not declare, and each of its mutants (tests/plugins/mutants) breaks one promise, which
 * the test of that promise says by its name. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/program.h"

/* A command with the folder of the plug-ins in front of a plug-in's name. */
static int check(const char *plugin, const char *arguments)
{
    char full[8192], own[4096];
    snprintf(own, sizeof own, "%s", program);
    *strrchr(own, '/') = '\0';
    snprintf(full, sizeof full, "check --contract --plugin '%s/build/plugins/%s.so' %s", own, plugin, arguments);
    return run(full);
}

/* The cell of a test; the caller's document. */
static const json_t *cell_of(const json_t *document, const char *suite, const char *test)
{
    json_t *cell;
    size_t i;
    json_array_foreach (json_object_get(document, "cells"), i, cell)
        if (!strcmp(json_string_value(json_object_get(cell, "fault")), suite) &&
            !strcmp(json_string_value(json_object_get(cell, "cell")), test))
            return cell;
    return NULL;
}

static const char *text_of(const json_t *cell, const char *key)
{
    return cell ? json_string_value(json_object_get(cell, key)) : "no such cell";
}

static json_t *document_of_run(void)
{
    json_t *document = json_loads(out, 0, NULL);
    cr_assert(document, "no JSON: %s%s", out, err);
    return document;
}

static int total(const json_t *document, const char *what)
{
    return (int)json_integer_value(json_object_get(json_object_get(document, "summary"), what));
}

CLI_TEST(contract, is_kept_by_the_pool_of_the_manual)
{
    json_t *document;
    int status = check("mine", "--format json");
    cr_assert(status == 0, "exit %d: %s%s", status, out, err);
    document = document_of_run();
    cr_assert(total(document, "holds") >= 50, "%d hold", total(document, "holds"));
    cr_assert(!strcmp(text_of(cell_of(document, "close", "what_was_accepted_still_runs"), "verdict"), "holds"));
    cr_assert(
        !strcmp(text_of(cell_of(document, "fork", "a_child_may_open_pools_of_its_own"), "verdict"), "not supported"));
    cr_assert(
        strstr(text_of(cell_of(document, "fork", "a_child_may_open_pools_of_its_own"), "finding"), "POOL_FORK_UNSEEN"));
    cr_assert(strstr(text_of(cell_of(document, "submit", "timeout_gives_up"), "finding"), "refuses POOL_TIMEOUT"));
    json_decref(document);
    cr_assert(check("mine", "-f cancel,idle") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "not supported, 1 cell: mine: pool_sleep is of our own pools only\n"), "%s", out);
    cr_assert(strstr(out, "not supported, 2 cells: mine: this needs POOL_CAN_CANCEL\n"), "%s", out);
}

CLI_TEST(contract, each_broken_promise_is_named)
{
    static const struct {
        const char *mutant, *suite, *test, *verdict, *finding;
    } broken[] = {
        {"inside", "inside", "wait_and_free_are_edeadlk", "FAILS", "hang: pool_wait(shared_pool, -1) does not return"},
        {"refuses", "close", "is_allowed_inside_and_children_still_run", "FAILS", "answers[2] is -108, not 0"},
        {"gauge", "free", "lets_a_blocked_wait_return_at_quiet", "FAILS",
         "waits in vain for: kit_stats(pool).blocked_wait == 1"},
        {"leaves", "close", "what_was_accepted_still_runs", "FAILS", "hang: pool_wait(pool, -1) does not return"},
        {"cancelled", "thread", "a_cancelled_submitter_leaves_a_working_pool", "FAILS", "hang: pool_submit("},
        {"dies", "idle", "a_long_spin_does_not_hold_free", "FAILS", "signal 6 (Aborted) in pool_free(pool)"},
        {"exits", "close", "is_0_once_and_ealready_later", "FAILS",
         "exited from within, status 0, in pool_close(pool)"},
        {"order", "submit", "keeps_one_producers_order_where_promised", "FAILS", "ledger_order[i] is 1999, not i = 0"},
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char plugin[64], arguments[128];
        const json_t *cell;
        json_t *document;
        int status;
        snprintf(plugin, sizeof plugin, "mine-%s", broken[i].mutant);
        snprintf(arguments, sizeof arguments, "-f %s --limit 10s --format json", broken[i].suite);
        status = check(plugin, arguments);
        cr_assert(status == 1, "%s: exit %d: %s%s", plugin, status, out, err);
        document = document_of_run();
        cell = cell_of(document, broken[i].suite, broken[i].test);
        cr_assert(!strcmp(text_of(cell, "verdict"), broken[i].verdict) &&
                      strstr(text_of(cell, "finding"), broken[i].finding),
                  "%s: %s: %s", plugin, text_of(cell, "verdict"), text_of(cell, "finding"));
        json_decref(document);
    }
}

/* More may wait than 16, and nobody is ever made to run a job for want of room. */
CLI_TEST(contract, a_pool_without_a_bound_is_not_held_to_one)
{
    static const char *const others[][2] = {{"callers", "of_65600_jobs_on_1025_stacks_are_all_counted"},
                                            {"inside", "sixty_four_levels_then_eagain"}};
    json_t *document;
    (void)!check("sound", "-f callers,inside,stats --limit 5s --format json");
    document = document_of_run();
    cr_assert(!strcmp(text_of(cell_of(document, "inside", "children_run_once_each"), "verdict"), "holds"), "%s",
              text_of(cell_of(document, "inside", "children_run_once_each"), "finding"));
    cr_assert(!strcmp(text_of(cell_of(document, "stats", "hold_at_every_moment"), "verdict"), "holds"), "%s",
              text_of(cell_of(document, "stats", "hold_at_every_moment"), "finding"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const json_t *cell = cell_of(document, others[i][0], others[i][1]);
        cr_assert(!strcmp(text_of(cell, "verdict"), "not supported"), "%s: %s", others[i][1], text_of(cell, "finding"));
        cr_assert(strstr(text_of(cell, "finding"), "POOL_UNBOUNDED"));
    }
    json_decref(document);
}

/* What it answers to a policy that it does not have is not what it answers to a number of workers. */
CLI_TEST(contract, a_pool_without_a_submit_that_waits_is_not_asked_for_one)
{
    cr_assert(check("odd-REJECTS", "-f open,cancellation") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "REJECTS: it refuses POOL_BLOCK when it opens"), "%s", out);
}

/* How often it was cancelled, and how long that took, it does not count; that each job was settled once is asked. */
CLI_TEST(contract, a_pool_that_keeps_no_times_of_a_cancel_is_not_asked_for_them)
{
    json_t *document;
    const json_t *times, *several;
    (void)!check("odd-PLAIN", "-f cancel --format json");
    document = document_of_run();
    times = cell_of(document, "cancel", "keeps_three_times");
    several = cell_of(document, "cancel", "several_at_once_settle_each_job_once");
    cr_assert(!strcmp(text_of(times, "verdict"), "not supported"), "%s", text_of(times, "finding"));
    cr_assert(strstr(text_of(times, "finding"), "it keeps no times of a cancel"), "%s", text_of(times, "finding"));
    cr_assert(!strcmp(text_of(several, "verdict"), "holds"), "%s", text_of(several, "finding"));
    json_decref(document);
}

/* What is seen of all promises, and the command that shows it again. */
CLI_TEST(contract, is_printed_in_each_format)
{
    cr_assert(check("mine-order", "-f submit") == 1);
    cr_assert(strstr(out, "keeps one producers order where promised: FAILS") && strstr(out, "-f submit -p mine -v"),
              "%s", out);
    cr_assert(strstr(out, "it refuses POOL_TIMEOUT when it opens"), "%s", out);
    cr_assert(check("mine-order", "-f submit -v") == 1 && strstr(out, "runs each job once: holds"), "%s", out);
    cr_assert(check("mine-order", "-f submit --format tap") == 1);
    cr_assert(strstr(out, "not ok ") && strstr(out, "mine submit clean, keeps_one_producers_order_where_promised"),
              "%s", out);
    cr_assert(check("mine-order", "-f submit --format junit") == 1);
    cr_assert(strstr(out, "failures=\"1\"") && strstr(out, "<failure type=\"FAILS\""), "%s", out);
    cr_assert(run("check --contract -p ring,inline -f close,idle") == 0, "%s%s", out, err);
    cr_assert(strstr(out, "ring: ") && strstr(out, "inline: "), "%s", out);
}

CLI_TEST(contract, refuses_what_it_cannot_be_asked)
{
    EXPECT_BAD({"--contract", "check --contract --all"}, {"--contract", "check --contract --without proof"},
               {"--contract", "check --contract -t 4"}, {"--contract", "check --contract --cross"},
               {"groups: ", "check --contract -f late-add"}, {"close", "check --contract -f clos"});
}

CLI_TEST(contract, needs_its_program_beside_it)
{
    char command[9000];
    snprintf(command, sizeof command, "cp %s ./poolbench && cp %s-check ./poolbench-check", program, program);
    cr_assert(system(command) == 0);
    cr_assert(system("./poolbench check --contract >out.txt 2>err.txt") == 2 << 8);
    slurp("err.txt", err, sizeof err);
    cr_assert(lines(err) == 1 && strstr(err, "poolbench-contract"), "%s", err);
}
