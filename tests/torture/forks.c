/* forks.c - a torture of fork and join: random trees of forks in several jobs at once.
 *
 * Each node of a tree forks some children, calls others, joins in order, and
 * now and then takes forks back, leaves some open, submits a job, sleeps; in some
 * rounds nodes fail or leave their thread. Then it is demanded: a tree in which
 * nothing failed ran each node once; nothing of a tree runs once its result was
 * received (its memory is given up then); who waits in a join runs only what
 * belongs to the fork that it waits for; as many jobs failed as trees. In half of the
 * rounds hardships are added: signals, freezes, refused threads, child processes
 * (tests/core/hardship.h).
 *
 * usage: forks --pool NAME [--seconds N] [--seed N] [--hardships MASK]
 * Exit status: 0 good, 1 a promise was broken (and which), 77 no such pool. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pools/core/pool.h"
#include "tests/core/hardship.h"

enum { TREES = 12, CHILDREN_MAX = 6, DEPTH_MAX = 9 };

struct node {
    struct tree *tree;
    const struct node *parent;
    unsigned hash;
    int depth;
    bool may_leave_open; /* called by the pool, which joins what is left open */
};

struct family {
    struct node children[CHILDREN_MAX];
    struct pool_fork forks[CHILDREN_MAX];
    struct family *next; /* of those in the heap */
};

struct tree {
    struct node root;
    bool mischief;
    _Atomic bool alive, failed;
    _Atomic long ran;
    _Atomic(struct family *) families; /* of nodes that left forks open */
};

static struct pool *pool;
static struct pool_config config;
static unsigned seed, round_number;
static int asked_hardships = -1; /* in each round; -1: by chance */
static unsigned hardships;       /* of this round */
static bool in_child;            /* this process is one */
static _Atomic long singles_ran, singles, nodes_total;

/* The fork that this thread joins, innermost; kept in rounds without mischief only,
 * because who fails comes by none of the places where it is reset. */
static __thread const struct node *joining;

static unsigned mix(unsigned x)
{
    x = (x ^ x >> 16) * 0x7feb352du;
    x = (x ^ x >> 15) * 0x846ca68bu;
    return x ^ x >> 16;
}

static unsigned random_below(unsigned bound)
{
    static unsigned state;
    state = mix(state + seed + 0x9e3779b9u);
    return state % bound;
}

__attribute__((format(printf, 1, 2), noreturn)) static void broken(const char *format, ...)
{
    char text[4096] = "";
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    pool_explain(pool, text, sizeof text);
    fprintf(stderr, "\nseed %u round %u: workers %d capacity %zu spin %lld hardships %u\n%s", seed, round_number,
            config.workers, config.capacity, (long long)config.spin_ns, hardships, text);
    _exit(1);
}

static int child_count(unsigned hash, int depth)
{
    static const int counts[] = {0, 0, 1, 2, 2, 2, 3, 6};
    return depth == 0 ? CHILDREN_MAX : depth >= DEPTH_MAX ? 0 : counts[hash >> 8 & 7];
}

static long size_of(unsigned hash, int depth)
{
    long size = 1;
    for (int i = 0; i < child_count(hash, depth); i++)
        size += size_of(mix(hash + (unsigned)i + 1), depth + 1);
    return size;
}

static int single_job(void *arg)
{
    (void)arg;
    atomic_fetch_add(&singles_ran, 1);
    return 0;
}

/* A child process has none of the thieves: calls say so, and a job that fails there
 * ends it. */
enum { CHILD_RIGHT = 0, CHILD_ACCEPTED = 1, CHILD_ENDED = 70, CHILD_RAN_NODE = 99 };

static int child_main(void *fails)
{
    struct pool_fork fork;
    in_child = true;
    if (pool_submit(pool, single_job, NULL) != -EOWNERDEAD || pool_fork(&fork, single_job, NULL) != -EOWNERDEAD)
        return CHILD_ACCEPTED;
    if (fails)
        pool_fail(-EIO);
    return CHILD_RIGHT;
}

static void fork_process(const struct node *node)
{
    bool fails = node->hash & 1024;
    int status = hardship_fork(20, child_main, fails ? pool : NULL);
    if (status != CHILD_RIGHT && !(fails && status == CHILD_ENDED))
        broken("a child process that %s ended with status %d", fails ? "fails its job" : "exits", status);
}

static void work(const struct node *node)
{
    unsigned hash = node->hash;
    if (hash % 101 == 0)
        fork_process(node);
    if (hash % 61 == 0)
        pool_sleep(20000);
    if (hash % 67 == 0 && pool_submit(pool, single_job, NULL) == 0)
        atomic_fetch_add(&singles, 1);
    if (hash % 997 == 0 && pool_cancel_fd() < 0)
        broken("pool_cancel_fd: no descriptor");
    for (volatile unsigned i = 0; i < hash % 200; i++)
        ;
    if (!atomic_load(&node->tree->alive))
        broken("a fork ran beside its job's end");
}

static void misbehave(struct tree *tree, unsigned how)
{
    atomic_store(&tree->failed, true);
    if (how)
        pool_fail(-EIO);
    pthread_exit(NULL);
}

static struct family *family_in_heap(struct tree *tree)
{
    struct family *family = malloc(sizeof *family);
    if (!family)
        broken("no memory");
    family->next = atomic_load(&tree->families);
    while (!atomic_compare_exchange_weak(&tree->families, &family->next, family))
        ;
    return family;
}

static int run_node(void *arg);

