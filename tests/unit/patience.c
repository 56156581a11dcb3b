/* patience.c - when a pool is given up, and when not: a slice that is given up is nobody's failure. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/measure/patience.h"
#include "bench/measure/plan.h"
#include "bench/measure/slice_run.h"

#define S INT64_C(1000000000)

static struct plan_entry entry_of(const char *workload)
{
    struct plan_entry entry = {.pool = pool_find("mutex"), .workers = 1, .producers = 1, .capacity = 8, .pin = "none"};
    char why[256];
    cr_assert(entry.pool && workload_parse(workload, &entry.workload, why, sizeof why) == 0, "%s", why);
    return entry;
}

Test(patience, a_slice_that_is_given_up_is_no_hang, .timeout = 60)
{
    struct plan_entry entry = entry_of("io:op=sleep,wait=2s");
    static struct slice slice;
    patience_end();
    slice_run(&entry, 4, 7, INT64_C(100000000), &slice, NULL); /* 8 s, if it were waited for */
    cr_assert(slice.stopped && !slice.hung && !*slice.failure, "%s", slice.failure);
}

/* As if this process, and with it the pool, had been stopped for an hour, when it was about to look. */
static bool stopped_for_an_hour(struct patience *patience)
{
    patience->began_ns -= 3600 * S;
    patience->alive_ns -= 3600 * S;
    patience->until_ns -= 3600 * S;
    return patience_left(patience);
}

Test(patience, who_was_stopped_himself_blames_no_pool, .timeout = 10)
{
    struct plan_entry entry = entry_of("empty");
    struct pool_config config = {.workers = 1, .capacity = 8};
    struct pool *pool;
    struct patience patience;
    int looks = 0;
    cr_assert(pool_open(&pool, entry.pool, &config) == 0);
    patience_begin(&patience, pool, 10 * S);
    cr_assert(stopped_for_an_hour(&patience) && stopped_for_an_hour(&patience), "an hour in which nobody ran");
    /* One that does not get on while this process does is given up: each look comes when it is due. */
    do {
        int64_t ahead = patience.until_ns - workload_now_ns();
        patience.alive_ns -= ahead;
        patience.until_ns -= ahead;
        looks++;
    } while (patience_left(&patience) && looks < 100);
    cr_assert(looks > 2 && looks < 20, "%d", looks);
    pool_free(pool);
}

/* While no job is due, and while a long one runs, a pool that is well does not move. */
Test(patience, an_idle_input_and_long_jobs_are_waited_for, .timeout = 20)
{
    char path[64] = "/tmp/poolbench-patience-XXXXXX", text[128];
    FILE *file = fdopen(mkstemp(path), "w");
    struct plan_entry entry;
    cr_assert(file && fputs("0,0.001\n3600,0.001\n", file) >= 0 && fclose(file) == 0);
    snprintf(text, sizeof text, "trace:file=%s", path);
    entry = entry_of(text);
    cr_assert(slice_run_patience_ns(&entry, 2, 10 * S) >= 3610 * S, "nothing is due for an hour");
    file = fopen(path, "w");
    cr_assert(file && fputs("0,1800\n0.001,0.001\n", file) >= 0 && fclose(file) == 0);
    snprintf(text, sizeof text, "trace:file=%s,as=sleep", path);
    entry = entry_of(text);
    cr_assert(slice_run_patience_ns(&entry, 2, 10 * S) >= 1810 * S, "a job takes half an hour");
    cr_assert(unlink(path) == 0);
    entry = entry_of("burst:rate=1k,for=50ms,of=io:op=sleep,wait=10s");
    cr_assert(slice_run_patience_ns(&entry, 50, 10 * S) >= 30 * S, "each takes 10 s, and some longer");
    entry = entry_of("cpu:size=100ms");
    entry.workers = 64;
    strcpy(entry.pin, "0");
    cr_assert(slice_run_patience_ns(&entry, 64, 10 * S) >= 10 * S + 64 * S / 10, "64 of them share a CPU");
}
