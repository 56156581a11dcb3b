/* contract.h - a test of the contract runs once for every registered pool. */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "tests/core/kit.h"

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)

struct criterion_test_params contract_pools(void);

/* POOL_TEST(suite, name) { ... ops ... }: a sentence about every pool. */
#define POOL_TEST(suite, name)                                                                                         \
    static void suite##_##name(const struct pool_ops *ops);                                                            \
    ParameterizedTestParameters(suite, name)                                                                           \
    {                                                                                                                  \
        return contract_pools();                                                                                       \
    }                                                                                                                  \
    ParameterizedTest(int *index, suite, name, .timeout = 30)                                                          \
    {                                                                                                                  \
        suite##_##name(pool_at(*index));                                                                               \
    }                                                                                                                  \
    static void suite##_##name(const struct pool_ops *ops)

/* A failure names its pool. */
#define check(condition, ...) cr_assert(condition, "pool %s: %s", ops->name, contract_text(" " __VA_ARGS__))
#define equal(left, right)                                                                                             \
    do {                                                                                                               \
        long long left_value = (long long)(left), right_value = (long long)(right);                                    \
        cr_assert(left_value == right_value, "pool %s: %s is %lld, not %s = %lld", ops->name, #left, left_value,       \
                  #right, right_value);                                                                                \
    } while (0)
const char *contract_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says aloud that this cannot be tested with this pool; capabilities.c pins
 * which pool may say so. */
#define needs(ability)                                                                                                 \
    do {                                                                                                               \
        if ((ops->can & (ability)) != (ability))                                                                       \
            cr_skip_test("pool %s: not supported: %s", ops->name, #ability);                                           \
    } while (0)

struct pool *contract_open(const struct pool_ops *ops, const struct pool_config *config);

/* Fills all workers with jobs at the gate: returns once they are there. */
void contract_hold(const struct pool_ops *ops, struct pool *pool, struct gate *gate, int workers);

/* The law, at rest: accepted = done + failed + cancelled + dropped, started =
 * done + failed, and results add up. */
void contract_law(const struct pool_ops *ops, struct pool *pool);

#endif
