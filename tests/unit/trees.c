/* trees.c - the trees of the workload `tree` against published answers. */
#include <criterion/criterion.h>

#include "workloads/core/trees.h"

static struct tree_answer walk(enum tree_kind kind, int n, enum tree_shape shape)
{
    return tree_sequential(&(struct tree_spec){kind, n, shape});
}

Test(trees, fibonacci_numbers_and_their_leaves, .timeout = 10)
{
    static const unsigned known[] = {0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55};
    for (int n = 0; n <= 10; n++) {
        cr_assert(walk(TREE_FIB, n, 0).value == known[n]);
        cr_assert(tree_known(&(struct tree_spec){TREE_FIB, n, 0}).value == known[n]);
    }
    cr_assert(walk(TREE_FIB, 10, 0).leaves == 89);
    cr_assert(tree_known(&(struct tree_spec){TREE_FIB, 45, 0}).value == 1134903170);
}

Test(trees, solutions_of_n_queens_are_those_of_oeis_a000170, .timeout = 30)
{
    static const unsigned known[] = {1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2680};
    for (int n = 1; n <= 11; n++) {
        cr_assert(walk(TREE_QUEENS, n, 0).value == known[n - 1], "n = %d", n);
        cr_assert(tree_known(&(struct tree_spec){TREE_QUEENS, n, 0}).value == known[n - 1]);
    }
}

Test(trees, unbalanced_trees_have_their_published_sizes, .timeout = 60)
{
    static const struct {
        enum tree_shape shape;
        unsigned nodes, leaves;
    } known[] = {
        {TREE_T1, 4130071, 3305118}, {TREE_T2, 4117769, 2342762}, {TREE_T3, 4112897, 3599034},
        {TREE_T4, 4132453, 3108986}, {TREE_T5, 4147582, 2181318},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct tree_answer answer = walk(TREE_UTS, 0, known[i].shape);
        cr_assert(answer.value == known[i].nodes && answer.leaves == known[i].leaves, "%s: %llu nodes, %llu leaves",
                  tree_shape_names[known[i].shape], (unsigned long long)answer.value,
                  (unsigned long long)answer.leaves);
    }
}

Test(trees, outside_a_job_forks_are_calls, .timeout = 30)
{
    struct tree_spec specs[] = {{TREE_FIB, 20, 0}, {TREE_QUEENS, 8, 0}, {TREE_UTS, 0, TREE_SMALL}};
    for (int i = 0; i < 3; i++) {
        struct tree_answer forked = tree_forked(&specs[i]), known = tree_known(&specs[i]);
        cr_assert(forked.value == known.value && (!known.leaves || forked.leaves == known.leaves));
    }
}
