/* check_odd.c - `poolbench check` on pools that look unlike others (tests/plugins/odd.c): a
 * correct one is not accused, whatever it is made of, and a bug is called by its own name. */
#include <stdio.h>
#include <string.h>

#include "tests/cli/program.h"

static int check(const char *pool, const char *options)
{
    char words[512];
    snprintf(words, sizeof words, "check --plugin %s/build/plugins/odd-%s.so %s", root, pool, options);
    return run(words);
}

/* Holds, in more than one cell; what is not asked is said. */
static void holds(const char *pool)
{
    int status = check(pool, "-g known");
    cr_assert(status == 0 && !strstr(out, "FAIL") && !strstr(out, "STALLED") && strstr(out, " clean hold"),
              "%s: %d\n%s%s", pool, status, out, err);
    cr_assert(!strstr(out, "\n0 clean") && !strstr(out, "\n1 clean"), "%s: %s", pool, out);
}

CLI_TEST(check_odd, fewer_workers_than_asked_for_are_no_bug)
{
    holds("CAPPED");
    holds("SERIAL");
    holds("SILENT");
    cr_assert(check("SERIAL", "-f no-recover,count-mismatch -t 8") == 0, "%s", out);
}

CLI_TEST(check_odd, a_thread_that_is_awaited_at_birth_is_no_hang)
{
    holds("LAZY");
    cr_assert(check("LAZY", "-f late-add") == 0 && strstr(out, "cannot be held at birth: whoever opens it or submits"),
              "%s", out);
}

/* The kernel wakes somebody though every thread sleeps without a time-out. */
CLI_TEST(check_odd, an_armed_timer_is_no_hang)
{
    holds("TICKS");
    holds("ALARMS");
}

/* Whose handler is not taken away. */
CLI_TEST(check_odd, a_signal_that_the_pool_works_with_is_its_own)
{
    holds("OWN_SIGNAL");
    cr_assert(check("OWN_SIGNAL", "-f wait-interrupted") == 0 && !strstr(out, "FAIL"), "%s", out);
    cr_assert(check("OTHER_SIGNAL", "-f free-leaves-blocked") == 0 && strstr(out, "\n1 clean hold"), "%s", out);
}

/* As where others have the CPUs: how long is waited is a matter of the clock, not of the number of naps. */
CLI_TEST(check_odd, naps_that_take_longer_than_they_say_are_no_stall)
{
    enum { TRIES = 3 }; /* they take seconds as they are */
    int status = 1;
    for (int i = 0; i < TRIES && status; i++)
        status = check("DOZES", "-f fork-in-job,time-out-ignored");
    cr_assert(status == 0 && !strstr(out, "STALLED"), "%s", out);
}

/* No thread of the check, however new, takes it. */
CLI_TEST(check_odd, a_signal_that_the_opener_blocks_is_blocked_in_all_threads)
{
    cr_assert(check("TAKES_SIGNAL", "-f double-close --repeat 200") == 0 && !strstr(out, "FAIL"), "%s", out);
}

CLI_TEST(check_odd, a_thread_of_the_c_library_is_not_left_behind)
{
    holds("HELPED");
}

CLI_TEST(check_odd, threads_from_load_time_are_there)
{
    holds("EARLY");
}

/* They were there before: that nothing goes wrong says nothing. */
CLI_TEST(check_odd, a_thread_that_is_not_started_is_not_refused)
{
    cr_assert(check("EARLY", "-f thread-refused") == 0 && strstr(out, "\n0 clean hold"), "%s", out);
    cr_assert(strstr(out, "starts no thread that could be refused"), "%s", out);
}

CLI_TEST(check_odd, addresses_and_files_in_memory_are_to_be_had)
{
    holds("RESERVES");
}

CLI_TEST(check_odd, gauges_that_are_not_kept_are_said_at_once)
{
    holds("GAUGELESS");
    cr_assert(check("GAUGELESS", "-f worker-close") == 0 && strstr(out, "do not tell of a submit that is blocked"),
              "%s", out);
}

