/* contract.c - see contract.h; and what each pool says it can, pinned, so that
 * no test is skipped by an ability that silently went away. */
#include "tests/contract/contract.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct criterion_test_params contract_pools(void)
{
    static int indexes[64];
    size_t count = (size_t)pool_count();
    for (size_t i = 0; i < count; i++)
        indexes[i] = (int)i;
    return cr_make_param_array(int, indexes, count);
}

const char *contract_text(const char *format, ...)
{
    static __thread char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

const char *contract_lacks(const struct pool_ops *ops, unsigned ability, const char *name)
{
    if ((ops->can & ability) != ability)
        return name;
    if (ability & (POOL_CAN_QUEUE | POOL_CAN_RUN_APART) && ops->declares & POOL_CALLER_MAY_RUN)
        return "it declares POOL_CALLER_MAY_RUN: its jobs cannot be held";
    if (ability & (POOL_CAN_QUEUE | POOL_CAN_DROP) && ops->declares & POOL_UNBOUNDED)
        return "it declares POOL_UNBOUNDED: it is never full";
    return NULL;
}

const char *contract_declares(const struct pool_ops *ops, unsigned declared, const char *name)
{
    return ops->declares & declared ? contract_text("it declares %s", name) : NULL;
}

const char *contract_keeps_silent(const struct pool_ops *ops, unsigned declared, const char *name)
{
    return pool_is_added(ops) && !(ops->declares & declared) ? contract_text("it does not declare %s", name) : NULL;
}

const char *contract_is_others(const struct pool_ops *ops, const char *what)
{
    return pool_is_added(ops) ? contract_text("%s is of our own pools only", what) : NULL;
}

bool contract_leaves_out(const struct pool_ops *ops, uint64_t figure)
{
    return pool_is_added(ops) && !figure;
}

/* What was asked for, in a word or two. */
static const char *config_text(const struct pool_config *config)
{
    static const char *const full[] = {"POOL_BLOCK", "POOL_REJECT", "POOL_TIMEOUT", "POOL_CALLER_RUNS",
                                       "POOL_DROP_OLDEST"};
    static char text[128];
    snprintf(text, sizeof text, "%s%s%s%s", full[config->full % 5], config->results ? ", with results" : "",
             config->cpu_count ? ", pinned" : "", config->flags ? ", with flags" : "");
    return text;
}

void contract_must_block(const struct pool_ops *ops)
{
    struct pool_config plain = {.workers = 1};
    struct pool *pool = NULL;
    int error;
    if (!pool_is_added(ops))
        return;
    error = pool_open(&pool, ops, &plain);
    if (!error)
        pool_free(pool);
    if (error == -ENOTSUP)
        contract_not_asked(contract_text("it refuses %s when it opens", config_text(&plain)));
}

struct pool *contract_open(const struct pool_ops *ops, const struct pool_config *config)
{
    struct pool *pool = NULL;
    int error, workers;
    unless(POOL_MUST_ENTER);
    error = pool_open(&pool, ops, config);
    if (error == -ENOTSUP && pool_is_added(ops))
        contract_not_asked(contract_text("it refuses %s when it opens", config_text(config)));
    cr_assert(error == 0, "pool %s: open: %s", ops->name, strerror(-error));
    workers = kit_stats(pool).workers; /* 0: they come with the jobs */
    if (pool_is_added(ops) && workers != 0 && workers != config->workers && atomic_load(&kit_threads_left) < 0)
        contract_not_asked(contract_text("it opens with %d of %d workers", workers, config->workers));
    return pool;
}

void contract_hold(const struct pool_ops *ops, struct pool *pool, struct gate *gate, int workers)
{
    needs(POOL_CAN_RUN_APART);
    for (int i = 0; i < workers; i++) {
        equal(pool_submit(pool, gate_job, gate), 0);
        KIT_UNTIL(gate_entered(gate) == i + 1); /* one by one: capacity may be 1 */
    }
}

void contract_law(const struct pool_ops *ops, struct pool *pool)
{
    struct pool_stats s = kit_stats(pool);
    equal(s.accepted, s.done + s.failed + s.cancelled + s.dropped);
    equal(s.started, s.done + s.failed);
    equal(s.waiting, 0);
}

Test(capabilities, are_what_each_pool_is_known_for, .timeout = 10)
{
    static const unsigned full =
        POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | POOL_CAN_RESULTS | POOL_CAN_DROP | POOL_CAN_CONTAIN;
    static const struct {
        const char *name;
        unsigned can;
    } known[] = {
        {"inline", POOL_CAN_CANCEL | POOL_CAN_RESULTS | POOL_CAN_CONTAIN},
        {"mutex", full | POOL_CAN_KEEP_ORDER | POOL_CAN_FORK},
        {"ring", full | POOL_CAN_KEEP_ORDER | POOL_CAN_FORK},
        {"spawn", full | POOL_CAN_KEEP_ORDER | POOL_KEEPS_ORDER},
        {"steal", full | POOL_CAN_FORK},
        {"textbook", full | POOL_CAN_KEEP_ORDER | POOL_KEEPS_ORDER},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct pool_ops *ops = pool_find(known[i].name);
        cr_assert(ops, "no pool %s", known[i].name);
        cr_assert((ops->can & ~(unsigned)POOL_LOCK_FREE) == known[i].can, "pool %s: abilities %#x, known %#x",
                  ops->name, ops->can, known[i].can);
    }
}

Test(capabilities, the_table_of_pools_is_in_the_order_of_names, .timeout = 10)
{
    cr_assert(pool_count() >= 6);
    for (int i = 1; i < pool_count(); i++)
        cr_assert(strcmp(pool_at(i - 1)->name, pool_at(i)->name) < 0);
    cr_assert(!pool_at(-1) && !pool_at(pool_count()) && !pool_find("nosuch") && !pool_find(NULL));
}
