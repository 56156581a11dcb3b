/* trees.h - recursive computations with a known answer, each with forks and without.
 *
 * Every inner node of a tree forks all its children but the last, which it calls;
 * so a tree of L leaves has L - 1 forks. The twin without forks is the same code
 * otherwise: what it takes is what the tree takes when forking is free. */
#ifndef TREES_H
#define TREES_H

#include <stdint.h>

enum tree_kind { TREE_FIB, TREE_QUEENS, TREE_UTS, TREE_KINDS };

/* An unbalanced tree's shape. Source: S. Olivier et al., "UTS: an unbalanced tree
 * search benchmark" (LCPC 2006); the trees and their sizes are those published with it. */
enum tree_shape { TREE_SMALL, TREE_T1, TREE_T2, TREE_T3, TREE_T4, TREE_T5, TREE_SHAPES };
extern const char *const tree_shape_names[]; /* NULL at the end */

struct tree_spec {
    enum tree_kind kind;
    int n; /* of fib; queens on a board of n x n */
    enum tree_shape shape;
};

/* What a tree yields: fib(n), the number of solutions, of nodes; and its leaves. */
struct tree_answer {
    uint64_t value, leaves;
};

enum { TREE_FIB_MAX = 45, TREE_QUEENS_MAX = 16 };

/* The published answer, for `value` at least; leaves 0: not published. */
struct tree_answer tree_known(const struct tree_spec *spec);

/* Inside a job: by pool_fork and pool_join; where that cannot be, by calls. */
struct tree_answer tree_forked(const struct tree_spec *spec);

/* The twin. Threads: any. */
struct tree_answer tree_sequential(const struct tree_spec *spec);

#endif