/* As it says: what it counts is not held against it. */
CLI_TEST(check_odd, counts_that_are_not_kept_are_not_asked_for)
{
    holds("COUNTLESS");
}

CLI_TEST(check_odd, a_thread_that_stays_costs_no_time)
{
    holds("STAYS");
    cr_assert(check("STAYS", "-f double-close --limit 10min") == 0);
}

CLI_TEST(check_odd, pool_fail_is_not_asked_of_others)
{
    holds("CONTAINS");
    cr_assert(check("CONTAINS", "-f no-recover") == 0 && strstr(out, "[the job ends its thread]"), "%s", out);
}

CLI_TEST(check_odd, threads_of_clone_are_said_not_to_be_held)
{
    holds("CLONED");
    cr_assert(check("CLONED", "-f late-add") == 0 && strstr(out, "neither pthread_create nor thrd_create"), "%s", out);
}

/* Of which one is not held, whose job starts when it likes. */
CLI_TEST(check_odd, more_workers_than_asked_for_break_no_order)
{
    for (int i = 0; i < 10; i++)
        cr_assert(check("CREW", "-f order-broken") == 0 && strstr(out, "has workers that cannot be held"), "%s", out);
}

/* Of which the proof, which looks at threads, knows nothing. */
CLI_TEST(check_odd, a_worker_that_is_a_process_is_not_judged)
{
    cr_assert(check("PROCESSES", "") == 0 && strstr(out, "\n0 clean hold, ") && !strstr(out, "FAIL"), "%s", out);
    cr_assert(strstr(out, "cells: PROCESSES opens only where it may start processes, which a cell may not"), "%s", out);
}

CLI_TEST(check_odd, a_thread_that_is_looked_for_at_birth_is_no_stall)
{
    holds("POLLS");
    cr_assert(check("POLLS", "-f late-add") == 0 && strstr(out, "cannot be held at birth: whoever opens it or submits"),
              "%s", out);
}

CLI_TEST(check_odd, a_cpu_for_each_worker_is_no_bug)
{
    holds("PINNED");
    cr_assert(check("PINNED", "-f inherited-affinity") == 0 && !strstr(out, "FAILS"), "%s", out);
}

/* What has a bound is no leak, though it grows for long. */
CLI_TEST(check_odd, what_stops_to_grow_is_no_leak)
{
    cr_assert(check("TRACES", "-f growth-per-job") == 0 && strstr(out, "jobs, and then no more"), "%s", out);
    cr_assert(check("KEEPS", "-f leak-per-pool") == 0 && strstr(out, "pools, and then no more"), "%s", out);
    cr_assert(check("HOARDS", "-f leak-per-pool") == 0 && strstr(out, "too few pools in the time"), "%s", out);
}

/* It waits for room, however long, and its open refuses no time-out. */
CLI_TEST(check_odd, a_submit_that_waits_without_end_is_not_asked_for_its_time)
{
    cr_assert(check("KEEPS", "-f full-timeout") == 0 && !strstr(out, "FAILS") && !strstr(out, "STALLED") &&
                  strstr(out, "its submit waits without end"),
              "%s", out);
}

/* A word of each cell, in their order. */
static void words_of_cells(const char *key, char *words, size_t size)
{
    words[0] = '\0';
    for (const char *at = out; (at = strstr(at, key)); at++)
        snprintf(words + strlen(words), size - strlen(words), "%.*s ", (int)strcspn(at, "\n"), at);
}

/* Of which each is as it would be alone, in its place. */
CLI_TEST(check_odd, cells_of_a_slow_pool_run_several_at_once)
{
    static char slow[32768], plain[32768];
    cr_assert(check("SLOW", "-g calls,cancel --format json") == 0 && strstr(out, "\"at_once\": 10"), "%s", out);
    words_of_cells("\"fault\":", slow, sizeof slow);
    cr_assert(check("PLAIN", "-g calls,cancel --format json") == 0, "%s", out);
    words_of_cells("\"fault\":", plain, sizeof plain);
    cr_assert(*slow && !strcmp(slow, plain), "%s\n%s", slow, plain);
    cr_assert(check("SLOW", "-g calls") == 0 && strstr(out, "the others ran up to 10 at once"), "%s", out);
    cr_assert(check("SLOW", "-f inside-wait,inside-full,late-add,racy-counter,double-close") == 0 &&
                  !strstr(out, "10 at once"),
              "%s", out);
    cr_assert(check("SLOW", "-f inside-wait") == 0 && !strstr(out, "at once"), "%s", out);
}

