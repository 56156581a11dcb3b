/* plan_shorten.c - a queue that is too long, by measurements that are made up: it is shortened until what
 * it accepts is in time, and stays as it was where the shorter one breaks a promise. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "bench/commands/plan_session.h"

#define MS 1000000.0

/* Of what is made up: how long a place takes when the queue is full; the fewest places that keep the
 * promises; and what was measured. */
static struct {
    double each_ns;
    size_t keeps_from;
    int sizes, helds, overloads, error, overload_error;
} made;

static struct plan_session session;
static struct options options;

static int made_size(struct plan_session *s, int workers)
{
    struct plan_size *size = &s->sizes[0];
    cr_assert(workers == 2 && s->answer == size);
    made.sizes++;
    *size = (struct plan_size){.workers = 2, .capacity = (size_t)s->places_most, .full = POOL_REJECT};
    size->answer = size->capacity >= made.keeps_from ? SIZING_KEPT : SIZING_BROKEN;
    return made.error;
}

static int made_held(struct plan_session *s)
{
    made.helds++;
    s->held_per_s = 900;
    return 0;
}

static int made_overload(struct plan_session *s)
{
    made.overloads++;
    s->overload_per_s = 1.5 * s->held_per_s;
    s->overloads[POOL_REJECT].accepted_ns = made.each_ns * (double)s->answer->capacity;
    return made.overload_error;
}

static const struct plan_measures measures = {.size = made_size, .held = made_held, .overload = made_overload};

/* 100 places of two workers, p99 <= 50 ms, a third lost of too much. */
static void begin(double each_ns, size_t keeps_from)
{
    char why[128];
    memset(&made, 0, sizeof made);
    made.each_ns = each_ns;
    made.keeps_from = keeps_from;
    options = (struct options){.rate = 500};
    cr_assert(slo_parse("loss=1%,p99=50ms", &options.slo, why, sizeof why) == 0);
    session = (struct plan_session){
        .options = &options, .begin_ns = workload_now_ns(), .budget_s = 1e6, .result = json_object(), .size_count = 1};
    session.sizes[0] = (struct plan_size){.workers = 2, .capacity = 100, .full = POOL_REJECT, .answer = SIZING_KEPT};
    session.answer = session.sizes;
    session.held_per_s = 1000;
    session.overload_per_s = 1500;
    session.overloads[POOL_REJECT] =
        (struct plan_overload){.full = POOL_REJECT, .configuration = 7, .lost = 0.33, .accepted_ns = 100 * each_ns};
}

static void end(void)
{
    json_decref(session.result);
}

Test(plan_shorten, late_jobs_make_it_shorter_and_all_is_measured_again, .timeout = 10)
{
    begin(1 * MS, 0);
    cr_assert(plan_shorten_by(&session, &measures) == 0);
    cr_assert(session.answer->capacity == 45, "%zu: 90%% of what would be just in time", session.answer->capacity);
    cr_assert(made.sizes == 1 && made.helds == 1 && made.overloads == 1);
    cr_assert(session.held_per_s == 900 && session.overload_per_s == 1350, "of the shorter one");
    cr_assert(session.shorter.from == 100 && session.shorter.asked == 45 && session.shorter.accepted_ns == 100 * MS);
    end();
}

Test(plan_shorten, where_a_promise_breaks_the_longer_one_stays, .timeout = 10)
{
    begin(1 * MS, 60);
    cr_assert(plan_shorten_by(&session, &measures) == 0);
    cr_assert(session.answer->capacity == 100 && session.answer->answer == SIZING_KEPT && made.overloads == 0);
    cr_assert(session.held_per_s == 1000 && session.overload_per_s == 1500 &&
              session.overloads[POOL_REJECT].accepted_ns == 100 * MS);
    cr_assert(session.shorter.from == 100 && session.shorter.asked == 45, "it is said");
    end();
}

Test(plan_shorten, nothing_is_done_where_nothing_is_late_or_the_user_chose, .timeout = 10)
{
    begin(0.4 * MS, 0);
    cr_assert(plan_shorten_by(&session, &measures) == 0 && !made.sizes && !session.shorter.from, "in time");
    end();
    begin(1 * MS, 0);
    options.capacity_count = 1;
    cr_assert(plan_shorten_by(&session, &measures) == 0 && !made.sizes, "--capacity");
    end();
    begin(1 * MS, 0);
    session.overloads[POOL_REJECT].lost = 0.01;
    cr_assert(plan_shorten_by(&session, &measures) == 0 && !made.sizes, "it was not full");
    end();
    begin(1 * MS, 0);
    session.budget_s = 0;
    cr_assert(plan_shorten_by(&session, &measures) == 0 && !made.sizes, "no time is left");
    end();
}

/* A queue that blocks loses nothing: what is late is late with the producer, and how long what is accepted waits is
 * told by those that are turned away. */
Test(plan_shorten, a_queue_that_blocks_is_shortened_by_what_reject_accepts, .timeout = 10)
{
    begin(1 * MS, 0);
    session.sizes[0].full = POOL_BLOCK;
    session.overloads[POOL_BLOCK] =
        (struct plan_overload){.full = POOL_BLOCK, .configuration = 6, .accepted_ns = 900 * MS};
    cr_assert(plan_shorten_by(&session, &measures) == 0);
    cr_assert(session.answer->capacity == 45 && made.sizes == 1, "%zu", session.answer->capacity);
    cr_assert(session.shorter.from == 100 && session.shorter.accepted_ns == 100 * MS);
    end();
    begin(0.4 * MS, 0);
    session.sizes[0].full = POOL_BLOCK;
    cr_assert(plan_shorten_by(&session, &measures) == 0 && !made.sizes, "in time");
    end();
}

Test(plan_shorten, an_interrupt_keeps_what_was_there, .timeout = 10)
{
    begin(1 * MS, 0);
    made.error = -EINTR;
    cr_assert(plan_shorten_by(&session, &measures) == -EINTR && session.answer->capacity == 100 &&
              session.held_per_s == 1000);
    cr_assert(!session.shorter.from, "it is not said that a shorter one breaks a promise: nobody knows");
    end();
    begin(1 * MS, 0);
    made.overload_error = -EINTR;
    cr_assert(plan_shorten_by(&session, &measures) == -EINTR && session.answer->capacity == 100 && made.overloads == 1);
    cr_assert(!session.shorter.from, "it kept them");
    end();
}
