/* uts.h - the nodes of the unbalanced trees of UTS.
 *
 * A node is a SHA-1 digest: of its parent's and its own number among the children;
 * how many children it has follows from the digest's last bits. So nobody knows the
 * size of a subtree before it was walked, and yet each tree is always the same.
 * Source: S. Olivier, J. Huan, J. Liu, J. Prins, J. Dinan, P. Sadayappan and C.-W.
 * Tseng, "UTS: an unbalanced tree search benchmark" (LCPC 2006). */
#ifndef UTS_H
#define UTS_H

#include <stdint.h>

enum { UTS_STATE = 20 };

struct uts_node {
    uint8_t state[UTS_STATE];
    int height;
};

enum uts_type { UTS_BINOMIAL, UTS_GEOMETRIC, UTS_HYBRID };
enum uts_form { UTS_LINEAR, UTS_EXPDEC, UTS_CYCLIC, UTS_FIXED }; /* of the geometric law, over the depth */

struct uts_tree {
    enum uts_type type;
    double root_children;
    int seed;
    enum uts_form form;
    int depth;              /* geometric: the form's scale */
    double inner;           /* binomial: the chance that a node has children */
    int children;           /* binomial: how many it then has */
    double shift;           /* hybrid: geometric above this share of the depth */
    uint64_t nodes, leaves; /* as published */
};

/* By enum tree_shape. */
extern const struct uts_tree uts_trees[];

void uts_root(const struct uts_tree *tree, struct uts_node *root);
void uts_child(const struct uts_node *parent, int number, struct uts_node *child);
int uts_children(const struct uts_tree *tree, const struct uts_node *node);

#endif