/* Nothing of it was seen: that is not said to hold. */
CLI_TEST(check_odd, a_callback_that_does_not_come_is_not_judged)
{
    cr_assert(check("SPARES", "-f early-wait") == 0 && strstr(out, "was not seen to be given back"), "%s", out);
    cr_assert(check("SPARES", "-f callback-locked") == 0 && strstr(out, "nothing was given back"), "%s", out);
    cr_assert(check("PLAIN", "-f early-wait,callback-locked") == 0 && strstr(out, "\n4 clean hold"), "%s", out);
}

CLI_TEST(check_odd, statistics_that_are_told_later_are_waited_for)
{
    cr_assert(check("TALLIES", "-f cancel-abandons") == 0 && strstr(out, "\n2 clean hold"), "%s", out);
}

CLI_TEST(check_odd, a_job_that_was_refused_is_not_out_of_order)
{
    cr_assert(check("BUSY", "-f order-broken") == 0 && strstr(out, "\n1 clean hold"), "%s", out);
}

CLI_TEST(check_odd, a_job_that_was_refused_is_not_awaited)
{
    cr_assert(check("BUSY", "-f cancel-sticks,idle-return") == 0 && strstr(out, "\n1 clean hold, 1 not seen"), "%s",
              out);
    cr_assert(strstr(out, "answers a submit otherwise than the others"), "%s", out);
}

CLI_TEST(check_odd, a_call_that_is_refused_leaves_nothing_behind)
{
    cr_assert(check("BUSY", "-f growth-per-job") == 0 && strstr(out, "otherwise than the others"), "%s", out);
    cr_assert(check("BUSIER", "-f growth-per-job") == 0 && !strstr(out, "FAIL"), "%s", out);
}

/* Which is a bug, and has its own name. */
CLI_TEST(check_odd, two_jobs_of_one_worker_are_no_small_stack)
{
    cr_assert(check("PAIRS", "-f small-stack,signal-mask") == 0 && strstr(out, "3 jobs did not all run at once"), "%s",
              out);
    cr_assert(check("PAIRS", "-f under-parallel") == 1 && strstr(out, "wait for each other"), "%s", out);
}

CLI_TEST(check_odd, room_that_comes_a_moment_later_is_room)
{
    cr_assert(check("RESTS", "-f full-rejects,full-timeout") == 0 && strstr(out, "\n6 clean hold"), "%s", out);
}

CLI_TEST(check_odd, a_small_queue_is_not_full_of_cancelled_jobs)
{
    cr_assert(check("TIGHT", "-f cancel-sticks") == 1 && strstr(out, "hang: pool_submit does not return"), "%s", out);
    cr_assert(!strstr(out, "keep their places"), "%s", out);
}

/* Nothing was asked by it: that is not said to hold. */
CLI_TEST(check_odd, a_call_that_is_refused_has_asked_nothing)
{
    cr_assert(check("SINGLE", "-f over-capacity,batch-tail") == 0 && strstr(out, "\n1 clean hold, 4 not supported"),
              "%s", out);
    cr_assert(strstr(out, "refuses the batch as a whole"), "%s", out);
    cr_assert(check("SINGLE", "-f full-rejects,open-after-close") == 0 && strstr(out, "\n2 clean hold, 1 not") &&
                  strstr(out, "its batches are refused (-ENOTSUP)"),
              "%s", out);
    cr_assert(check("WHOLE", "-f over-capacity,batch-tail") == 0 && strstr(out, "\n3 clean hold, 2 not supported"),
              "%s", out);
    cr_assert(check("WHOLE", "-f full-rejects") == 0 && strstr(out, "\n2 clean hold"), "%s", out);
    cr_assert(check("DEAF", "-f cancel-keeps-blocked,ignored-cancel") == 0 && !strstr(out, "FAIL"), "%s", out);
    cr_assert(check("DEAF", "-f early-wait") == 0 && strstr(out, "its pool_cancel is refused each time"), "%s", out);
}

