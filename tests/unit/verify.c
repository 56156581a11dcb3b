/* verify.c - each workload, against a pool made to lose, double or garble one
 * job: the slice must fail, and say how. */
#include <criterion/criterion.h>
#include <string.h>

#include "bench/slice.h"
#include "workloads/core/kernel.h"

/* A pool around mutex that does one thing wrong, to its n-th job. */
enum defect { NONE, LOSES, DOUBLES, GARBLES, SWAPS };
static enum defect defect;
static _Atomic int turn;
static const struct pool_ops *honest;

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int broken_submit(struct pool *pool, pool_job_fn *fn, void *arg)
{
    enum { VICTIM = 1000 };
    int now = turn++;
    if (now != VICTIM || defect == NONE)
        return honest->submit(pool, fn, arg);
    switch (defect) {
    case LOSES: /* accepted and counted, but it never runs */
        return honest->submit(pool, nothing, NULL);
    case DOUBLES: {
        int error = honest->submit(pool, fn, arg);
        fn(arg); /* and once more, in secret */
        return error;
    }
    case GARBLES:
        /* cpu: the seed, its job's first word; empty: a bit of its mark */
        *(unsigned char *)arg ^= 0x40;
        return honest->submit(pool, fn, arg);
    default:
        return honest->submit(pool, fn, arg);
    }
}

static int broken_batch(struct pool *pool, const struct pool_job *jobs, int count)
{
    for (int i = 0; i < count; i++) {
        int error = broken_submit(pool, jobs[i].fn, jobs[i].arg);
        if (error)
            return i ? i : error;
    }
    return count;
}

static struct pool_ops ops;

/* The pool's own table is replaced by the broken one. */
static int broken_open(struct pool **out, const struct pool_config *config)
{
    int error = honest->open(out, config);
    if (!error)
        (*out)->ops = &ops;
    return error;
}

static void expect(const char *spec, enum defect which, const char *word)
{
    static struct slice slice;
    struct plan_entry entry = {.workers = 2, .producers = 1, .capacity = 64, .pin = "none"};
    char why[256];
    honest = pool_find("mutex");
    ops = *honest;
    ops.open = broken_open;
    ops.submit = broken_submit;
    ops.submit_batch = broken_batch;
    entry.pool = &ops;
    defect = which;
    turn = 0;
    cr_assert(workload_parse(spec, &entry.workload, why, sizeof why) == 0, "%s", why);
    slice_run(&entry, 5000, 7, INT64_C(20000000000), &slice, NULL);
    if (word)
        cr_assert(strstr(slice.failure, word), "%s: found \"%s\", not \"%s\"", spec, slice.failure, word);
    else
        cr_assert(!*slice.failure, "%s: %s", spec, slice.failure);
}

static const char *const specs[] = {"empty",
                                    "empty:batch=32",
                                    "empty:sample=1",
                                    "cpu:size=100ns",
                                    "cpu:size=100ns,dist=exp,batch=8",
                                    "cpu:size=100ns,dist=pareto"};
enum { SPECS = sizeof specs / sizeof *specs };

Test(verify, an_honest_pool_passes, .timeout = 60)
{
    for (int i = 0; i < SPECS; i++)
        expect(specs[i], NONE, NULL);
}

Test(verify, a_lost_job_is_found, .timeout = 60)
{
    for (int i = 0; i < SPECS; i++)
        expect(specs[i], LOSES, "lost");
}

Test(verify, a_doubled_job_is_found, .timeout = 60)
{
    for (int i = 0; i < SPECS; i++)
        expect(specs[i], DOUBLES, "more than once");
}

Test(verify, a_garbled_job_is_found, .timeout = 60)
{
    expect("empty", GARBLES, "more than once"); /* its mark is no longer 1 */
    for (int i = 3; i < SPECS; i++)
        expect(specs[i], GARBLES, "wrong result");
}

Test(kernel, its_closed_form_is_right, .timeout = 20)
{
    for (uint64_t n = 0; n < 1000; n++)
        cr_assert(kernel_run(n * 77, n) == kernel_expect(n * 77, n));
    cr_assert(kernel_run(1, 1234567) == kernel_expect(1, 1234567));
}

Test(kernel, is_calibrated_to_something_sane, .timeout = 20)
{
    cr_assert(kernel_steps_per_ns() > 0.01 && kernel_steps_per_ns() < 10);
}
