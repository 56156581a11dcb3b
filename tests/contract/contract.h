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
        long long left_value, right_value;                                                                             \
        kit_mark(KIT_CALLS, #left);                                                                                    \
        left_value = (long long)(left), right_value = (long long)(right);                                              \
        kit_mark(KIT_CALLS, NULL);                                                                                     \
        cr_assert(left_value == right_value, "pool %s: %s is %lld, not %s = %lld", ops->name, #left, left_value,       \
                  #right, right_value);                                                                                \
    } while (0)
const char *contract_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Each says aloud why this is not asked of this pool. Of our own ones the pinned test in
 * contract.c holds which may say so; those of others say what they cannot, and what they
 * do not promise. */
#define needs(ability) contract_not_asked(contract_lacks(ops, ability, #ability))
#define unless(declared) contract_not_asked(contract_declares(ops, declared, #declared))
#define only_if(declared) contract_not_asked(contract_keeps_silent(ops, declared, #declared))

/* What is to be had in jobs of our own pools, or by them, only. */
#define ours(what) contract_not_asked(contract_is_others(ops, what))

#define contract_not_asked(reason)                                                                                     \
    do {                                                                                                               \
        const char *why_not = reason;                                                                                  \
        if (why_not)                                                                                                   \
            cr_skip_test("pool %s: not supported: %s", ops->name, why_not);                                            \
    } while (0)

/* Such reasons; NULL: it is asked. */
const char *contract_lacks(const struct pool_ops *ops, unsigned ability, const char *name);
const char *contract_declares(const struct pool_ops *ops, unsigned declared, const char *name);
const char *contract_keeps_silent(const struct pool_ops *ops, unsigned declared, const char *name);
const char *contract_is_others(const struct pool_ops *ops, const char *what);

/* Whether a figure that would not be 0 is none that this pool keeps: so of those that a plug-in may leave 0. */
bool contract_leaves_out(const struct pool_ops *ops, uint64_t figure);

/* Opened, and with as many workers as asked for: of one that was added and refuses such a
 * pool (-ENOTSUP), or starts fewer workers, the test is not asked. */
struct pool *contract_open(const struct pool_ops *ops, const struct pool_config *config);

/* For tests that look at the answer of pool_open itself: a plug-in that has no POOL_BLOCK is not asked. */
void contract_must_block(const struct pool_ops *ops);

/* Fills all workers with jobs at the gate: returns once they are there. */
void contract_hold(const struct pool_ops *ops, struct pool *pool, struct gate *gate, int workers);

/* The law, at rest: accepted = done + failed + cancelled + dropped, started =
 * done + failed, and results add up. */
void contract_law(const struct pool_ops *ops, struct pool *pool);

#endif
