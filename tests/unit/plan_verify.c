/* plan_verify.c - the command that measures a plan's answer again: all that it was measured with, as a shell takes it.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/plan_session.h"

static struct plan_session session;
static struct options options;

static void begin(void)
{
    options = (struct options){.rate = 500, .slo_text = "p99=5ms,loss=0.1%"};
    snprintf(options.workloads[0].text, sizeof options.workloads[0].text, "io:op=sleep,wait=2ms");
    session = (struct plan_session){.options = &options, .base = {.pool = pool_find("ring"), .producers = 1}};
    session.sizes[0] = (struct plan_size){.workers = 3, .capacity = 45, .full = POOL_REJECT, .slice_ns = 4e8};
    session.answer = session.sizes;
    cr_assert(session.base.pool);
}

static void expect(const char *wanted)
{
    char *command = plan_verify(&session);
    cr_assert_str_eq(command, wanted);
    free(command);
}

Test(plan_verify, says_what_is_not_the_default, .timeout = 10, .init = begin)
{
    expect("poolbench run -p ring -t 3 --capacity 45 --full reject -w burst:rate=500,of=io:op=sleep,wait=2ms --slo "
           "p99=5ms,loss=0.1% --rounds 6 --budget 3000ms --no-floor");
    session.base.producers = 2;
    session.sizes[0].full = POOL_TIMEOUT;
    options.pins_given = true;
    snprintf(session.base.pin, sizeof session.base.pin, "0,2-3");
    options.spin_ns = 50000;
    expect(
        "poolbench run -p ring -t 3 --capacity 45 --full timeout --full-timeout 0ns --producers 2 --pin 0,2-3 --spin "
        "50000ns -w burst:rate=500,of=io:op=sleep,wait=2ms --slo p99=5ms,loss=0.1% --rounds 6 --budget 3000ms "
        "--no-floor");
}

Test(plan_verify, an_idle_worker_that_parks_at_once, .timeout = 10, .init = begin)
{
    char *command;
    options.spin_ns = POOL_NO_SPIN;
    command = plan_verify(&session);
    cr_assert(strstr(command, " --spin 0ns "), "%s", command);
    free(command);
}

Test(plan_verify, a_name_is_no_other_command, .timeout = 10, .init = begin)
{
    session.recorded.jobs = 1;
    snprintf(session.open.text, sizeof session.open.text, "trace:file=it's; $(day).csv,times=1,for=4000us");
    expect("poolbench run -p ring -t 3 --capacity 45 --full reject -w 'trace:file=it'\\''s; "
           "$(day).csv,times=1,for=4000us' "
           "--slo p99=5ms,loss=0.1% --rounds 6 --budget 3000ms --no-floor");
}

/* A pool whose queue has no bound turns nobody away: a command that says so would be refused. */
Test(plan_verify, a_pool_that_is_never_full_has_no_policy, .timeout = 10, .init = begin)
{
    struct pool_ops unbounded = *session.base.pool;
    char why[128];
    unbounded.declares |= POOL_UNBOUNDED;
    cr_assert(slo_parse("p99=5ms,loss=1%", &options.slo, why, sizeof why) == 0);
    options.pool_count = 1;
    options.pools[0] = session.base.pool;
    cr_assert(plan_policy(&options) == POOL_REJECT);
    options.pools[0] = &unbounded;
    cr_assert(plan_policy(&options) == POOL_BLOCK);
}

Test(plan_verify, no_answer_no_command, .timeout = 10, .init = begin)
{
    session.answer = NULL;
    cr_assert_null(plan_verify(&session));
}
