/* plan_settle.c - one worker fewer that nobody can tell of, by measurements that are made up: further rounds decide,
 * as long as there is budget for them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/commands/plan_session.h"

/* Of what is made up: after so many further rounds it is known that so many workers do; what was measured. */
static struct {
    int known_after, fewest;
    enum sizing_answer smaller; /* what those are that do not do */
    int furthers, sizes, error;
} made;

static struct plan_session session;
static struct options options;

static enum sizing_answer answer_of(int workers)
{
    return workers >= made.fewest ? SIZING_KEPT : made.smaller;
}

static int made_size(struct plan_session *s, int workers)
{
    made.sizes++;
    cr_assert(plan_size_at(s, workers) == s->sizes + s->size_count, "it was not measured before");
    s->sizes[s->size_count++] = (struct plan_size){.workers = workers, .answer = answer_of(workers)};
    return made.error;
}

static int made_further(struct plan_session *s, struct plan_size *size, double reserve_s)
{
    cr_assert(size->answer == SIZING_OPEN && reserve_s == s->reserve_s);
    if (++made.furthers >= made.known_after)
        size->answer = answer_of(size->workers);
    return made.error;
}

static const struct plan_measures measures = {.size = made_size, .further = made_further};

/* Of 1 to 4 workers 3 keep the promises, and of 2 nobody can tell. */
static void begin(int fewest, enum sizing_answer smaller)
{
    memset(&made, 0, sizeof made);
    made.known_after = 4;
    made.fewest = fewest;
    made.smaller = smaller;
    options = (struct options){.rate = 500};
    session = (struct plan_session){
        .options = &options, .begin_ns = workload_now_ns(), .budget_s = 1e6, .result = json_object(), .size_count = 2};
    session.sizes[0] = (struct plan_size){.workers = 3, .answer = SIZING_KEPT};
    session.sizes[1] = (struct plan_size){.workers = 2, .answer = SIZING_OPEN};
    session.sizing = (struct sizing){.sizes = {1, 2, 3, 4}, .count = 4, .guess = 3};
    sizing_tell(&session.sizing, 3, SIZING_KEPT);
    sizing_tell(&session.sizing, 2, SIZING_OPEN);
    sizing_give_up(&session.sizing);
    session.answer = session.sizes;
    cr_assert(!plan_is_fewest(&session));
}

static void end(void)
{
    json_decref(session.result);
}

Test(plan_settle, further_rounds_say_that_one_fewer_does_not_do, .timeout = 10)
{
    begin(3, SIZING_BROKEN);
    cr_assert(plan_settle_by(&session, 0.3, &measures) == 0);
    cr_assert(made.furthers == 4 && !made.sizes && session.answer->workers == 3);
    cr_assert(plan_is_fewest(&session) && plan_fewer(&session) == 2 && session.reserve_s == 0);
    end();
}

/* "break the promise or straddle it": then it is known, too, and no further round is spent on it. */
Test(plan_settle, what_straddles_is_settled, .timeout = 10)
{
    begin(3, SIZING_STRADDLES);
    cr_assert(plan_settle_by(&session, 0.3, &measures) == 0);
    cr_assert(made.furthers == 4 && session.answer->workers == 3 && plan_is_fewest(&session));
    end();
}

/* Then the one below that is asked for the first time, and the next is the answer. */
Test(plan_settle, where_one_fewer_does_it_is_the_answer, .timeout = 10)
{
    begin(2, SIZING_BROKEN);
    cr_assert(plan_settle_by(&session, 0.3, &measures) == 0);
    cr_assert(made.furthers == 4 && made.sizes == 1 && session.answer->workers == 2);
    cr_assert(plan_is_fewest(&session) && plan_fewer(&session) == 1);
    end();
    begin(1, SIZING_BROKEN);
    cr_assert(plan_settle_by(&session, 0.3, &measures) == 0);
    cr_assert(session.answer->workers == 1 && plan_is_fewest(&session));
    end();
}

Test(plan_settle, nothing_is_asked_that_is_known_or_not_allowed, .timeout = 10)
{
    begin(3, SIZING_BROKEN);
    session.sizes[1].answer = SIZING_BROKEN;
    sizing_tell(&session.sizing, 2, SIZING_BROKEN);
    cr_assert(plan_settle_by(&session, 0.3, &measures) == 0 && !made.furthers && !made.sizes);
    end();
    begin(3, SIZING_BROKEN);
    session.sizing = (struct sizing){.sizes = {3, 4}, .count = 2, .guess = 3};
    sizing_tell(&session.sizing, 3, SIZING_KEPT);
    cr_assert(plan_settle_by(&session, 0.3, &measures) == 0 && !made.furthers && !made.sizes, "-t 3,4");
    cr_assert(session.answer->workers == 3 && !plan_is_fewest(&session));
    end();
}

