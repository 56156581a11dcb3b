/* uts.c - see uts.h. */
#include "workloads/core/uts.h"

#include <math.h>
#include <nettle/sha1.h>

enum { CHILDREN_MAX = 100 }; /* of any node but a binomial root */

const struct uts_tree uts_trees[] = {
    /* T1 with a depth of 7: too small to have been published; its size is our own count. */
    {UTS_GEOMETRIC, 4, 19, UTS_FIXED, 7, 0, 0, 0, 63914, 51124},
    {UTS_GEOMETRIC, 4, 19, UTS_FIXED, 10, 0, 0, 0, 4130071, 3305118},
    {UTS_GEOMETRIC, 6, 502, UTS_CYCLIC, 16, 0, 0, 0, 4117769, 2342762},
    {UTS_BINOMIAL, 2000, 42, UTS_LINEAR, 0, 0.124875, 8, 0, 4112897, 3599034},
    {UTS_HYBRID, 6, 1, UTS_LINEAR, 16, 0.234375, 4, 0.5, 4132453, 3108986},
    {UTS_GEOMETRIC, 4, 34, UTS_LINEAR, 20, 0, 0, 0, 4147582, 2181318},
};

static void number_bytes(uint32_t number, uint8_t bytes[4])
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

void uts_root(const struct uts_tree *tree, struct uts_node *root)
{
    struct sha1_ctx sha1;
    uint8_t seed[UTS_STATE] = {0};
    number_bytes((uint32_t)tree->seed, seed + UTS_STATE - 4);
    sha1_init(&sha1);
    sha1_update(&sha1, sizeof seed, seed);
    sha1_digest(&sha1, sizeof root->state, root->state);
    root->height = 0;
}

void uts_child(const struct uts_node *parent, int number, struct uts_node *child)
{
    struct sha1_ctx sha1;
    uint8_t bytes[4];
    number_bytes((uint32_t)number, bytes);
    sha1_init(&sha1);
    sha1_update(&sha1, sizeof parent->state, parent->state);
    sha1_update(&sha1, sizeof bytes, bytes);
    sha1_digest(&sha1, sizeof child->state, child->state);
    child->height = parent->height + 1;
}

/* The node's own random number in [0, 1): 31 bits. */
static double chance(const struct uts_node *node)
{
    const uint8_t *last = node->state + UTS_STATE - 4;
    uint32_t bits = (uint32_t)last[0] << 24 | (uint32_t)last[1] << 16 | (uint32_t)last[2] << 8 | last[3];
    return (bits & 0x7fffffff) / 2147483648.0;
}

/* The mean number of children at a depth. */
static double branching(const struct uts_tree *tree, int height)
{
    double b = tree->root_children, depth = tree->depth;
    if (height == 0)
        return b;
    switch (tree->form) {
    case UTS_EXPDEC:
        return b * pow(height, -log(b) / log(depth));
    case UTS_CYCLIC:
        return height > 5 * tree->depth ? 0 : pow(b, sin(2.0 * 3.141592653589793 * height / depth));
    case UTS_FIXED:
        return height < tree->depth ? b : 0;
    default:
        return b * (1.0 - height / depth);
    }
}

static int geometric(const struct uts_tree *tree, const struct uts_node *node)
{
    double p = 1.0 / (1.0 + branching(tree, node->height));
    return (int)floor(log(1 - chance(node)) / log(1 - p));
}

static int binomial(const struct uts_tree *tree, const struct uts_node *node)
{
    return node->height == 0 ? (int)floor(tree->root_children) : chance(node) < tree->inner ? tree->children : 0;
}

int uts_children(const struct uts_tree *tree, const struct uts_node *node)
{
    int count = tree->type == UTS_BINOMIAL                                              ? binomial(tree, node)
                : tree->type == UTS_HYBRID && node->height >= tree->shift * tree->depth ? binomial(tree, node)
                                                                                        : geometric(tree, node);
    return count > CHILDREN_MAX && !(tree->type == UTS_BINOMIAL && node->height == 0) ? CHILDREN_MAX : count;
}
