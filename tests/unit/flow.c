/* flow.c - who waits, and how long: flow.h against systems whose answer is known.
 *
 * A producer that needs P for each job, W workers that need S, a consumer that
 * needs T, with K places in the queue and C for results, all fixed. In the long
 * run jobs come through at the pace B of the slowest, max(P, S / W, T); so the
 * producer waits 1 - P / B of its time, the workers run S / (W B), and are
 * blocked for the rest if the consumer is the slowest. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "workloads/core/flow.h"

enum { JOBS = 4000, MAX_WORKERS = 8 };
static struct flow_job jobs[JOBS];
static struct flow flow;

/* A tandem of stations with blocking, stepped job by job. Exact for FIFO. */
static void simulate(int64_t p, int64_t s, int64_t t, int workers, int places, int results, int64_t pause_at,
                     int64_t pause)
{
    int64_t worker_free[MAX_WORKERS], produced = 1, consumer_free = 1;
    for (int w = 0; w < workers; w++)
        worker_free[w] = 1;
    for (int i = 0; i < JOBS; i++) {
        struct flow_job *job = &jobs[i];
        int w = 0;
        for (int other = 1; other < workers; other++)
            if (worker_free[other] < worker_free[w])
                w = other;
        job->submitted = produced + p;
        /* A slot is free when the job `places` before it has started. */
        job->admitted = job->submitted;
        if (i >= places && jobs[i - places].started > job->admitted)
            job->admitted = jobs[i - places].started;
        produced = job->admitted;
        job->started = job->admitted > worker_free[w] ? job->admitted : worker_free[w];
        job->ended = job->started + s;
        job->settled = job->ended > consumer_free ? job->ended : consumer_free;
        if (pause && job->settled >= pause_at && job->settled < pause_at + pause)
            job->settled = pause_at + pause;
        job->taken = job->settled + t;
        consumer_free = job->taken;
        /* The worker keeps its result until the job `results` before it has been received. */
        worker_free[w] = job->ended;
        if (i >= results && jobs[i - results].settled > job->ended)
            worker_free[w] = jobs[i - results].settled;
    }
}

static struct flow_setting setting_of(int workers, int results)
{
    return (struct flow_setting){.producers = 1,
                                 .workers = workers,
                                 .blocking = true,
                                 .results_capacity = (size_t)results,
                                 .begin = jobs[JOBS / 5].submitted,
                                 .end = jobs[JOBS - 1].admitted};
}

static void expect(double p, double s, double t, int workers, int places, int results)
{
    double b = fmax(p, fmax(s / workers, t)), blocked = t >= fmax(p, s / workers) ? 1 - s / (workers * b) : 0;
    struct flow_setting setting;
    simulate((int64_t)p, (int64_t)s, (int64_t)t, workers, places, results, 0, 0);
    setting = setting_of(workers, results);
    cr_assert(flow_measure(jobs, JOBS, &setting, &flow) == 0);
    cr_expect_float_eq(flow.mean[FLOW_WAITING], 1 - p / b, 0.005, "P %g S %g T %g: waiting %g, should be %g", p, s, t,
                       flow.mean[FLOW_WAITING], 1 - p / b);
    cr_expect_float_eq(flow.mean[FLOW_BUSY] / workers, s / (workers * b), 0.005, "P %g S %g T %g: busy %g", p, s, t,
                       flow.mean[FLOW_BUSY] / workers);
    cr_expect_float_eq(flow.mean[FLOW_BLOCKED] / workers, blocked, 0.01, "P %g S %g T %g: blocked %g, should be %g", p,
                       s, t, flow.mean[FLOW_BLOCKED] / workers, blocked);
    cr_expect_float_eq(flow.mean[FLOW_CONSUMING], t / b, 0.005, "P %g S %g T %g: consuming %g", p, s, t,
                       flow.mean[FLOW_CONSUMING]);
    cr_expect(flow.most[FLOW_QUEUE] <= places + 1e-9, "%g queued, %d places", flow.most[FLOW_QUEUE], places);
}