/* Whose start is then waited for. */
CLI_TEST(check_odd, a_job_that_was_refused_is_no_hang)
{
    cr_assert(check("SHY", "-f early-wait,inside-full,close-forgets,wrong-wake") == 0 && !strstr(out, "FAIL"), "%s",
              out);
    cr_assert(strstr(out, "refuses a job that the scenario needs: -EBUSY"), "%s", out);
    cr_assert(check("SHY", "-f racy-counter") == 0 && strstr(out, "refuses one of the two jobs that end"), "%s", out);
    cr_assert(check("SHY", "-f cancel-twice,cancel-abandons,ignored-cancel") == 0, "%s", out);
    cr_assert(strstr(out, "\n0 clean hold") && strstr(out, "refuses a job at rest"), "%s", out);
}

CLI_TEST(check_odd, a_configuration_that_cannot_be_kept_is_not_supported)
{
    holds("PICKY");
    cr_assert(check("PICKY", "-f worker-close") == 0 && strstr(out, "open says so"), "%s", out);
    cr_assert(check("PICKY", "-f push-walk") == 0 && strstr(out, "open says so"), "%s", out);
}

CLI_TEST(check_odd, another_number_of_workers_may_be_had)
{
    holds("EVEN");
    cr_assert(strstr(out, "judged by 4 workers: it does not open with 3"), "%s", out);
    cr_assert(check("EVEN", "-t 5 -f double-close") == 1 && strstr(out, "could not be opened: Invalid argument"), "%s",
              out);
}

/* It is asked all that needs no such submit. */
CLI_TEST(check_odd, a_pool_in_which_no_submit_waits_is_asked_the_rest)
{
    holds("REJECTS");
    cr_assert(strstr(out, "judged under --full reject, ") && strstr(out, "cells: open refuses POOL_BLOCK"), "%s", out);
    cr_assert(check("REJECTS", "-f over-capacity,cancel-keeps-blocked,under-parallel") == 0, "%s", out);
    cr_assert(strstr(out, "\nnot supported, 3 cells of REJECTS: needs a submit that waits for room (POOL_BLOCK)") &&
                  strstr(out, "\n4 clean hold"),
              "%s", out);
    holds("EXPIRES");
    cr_assert(check("EXPIRES", "-f over-capacity,close-leaves-blocked") == 0, "%s", out);
    cr_assert(strstr(out, "judged under --full timeout, 3 cells") && !strstr(out, "POOL_BLOCK)"), "%s", out);
    holds("HELPS");
    cr_assert(check("HELPS", "-f over-capacity,helping-lock") == 0, "%s", out);
    cr_assert(strstr(out, "needs a submit that waits for room (POOL_BLOCK)"), "%s", out);
}

/* Once, and nothing is said to hold. */
static void is_unopened(const char *pool, const char *why)
{
    cr_assert(check(pool, "") == 1 && strstr(out, why) && strstr(out, "\n0 clean hold, 1 FAIL,"), "%s", out);
    cr_assert(strstr(out, "nothing was asked of this pool"), "%s", out);
}

CLI_TEST(check_odd, a_pool_that_does_not_open_is_told_once)
{
    is_unopened("NEVER", "could not be opened: No such device");
    is_unopened("EMPTY", "could not be opened: open says 0 and brings no pool");
}

/* By the words for a hang, not by those of the bug that the scenario is about. */
CLI_TEST(check_odd, a_hang_on_the_way_has_its_own_words)
{
    cr_assert(check("MANY", "-f double-close") == 1 && strstr(out, "hang: pool_wait does not return"), "%s", out);
    cr_assert(strstr(out, "not the bug that the scenario is about") && !strstr(out, "Both closes were carried out"),
              "%s", out);
    cr_assert(strstr(out, "and 188 threads more"), "%s", out);
    cr_assert(check("MANY", "-f no-recover") == 1 && !strstr(out, "the job that failed"), "%s", out);
}

