/* measured_queue.c - the queue of measured times against queues whose answer is known. */
#include "tests/core/measured_queue.h"

#include <criterion/criterion.h>
#include <math.h>

#include "bench/models/erlang.h"

static struct measured services, starts, turns; /* large */

/* So long, and an exponential time of that mean, as even shares of its distribution. */
static void exponential_after(struct measured *times, double after, double mean)
{
    enum { SHARES = 100000 };
    times->hist = (struct hist){0};
    for (int i = 0; i < SHARES; i++)
        hist_record(&times->hist, (uint64_t)llround(after - mean * log((i + 0.5) / SHARES)));
    measured_prepare(times);
}

static void exponential(struct measured *times, double mean)
{
    exponential_after(times, 0, mean);
}

static void fixed(struct measured *times, uint64_t ns)
{
    times->hist = (struct hist){0};
    hist_record(&times->hist, ns);
    measured_prepare(times);
}

static bool near(double value, double known)
{
    return fabs(value / known - 1) < 0.03;
}

Test(measured_queue, is_erlangs_without_starts_and_turns, .timeout = 60)
{
    static const int workers[] = {1, 4};
    exponential(&services, 1e5);
    for (int i = 0; i < 2; i++) {
        struct measured_queue queue = {.workers = workers[i], .services = &services};
        struct erlang known = {.c = workers[i], .rate = 0.7 * workers[i] / 1e5, .service = 1e5};
        struct measured_outcome outcome = measured_queue_run(&queue, known.rate, 5e5, 2000000, 7);
        cr_expect(near(outcome.wait_ns, erlang_wait_mean(&known)), "%g", outcome.wait_ns);
        cr_expect(near(outcome.later, erlang_later(&known, 5e5)), "%g", outcome.later);
    }
}

/* Welch: a start of mean D and second moment D2 makes it (2 D + rate D2) / (2 (1 + rate D)) longer. */
Test(measured_queue, has_the_waits_of_a_queue_with_setup_times, .timeout = 60)
{
    static const double lengths[] = {3e4, 2e5}; /* of jobs of 100 us */
    exponential(&services, 1e5);
    for (int i = 0; i < 2; i++) {
        struct measured_queue queue = {.workers = 1, .services = &services, .starts = &starts};
        struct erlang plain = {.c = 1, .rate = 0.6 / 1e5, .service = 1e5};
        double mean = lengths[i], second = 2 * mean * mean, known;
        exponential(&starts, mean);
        known = erlang_wait_mean(&plain) + (2 * mean + plain.rate * second) / (2 * (1 + plain.rate * mean));
        cr_expect(near(measured_queue_run(&queue, plain.rate, 1e6, 2000000, 7).wait_ns, known), "%g, known %g",
                  measured_queue_run(&queue, plain.rate, 1e6, 2000000, 7).wait_ns, known);
    }
}

/* As if each service were that much longer, but for who comes to an idle worker. */
Test(measured_queue, a_turn_takes_of_the_rate, .timeout = 100)
{
    struct measured_queue queue = {.workers = 1, .services = &services}, longer = {.workers = 1, .services = &starts};
    double without, with, known;
    exponential(&services, 2e4);
    exponential_after(&starts, 2000, 2e4);
    fixed(&turns, 2000);
    without = measured_queue_rate(&queue, 3e5, 0.01);
    known = measured_queue_rate(&longer, 3e5, 0.01);
    queue.turns = &turns;
    with = measured_queue_rate(&queue, 3e5, 0.01);
    cr_assert(near(without, erlang_rate(1, 2e4, 3e5, 0.01)), "%g", without);
    cr_assert(near(with, known) && with < 0.95 * without && with < measured_queue_most(&queue), "%g of %g, known %g",
              with, without, known);
}

/* Two workers; the stamps in the order of their submits. */
Test(measured_queue, tells_starts_from_turns, .timeout = 20)
{
    static const struct workload_stamp stamps[] = {
        {.submitted = 100, .started = 110, .ended = 200, .worker = 0},
        {.submitted = 120, .started = 150, .ended = 300, .worker = 1},
        {.submitted = 130, .started = 203, .ended = 400, .worker = 0}, /* a turn of 3 */
        {.submitted = 350, .started = 357, .ended = 450, .worker = 1}, /* a start of 7 */
        {.submitted = 390, .started = 409, .ended = 500, .worker = 0}, /* a turn of 9 */
    };
    starts.hist = turns.hist = (struct hist){0};
    cr_assert(measured_between(stamps, 5, 0, &starts.hist, &turns.hist) == 0);
    cr_assert(starts.hist.count == 1 && starts.hist.min == 7);
    cr_assert(turns.hist.count == 2 && turns.hist.min == 3 && turns.hist.max == 9);
    starts.hist = turns.hist = (struct hist){0};
    cr_assert(measured_between(stamps, 5, 300, &starts.hist, &turns.hist) == 0);
    cr_assert(starts.hist.count == 1 && turns.hist.count == 1 && turns.hist.min == 9, "in the warm-up none counts");
}