Test(flow, waiting_shares_are_those_that_can_be_computed, .timeout = 60)
{
    expect(0, 1000, 2000, 1, 8, 8); /* bound by the consumer: blocked 50% */
    expect(0, 2000, 4000, 4, 8, 8); /* blocked 87.5% */
    expect(500, 1000, 2000, 1, 16, 4);
    expect(1500, 1000, 2000, 1, 8, 8);
    expect(0, 2000, 1000, 1, 8, 8);    /* bound by the worker */
    expect(1000, 2000, 500, 4, 8, 8);  /* bound by the producer: nobody waits */
    expect(3000, 2000, 2500, 2, 1, 1); /* the same with a place each */
}

Test(flow, queues_fill_before_the_slowest, .timeout = 60)
{
    struct flow_setting setting;
    simulate(0, 1000, 2000, 1, 8, 4, 0, 0);
    setting = setting_of(1, 4);
    cr_assert(flow_measure(jobs, JOBS, &setting, &flow) == 0);
    cr_expect_float_eq(flow.mean[FLOW_RESULTS], 4, 0.02, "%g results", flow.mean[FLOW_RESULTS]);
    cr_expect_float_eq(flow.mean[FLOW_QUEUE], 8, 0.02, "%g jobs", flow.mean[FLOW_QUEUE]);
    /* Eight before it, one every 2000. */
    cr_expect_float_eq(flow.oldest_ns, 16000, 1, "%g", flow.oldest_ns);
}

Test(flow, a_course_adds_up_to_the_mean, .timeout = 60)
{
    struct flow_setting setting;
    double sum = 0;
    simulate(0, 1000, 2000, 1, 8, 4, 0, 0);
    setting = setting_of(1, 4);
    setting.begin = jobs[0].submitted;
    setting.end = jobs[JOBS - 1].taken;
    cr_assert(flow_measure(jobs, JOBS, &setting, &flow) == 0);
    for (int i = 0; i < WORKLOAD_COURSE; i++)
        sum += flow.course[FLOW_QUEUE][i] / WORKLOAD_COURSE;
    cr_expect_float_eq(sum, flow.mean[FLOW_QUEUE], 1e-3, "%g, %g", sum, flow.mean[FLOW_QUEUE]);
}

/* The consumer needs 500, all others 1000 for each job. A pause of 20,000 leaves
 * 20 jobs behind, of which it works off one in each 1000. */
Test(flow, recovery_takes_what_it_must, .timeout = 60)
{
    struct flow_setting setting;
    int64_t at = 2000000, pause = 20000;
    simulate(1000, 900, 500, 1, 100, 100, at, pause);
    setting = setting_of(1, 100);
    setting.pause_begin = at;
    setting.pause_end = at + pause;
    cr_assert(flow_measure(jobs, JOBS, &setting, &flow) == 0);
    cr_expect_float_eq(flow.recovery_ns, 20000, 2000, "%g", flow.recovery_ns);
    /* With no pause there is nothing to recover from. */
    setting.pause_begin = setting.pause_end = 0;
    cr_assert(flow_measure(jobs, JOBS, &setting, &flow) == 0);
    cr_expect(isnan(flow.recovery_ns));
}

Test(flow, what_never_happened_does_not_count, .timeout = 60)
{
    /* A job that was refused, one that was dropped, one whose result was lost. */
    struct flow_job some[] = {{.submitted = 100, .admitted = 110},
                              {.submitted = 110, .admitted = 120, .settled = 220},
                              {.submitted = 120, .admitted = 130, .started = 130, .ended = 180, .settled = 180}};
    struct flow_setting setting = {.producers = 1, .workers = 1, .results_capacity = 1, .begin = 100, .end = 200};
    cr_assert(flow_measure(some, 3, &setting, &flow) == 0);
    cr_expect_float_eq(flow.mean[FLOW_WAITING], 0.30, 1e-9);
    cr_expect_float_eq(flow.mean[FLOW_QUEUE], 0.80, 1e-9);
    cr_expect_float_eq(flow.mean[FLOW_BUSY], 0.50, 1e-9);
    cr_expect_float_eq(flow.mean[FLOW_RESULTS], 0, 1e-9);
    cr_expect_float_eq(flow.oldest_ns, 100, 1e-9);
    cr_assert(flow_measure(NULL, 0, &setting, &flow) == 0);
    cr_expect_float_eq(flow.mean[FLOW_QUEUE], 0, 1e-9);
}