Test(plan_settle, it_ends_with_the_budget_or_where_no_round_tells, .timeout = 10)
{
    begin(3, SIZING_BROKEN);
    session.budget_s = 0;
    cr_assert(plan_settle_by(&session, 0.3, &measures) == 0 && !made.furthers && !plan_is_fewest(&session));
    end();
    begin(3, SIZING_BROKEN);
    cr_assert(plan_settle_by(&session, 1, &measures) == 0 && !made.furthers, "all of it is for others");
    end();
    begin(3, SIZING_BROKEN);
    made.error = -EAGAIN;
    cr_assert(plan_settle_by(&session, 0.3, &measures) == 0 && made.furthers == 1 && session.answer->workers == 3);
    end();
    begin(3, SIZING_BROKEN);
    made.error = -EINTR;
    cr_assert(plan_settle_by(&session, 0.3, &measures) == -EINTR && session.answer->workers == 3);
    end();
}

/* More workers would need as many samples: what looks kept gets them where it is. */
Test(plan_settle, what_looks_kept_gets_its_samples_before_more_workers_are_asked, .timeout = 10)
{
    char why[128];
    struct plan_size *size;
    for (int odd = 0; odd < 4; odd++) {
        begin(2, SIZING_BROKEN);
        cr_assert(slo_parse("p99=50ms", &options.slo, why, sizeof why) == 0);
        session.sizing = (struct sizing){.sizes = {1, 2, 3, 4}, .count = 4, .guess = 2};
        size = &session.sizes[1];
        size->judged = (struct slo_judgement){.reason = SLO_SAMPLES, .value = 14e6};
        if (odd == 1)
            size->judged.value = 60e6; /* it looks broken: more workers are what it takes */
        if (odd == 2)
            sizing_tell(&session.sizing, 3, SIZING_KEPT); /* an answer is there */
        if (odd == 3)
            size->judged.reason = SLO_GENERATOR;
        cr_assert(plan_stay_by(&session, size, 0.45, &measures) == 0);
        cr_assert(made.furthers == (odd ? 0 : 4) && (size->answer == SIZING_KEPT) == !odd, "%d: %d", odd,
                  made.furthers);
        end();
    }
    begin(2, SIZING_BROKEN);
    cr_assert(slo_parse("p99=50ms", &options.slo, why, sizeof why) == 0);
    session.sizing = (struct sizing){.sizes = {1, 2, 3, 4}, .count = 4, .guess = 2};
    session.sizes[1].judged = (struct slo_judgement){.reason = SLO_SAMPLES, .value = 14e6};
    made.error = -EAGAIN;
    cr_assert(plan_stay_by(&session, &session.sizes[1], 0.45, &measures) == 0 && made.furthers == 1);
    made.error = -EINTR;
    session.sizes[1].answer = SIZING_OPEN;
    cr_assert(plan_stay_by(&session, &session.sizes[1], 0.45, &measures) == -EINTR);
    end();
}

/* Where the generator is why, or in hours only, further rounds are not begun: nothing is measured here. */
Test(plan_settle, rounds_that_would_not_tell_are_not_run, .timeout = 10)
{
    char why[128];
    struct plan_size *size;
    begin(3, SIZING_BROKEN);
    cr_assert(slo_parse("p99.9=50ms", &options.slo, why, sizeof why) == 0);
    size = &session.sizes[1];
    session.budget_s = 60;
    size->slice_ns = 1e9;
    size->spent_s = 10;
    size->judged = (struct slo_judgement){.reason = SLO_SAMPLES, .worth_above = 50}; /* 3,680 are needed: 12 minutes */
    cr_assert(plan_measure_further(&session, size, 10) == -EAGAIN);
    size->judged.reason = SLO_GENERATOR;
    cr_assert(plan_measure_further(&session, size, 10) == -EAGAIN);
    size->judged.reason = SLO_SAMPLES;
    cr_assert(plan_measure_further(&session, size, 59.5) == -EAGAIN, "no time for one round");
    size->judged.reason = SLO_NOT_STEADY;
    size->loop.relaxation_s = INFINITY;
    cr_assert(plan_measure_further(&session, size, 10) == -EAGAIN);
    cr_assert(size->answer == SIZING_OPEN && size->slice_ns == 1e9);
    end();
}