/* The client only reads the ledger meanwhile: that it does not sleep is no matter. */
CLI_TEST(check_odd, a_job_that_never_comes_back_is_proved)
{
    cr_assert(check("SELFISH", "-f worker-close") == 1 && strstr(out, "hang: the end of a job is awaited for ever"),
              "%s", out);
}

CLI_TEST(check_odd, a_close_that_waits_is_a_call)
{
    cr_assert(check("SELFISH", "-f child-at-close") == 1 && strstr(out, "hang: pool_close does not return"), "%s", out);
}

CLI_TEST(check_odd, who_closes_what_is_not_his_is_told_so)
{
    cr_assert(check("CLOSES", "-f double-close,second-pool") == 1, "%s", out);
    cr_assert(strstr(out, "it has closed a descriptor that is not its own") && !strstr(out, "the process ends"), "%s",
              out);
}

CLI_TEST(check_odd, a_stall_says_what_it_waited_for_and_why_that_is_no_proof)
{
    cr_assert(check("PIPES", "-f double-close --limit 300ms") == 1, "%s", out);
    cr_assert(strstr(out,
                     "waited for pool_wait; no proof that it has none: thread \"client\" waits in read, which only "
                     "the kernel ends"),
              "%s", out);
    cr_assert(strstr(out, "-f double-close -p PIPES --limit 300ms -v\n"), "%s", out);
}

CLI_TEST(check_odd, a_thread_that_waits_for_a_signal_wakes_nobody)
{
    cr_assert(check("PAUSES", "-f double-close") == 1 && strstr(out, "hang: pool_wait does not return"), "%s", out);
}

CLI_TEST(check_odd, fifty_years_are_for_ever)
{
    cr_assert(check("FAR", "-f double-close") == 1 && strstr(out, "hang: pool_wait does not return"), "%s", out);
}

/* Of a pool of which no hang can be proved the later cells take less; but not where more was asked for. */
CLI_TEST(check_odd, a_pool_that_stalls_is_given_up_sooner_later)
{
    cr_assert(check("PIPES", "-f double-close,racy-counter --limit 500ms") == 1, "%s", out);
    cr_assert(strstr(out, "no end in 0.5 s") && strstr(out, "no end in 0.1 s"), "%s", out);
}

CLI_TEST(check_odd, a_crash_is_one_though_sigchld_is_ignored)
{
    cr_assert(check("REAPED", "-f double-close") == 1 && strstr(out, "the process died of signal 6"), "%s", out);
    cr_assert(!strstr(out, "Both closes were carried out"), "%s", out);
}

CLI_TEST(check_odd, an_endless_explanation_is_bounded)
{
    cr_assert(check("FLOODS", "-f double-close") == 1 && strstr(out, "hang: pool_wait does not return"), "%s", out);
    cr_assert(lines(out) < 200, "%d", lines(out));
}

CLI_TEST(check_odd, threads_of_c11_are_held_at_birth)
{
    cr_assert(check("COUNTS", "-f late-add") == 1 && strstr(out, "wait returned with 4 of 4 jobs not run"), "%s", out);
}

CLI_TEST(check_odd, a_replay_is_typed_as_it_is_printed)
{
    char command[8192], *replay;
    snprintf(command, sizeof command, "d=$(dirname %s); cp \"$d/build/plugins/odd-REAPED.so\" \"a b'c.so\"", program);
    cr_assert(program_shell(".", command) == 0, "%s", out);
    cr_assert(run("check --plugin \"./a b'c.so\" -f double-close -t 4") == 1);
    replay = strstr(out, "replay       poolbench ");
    cr_assert(replay, "%s", out);
    replay += strlen("replay       poolbench ");
    replay[strcspn(replay, "\n")] = '\0';
    cr_assert(!strcmp(replay, "check --plugin './a b'\\''c.so' -f double-close -p REAPED -t 4 -v"), "%s", replay);
    snprintf(command, sizeof command, "%s", replay);
    cr_assert(run(command) == 1 && strstr(out, "the process died of signal 6"), "%s%s", out, err);
}