static void join_children(struct family *family, int first, int count)
{
    for (int i = count - 1; i >= first; i--) {
        joining = &family->children[i];
        if (family->children[i].hash % 5 == 0 && pool_unfork(&family->forks[i])) {
            family->children[i].may_leave_open = false;
            run_node(&family->children[i]);
        } else if (pool_join(&family->forks[i]) != (int)(family->children[i].hash & 0xff)) {
            broken("a join returned what its function did not");
        }
        joining = NULL;
    }
}

static void check_relation(const struct node *node, const struct node *joined)
{
    const struct node *above = node;
    if (node->tree->mischief || !joined)
        return;
    while (above && above != joined)
        above = above->parent;
    if (!above)
        broken("a joiner ran what does not belong to its fork");
}

static int run_node(void *arg)
{
    struct node *node = arg;
    struct tree *tree = node->tree;
    const struct node *joined = joining;
    int count = child_count(node->hash, node->depth), called = count > 0 && node->hash % 3 == 0;
    bool leaves_open = node->may_leave_open && node->hash % 31 == 0;
    struct family own, *family = leaves_open ? family_in_heap(tree) : &own;

    if (in_child)
        _exit(CHILD_RAN_NODE);
    check_relation(node, joined);
    joining = NULL;
    atomic_fetch_add(&tree->ran, 1);
    for (int i = 0; i < count; i++)
        family->children[i] =
            (struct node){tree, node, mix(node->hash + (unsigned)i + 1), node->depth + 1, i >= called};
    for (int i = called; i < count; i++)
        pool_fork(&family->forks[i], run_node, &family->children[i]);
    work(node);
    if (tree->mischief && node->hash % 499 < 2)
        misbehave(tree, node->hash % 499);
    if (called)
        run_node(&family->children[0]);
    if (!leaves_open)
        join_children(family, called, count);
    joining = joined;
    return (int)(node->hash & 0xff);
}

static int run_tree(void *arg)
{
    struct tree *tree = arg;
    joining = NULL;
    return run_node(&tree->root);
}

static void tree_ends(struct tree *tree, int status)
{
    long wanted = size_of(tree->root.hash, 0), ran = atomic_load(&tree->ran);
    bool failed = atomic_load(&tree->failed);
    struct family *next = atomic_load(&tree->families);
    atomic_store(&tree->alive, false);
    if (failed != (status < 0) || (!failed && ran != wanted) || ran > wanted)
        broken("a tree of %ld nodes ran %ld, status %d", wanted, ran, status);
    atomic_fetch_add(&nodes_total, ran);
    while (next) {
        struct family *family = next;
        next = family->next;
        memset(family, 0xa5, sizeof *family);
        free(family);
    }
}

static void one_round(const struct pool_ops *ops)
{
    struct tree *trees = calloc(TREES, sizeof *trees);
    bool mischief = ops->can & POOL_CAN_RUN_APART && random_below(2);
    struct pool_stats stats;
    int error, count = 1 + (int)random_below(TREES), received = 0;

    config = (struct pool_config){.workers = 1 + (int)random_below(8),
                                  .capacity = 1 + random_below(16),
                                  .results = POOL_RESULTS_BLOCK,
                                  .results_capacity = 1 << 20,
                                  .spin_ns = random_below(2) ? POOL_NO_SPIN : 0};
    hardships = random_below(2) * random_below(HARDSHIP_ALL + 1);
    hardships = hardship_possible(asked_hardships < 0 ? hardships : (unsigned)asked_hardships);
    hardship_begin(hardships);
    error = trees ? pool_open(&pool, ops, &config) : -ENOMEM;
    if (error == -EAGAIN && hardships & HARDSHIP_REFUSALS) { /* the only thread of all was refused */
        hardship_end();
        free(trees);
        return;
    }
    if (error)
        broken("open: %s", strerror(-error));
    atomic_store(&singles, 0);
    atomic_store(&singles_ran, 0);
    for (int i = 0; i < count; i++) {
        struct tree *tree = &trees[i];
        tree->mischief = mischief;
        tree->root = (struct node){tree, NULL, mix(random_below(1u << 30)), 0, true};
        atomic_store(&tree->alive, true);
        error = pool_submit(pool, run_tree, tree);
        if (error)
            broken("submit: %s", strerror(-error));
    }
    while (received < count) {
        struct pool_result result;
        if (pool_receive(pool, &result, INT64_C(60000000000)) != 1)
            broken("no result within a minute");
        if (result.fn != run_tree)
            continue;
        tree_ends(result.arg, result.status);
        received++;
    }
    if (pool_wait(pool, INT64_C(60000000000)))
        broken("no quiet within a minute");
    pool_stats(pool, &stats);
    if (stats.accepted != stats.done + stats.failed || atomic_load(&singles) != atomic_load(&singles_ran) ||
        stats.accepted != (uint64_t)(count + atomic_load(&singles)))
        broken("the law is broken at rest");
    pool_free(pool);
    hardship_end();
    free(trees);
}

int main(int argc, char **argv)
{
    const struct pool_ops *ops = NULL;
    double seconds = 5;
    struct timespec now, begin;
    seed = (unsigned)time(NULL) ^ (unsigned)getpid();
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--pool"))
            ops = pool_find(argv[i + 1]);
        else if (!strcmp(argv[i], "--seconds"))
            seconds = atof(argv[i + 1]);
        else if (!strcmp(argv[i], "--seed"))
            seed = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--hardships"))
            asked_hardships = atoi(argv[i + 1]);
    }
    if (!ops)
        return 77;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        one_round(ops);
        round_number++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((double)(now.tv_sec - begin.tv_sec) < seconds);
    printf("forks    %-8s ok: %u rounds, %ld nodes, seed %u%s\n", ops->name, round_number, atomic_load(&nodes_total),
           seed, hardship_said());
    return 0;
}
