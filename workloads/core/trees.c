/* trees.c - see trees.h. Each computation is written once, as an inline function that
 * is told whether to fork, so that the twin differs in nothing else. */
#include "workloads/core/trees.h"

#include <stdbool.h>

#include "pools/core/pool.h"
#include "workloads/core/uts.h"

/* A fork that a pool of somebody else's refuses is a call. */
static inline void fork_or_call(struct pool_fork *fork, pool_job_fn *fn, void *arg)
{
    if (__builtin_expect(pool_fork(fork, fn, arg), 0)) {
        fn(arg);
        *fork = (struct pool_fork){.slot = NULL};
    }
}

/* Fibonacci numbers: as little work for a fork as can be. */

struct fib_frame {
    int n;
    uint64_t value;
};

static uint64_t fib_forked(int n);

static int fib_fork(void *arg)
{
    struct fib_frame *frame = arg;
    frame->value = fib_forked(frame->n);
    return 0;
}

static uint64_t fib_forked(int n)
{
    struct fib_frame frame;
    struct pool_fork fork;
    uint64_t value;
    if (n < 2)
        return (uint64_t)n;
    frame.n = n - 1;
    fork_or_call(&fork, fib_fork, &frame);
    value = fib_forked(n - 2);
    if (pool_unfork(&fork)) /* a call that the compiler sees */
        return value + fib_forked(n - 1);
    pool_join(&fork);
    return value + frame.value;
}

static __attribute__((noinline)) uint64_t fib_sequential(int n)
{
    return n < 2 ? (uint64_t)n : fib_sequential(n - 2) + fib_sequential(n - 1);
}

static uint64_t fib_known(int n)
{
    uint64_t value = 0, next = 1;
    for (; n > 0; n--) {
        uint64_t sum = value + next;
        value = next;
        next = sum;
    }
    return value;
}

/* Queens that do not threaten each other: board rows as bits. Source: the usual
 * backtracking search; numbers of solutions from OEIS A000170. */

static const uint64_t queens_known[TREE_QUEENS_MAX + 1] = {1,   1,   0,    0,     2,     10,     4,       40,      92,
                                                           352, 724, 2680, 14200, 73712, 365596, 2279184, 14772512};

struct queens_frame {
    uint32_t all, columns, left, right; /* threatened */
    struct tree_answer answer;
};

static inline __attribute__((always_inline)) void queens(struct queens_frame *frame, bool forks, pool_job_fn *fn)
{
    struct queens_frame children[TREE_QUEENS_MAX];
    struct pool_fork fork[TREE_QUEENS_MAX];
    uint32_t free = frame->all & ~(frame->columns | frame->left | frame->right);
    int count = 0;

    frame->answer = (struct tree_answer){frame->columns == frame->all, free == 0};
    while (free) {
        uint32_t bit = free & -free;
        free ^= bit;
        children[count] = (struct queens_frame){
            frame->all, frame->columns | bit, (frame->left | bit) << 1, (frame->right | bit) >> 1, {0, 0}};
        if (forks && free)
            fork_or_call(&fork[count], fn, &children[count]);
        else
            fn(&children[count]);
        count++;
    }
    for (int i = count - 1; i >= 0; i--) {
        if (forks && i < count - 1)
            pool_join(&fork[i]);
        frame->answer.value += children[i].answer.value;
        frame->answer.leaves += children[i].answer.leaves;
    }
}

static int queens_fork(void *arg)
{
    queens(arg, true, queens_fork);
    return 0;
}

static int queens_call(void *arg)
{
    queens(arg, false, queens_call);
    return 0;
}

/* The unbalanced tree: what follows from a node is known only when it is reached.
 * A node's children are halved until there is one, so that thousands are no array. */

struct uts_frame {
    const struct uts_tree *tree;
    const struct uts_node *parent;
    int first, last; /* its children */
    struct tree_answer answer;
};

static inline __attribute__((always_inline)) void uts(struct uts_frame *frame, bool forks, pool_job_fn *fn)
{
    struct uts_frame low = *frame, high = *frame;
    struct uts_node node;
    struct pool_fork fork;

    if (frame->last - frame->first == 1) {
        uts_child(frame->parent, frame->first, &node);
        low = (struct uts_frame){frame->tree, &node, 0, uts_children(frame->tree, &node), {0, 1}};
        if (low.last)
            fn(&low);
        frame->answer = (struct tree_answer){low.answer.value + 1, low.answer.leaves};
        return;
    }
    low.last = high.first = (frame->first + frame->last) / 2;
    if (forks)
        fork_or_call(&fork, fn, &low);
    fn(&high);
    if (forks)
        pool_join(&fork);
    else
        fn(&low);
    frame->answer = (struct tree_answer){low.answer.value + high.answer.value, low.answer.leaves + high.answer.leaves};
}

static int uts_fork(void *arg)
{
    uts(arg, true, uts_fork);
    return 0;
}

static int uts_call(void *arg)
{
    uts(arg, false, uts_call);
    return 0;
}

static struct tree_answer uts_all(enum tree_shape shape, pool_job_fn *fn)
{
    const struct uts_tree *tree = &uts_trees[shape];
    struct uts_node root;
    struct uts_frame frame = {tree, &root, 0, 0, {0, 0}};
    uts_root(tree, &root);
    frame.last = uts_children(tree, &root);
    fn(&frame);
    frame.answer.value++;
    return frame.answer;
}

/* All three. */

const char *const tree_shape_names[] = {"small", "T1", "T2", "T3", "T4", "T5", NULL};

struct tree_answer tree_known(const struct tree_spec *spec)
{
    switch (spec->kind) {
    case TREE_FIB:
        return (struct tree_answer){fib_known(spec->n), fib_known(spec->n + 1)};
    case TREE_QUEENS:
        return (struct tree_answer){queens_known[spec->n], 0};
    default:
        return (struct tree_answer){uts_trees[spec->shape].nodes, uts_trees[spec->shape].leaves};
    }
}

static struct tree_answer queens_all(int n, pool_job_fn *fn)
{
    struct queens_frame frame = {.all = (1u << n) - 1};
    fn(&frame);
    return frame.answer;
}

struct tree_answer tree_forked(const struct tree_spec *spec)
{
    switch (spec->kind) {
    case TREE_FIB:
        return (struct tree_answer){fib_forked(spec->n), fib_known(spec->n + 1)};
    case TREE_QUEENS:
        return queens_all(spec->n, queens_fork);
    default:
        return uts_all(spec->shape, uts_fork);
    }
}

struct tree_answer tree_sequential(const struct tree_spec *spec)
{
    switch (spec->kind) {
    case TREE_FIB:
        return (struct tree_answer){fib_sequential(spec->n), fib_known(spec->n + 1)};
    case TREE_QUEENS:
        return queens_all(spec->n, queens_call);
    default:
        return uts_all(spec->shape, uts_call);
    }
}
