/* lanes.c - see lanes.h. */
#include "pools/core/lanes.h"

#include <stdlib.h>

int pool_forks_init(struct pool_head *head)
{
    size_t workers = (size_t)head->config.workers;
    head->lanes = aligned_alloc(POOL_CACHE_LINE, workers * sizeof *head->lanes);
    if (!head->lanes)
        return -ENOMEM;
    for (size_t i = 0; i < workers; i++) {
        struct pool_forks *forks = &head->lanes[i];
        /* Slots are written before they are read: pages of deep ones stay untouched. */
        forks->lane = (struct pool_lane){forks->slots, forks->slots, NULL};
        forks->worker = pool_worker_at(head, (int)i);
        forks->thefts = NULL;
        forks->epoch = 0;
        atomic_init(&forks->hungry, 1);
        atomic_init(&forks->word, 0);
        forks->worker->forks = forks;
    }
    return 0;
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
