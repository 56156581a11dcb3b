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

struct pool *contract_open(const struct pool_ops *ops, const struct pool_config *config)
{
    struct pool *pool = NULL;
    int error = pool_open(&pool, ops, config);
    cr_assert(error == 0, "pool %s: open: %s", ops->name, strerror(-error));
    return pool;
}

void contract_hold(const struct pool_ops *ops, struct pool *pool, struct gate *gate, int workers)
{
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
