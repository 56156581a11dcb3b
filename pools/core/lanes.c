/* lanes.c - see lanes.h. */
#include "pools/core/lanes.h"

static size_t lanes_size(struct pool_head *head)
{
    return (size_t)head->config.workers * sizeof *head->lanes;
}

/* In the child of a process fork the lanes are wiped, and as good as pool_no_lane: the
 * next fork, unfork or join goes the slow way, and finds out there. Where the kernel
 * does not wipe, a handler does as much. */
static void wipe(void)
{
    pool_lane = &pool_no_lane;
}

static void watch(void)
{
    pthread_atfork(NULL, NULL, wipe);
}

int pool_forks_init(struct pool_head *head)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    size_t workers = (size_t)head->config.workers;
    pthread_once(&once, watch);
    if (!workers) /* only where the defect of a pool with none is armed */
        return 0;
    head->lanes = pool_process_alloc(lanes_size(head));
    if (!head->lanes)
        return -ENOMEM;
    for (size_t i = 0; i < workers; i++) {
        struct pool_forks *forks = &head->lanes[i];
        /* Slots are written before they are read: pages of deep ones stay untouched. */
        forks->lane = (struct pool_lane){forks->slots, forks->slots, NULL};
        forks->worker = pool_worker_at(head, (int)i);
        atomic_init(&forks->hungry, 1);
        forks->worker->forks = forks;
    }
    return 0;
}

void pool_forks_free(struct pool_head *head)
{
    pool_process_free(head->lanes, lanes_size(head));
}

struct pool_slot *pool_fork_take(struct pool_forks *victim, uint64_t base, struct pool_slot *of)
{
    uint64_t word = atomic_load_explicit(&victim->word, memory_order_seq_cst);
    while (pool_word_taken(word) >= base && pool_word_taken(word) < pool_word_public(word)) {
        if (of && pool_slot_state(of) == POOL_SLOT_DONE)
            return NULL;
        if (atomic_compare_exchange_weak_explicit(&victim->word, &word, word + POOL_TAKEN_ONE, memory_order_seq_cst,
                                                  memory_order_acquire)) {
            pool_forks_ask_for_sleepers(victim);
            return &victim->slots[pool_word_taken(word)];
        }
    }
    return NULL;
}

bool pool_forks_waiting(struct pool_head *head)
{
    if (!__atomic_load_n(&head->forked, __ATOMIC_RELAXED))
        return false;
    for (int i = 0; i < head->workers; i++) {
        struct pool_forks *forks = pool_worker_at(head, i)->forks;
        uint64_t word = atomic_load_explicit(&forks->word, memory_order_seq_cst);
        if (pool_word_taken(word) < pool_word_public(word))
            return true;
    }
    return false;
}

void pool_forks_ask_all(struct pool_worker *worker)
{
    struct pool_head *head = worker->pool;
    if (pool_likely(!__atomic_load_n(&head->forked, __ATOMIC_SEQ_CST)))
        return;
    for (int i = 0; i < head->workers - 1; i++)
        pool_forks_ask(pool_worker_at(head, worker->victims[i])->forks);
}
