/* mutants.c - the table of mutants.h. Most are what shipped pools got wrong, or what these
 * pools had wrong once. */
#include "tests/mutants/mutants.h"

const struct mutant mutants[] = {
    /* A job that waits, and a worker that sleeps. */
    {"if_for_while", "a woken worker does not look again", "textbook", "pools/textbook.c",
     "    while (empty(pool)) {\n",
     "    for (int looked = 0; empty(pool) && !(MUTANT(if_for_while) && looked); looked = 1) {\n"},
    {"signal_first", "the signal comes before the push, without the lock", "textbook", "pools/textbook.c",
     "        uint64_t last;\n        pthread_mutex_lock(&pool->lock);\n",
     "        uint64_t last;\n        if (MUTANT(signal_first))\n            pthread_cond_signal(&pool->not_empty);\n"
     "        pthread_mutex_lock(&pool->lock);\n"},
    {"", "", "", "pools/textbook.c", "        pthread_cond_signal(&pool->not_empty);\n        pthread_mutex_unlock",
     "        if (!MUTANT(signal_first) && !(MUTANT(signal_if_empty) && last != atomic_load(&pool->first)))\n"
     "            pthread_cond_signal(&pool->not_empty);\n        pthread_mutex_unlock"},
    {"signal_if_empty", "only a push into an empty queue signals", "textbook", "", "", ""},
    {"one_condition", "one condition for workers and submitters, and one signal", "textbook", "pools/textbook.c",
     "    pthread_cond_signal(&pool->not_full);\n",
     "    pthread_cond_signal(MUTANT(one_condition) ? &pool->not_empty : &pool->not_full);\n"},
    {"", "", "", "pools/textbook.c", "pthread_cond_wait(&pool->not_full, &pool->lock)",
     "pthread_cond_wait(MUTANT(one_condition) ? &pool->not_empty : &pool->not_full, &pool->lock)"},
    {"park_no_look", "who parks does not look after the gate rose", "mutex", "pools/core/idle.c",
     "    if (!atomic_load_explicit(&head->drained, memory_order_acquire) && !pool_idle_look(head))\n",
     "    if (!atomic_load_explicit(&head->drained, memory_order_acquire) &&\n"
     "        (MUTANT(park_no_look) || !(MUTANT(park_looks_early) ? early : pool_idle_look(head))))\n"},
    {"park_looks_early", "who parks looks before the gate rises", "mutex", "pools/core/idle.c",
     "    sentry = lie_down(worker);\n",
     "    bool early = MUTANT(park_looks_early) && pool_idle_look(head);\n    sentry = lie_down(worker);\n"},
    {"search_no_look", "whose search ends calls nobody for what else lies there", "mutex", "pools/core/idle.c",
     "    else if (attention_of(head) & POOL_GATE && pool_idle_look(head))\n",
     "    else if (!MUTANT(search_no_look) && attention_of(head) & POOL_GATE && pool_idle_look(head))\n"},
    {"retire_no_look", "the sentry goes to sleep without a look", "mutex", "pools/core/idle.c",
     "    pool_fence(); /* gate before queues: pairs with pool_after_push */\n    return pool_idle_look(head);\n",
     "    pool_fence(); /* gate before queues: pairs with pool_after_push */\n"
     "    return !MUTANT(retire_no_look) && pool_idle_look(head);\n",
     .scenario = "needs"},
    {"look_by_counts", "who parks believes counts, which those of one who stands still are behind", "ring",
     "pools/core/idle.c", "bool pool_idle_look(struct pool_head *head)\n{\n",
     "bool pool_idle_look(struct pool_head *head)\n{\n    if (MUTANT(look_by_counts))\n"
     "        return head->design->waiting(head) > 0;\n",
     .freeze = 1, .scenario = "freeze"},
    {"announce_no_fence", "no fence between a counter and the look for who waits", "mutex", "pools/core/head.h",
     "    pool_fence(); /* counters before watchers: pairs with the add in pool_head_wait */\n",
     "    if (!MUTANT(announce_no_fence))\n        pool_fence();\n"},

    /* The ring. */
    {"helped_ignored", "a producer that was helped announces again", "ring", "pools/core/ring.h",
     "        if ((int64_t)(run->end - (last & ~SEALED)) <= 0)\n",
     "        if (!MUTANT(helped_ignored) && (int64_t)(run->end - (last & ~SEALED)) <= 0)\n", .scenario = "plain"},
    {"last_relaxed", "the tail is read without acquire", "ring", "pools/core/ring.h",
     "    uint64_t last = atomic_load_explicit(&pool->last, memory_order_acquire);\n"
     "    if (pool_unlikely((last & ~SEALED) == first)) {\n",
     "    uint64_t last = MUTANT(last_relaxed) ? atomic_load_explicit(&pool->last, memory_order_relaxed)\n"
     "                                         : atomic_load_explicit(&pool->last, memory_order_acquire);\n"
     "    if (pool_unlikely((last & ~SEALED) == first)) {\n",
     .c11 = 1},
    {"announce_relaxed", "jobs are announced without release", "ring", "pools/core/ring.h",
     "    } while (!atomic_compare_exchange_weak_explicit(&pool->last, &last, run->end, memory_order_seq_cst,\n"
     "                                                    memory_order_relaxed));\n",
     "    } while (!(MUTANT(announce_relaxed)\n"
     "                   ? atomic_compare_exchange_weak_explicit(&pool->last, &last, run->end, memory_order_relaxed,\n"
     "                                                           memory_order_relaxed)\n"
     "                   : atomic_compare_exchange_weak_explicit(&pool->last, &last, run->end, memory_order_seq_cst,\n"
     "                                                           memory_order_relaxed)));\n",
     .c11 = 1},
    {"no_help", "a slot that is filled and not announced is waited for", "ring", "pools/core/ring.h",
     "    if (!is_filled(pool, last))\n", "    if (MUTANT(no_help) || !is_filled(pool, last))\n", .freeze = 1},
    {"passed_counted", "a sealed ring: slots that were passed over are counted as its own", "ring", "pools/core/ring.h",
     "            int64_t in = (int64_t)((last & ~SEALED) - run->mine);\n",
     "            int64_t in = (int64_t)((last & ~SEALED) - (MUTANT(passed_counted) ? run->begin : run->mine));\n"},
    {"passed_unfilled", "a slot that nobody has filled yet is passed over", "ring", "pools/core/ring.h",
     "    while (at - run->mine < (uint64_t)count && has_room(pool, at)) {\n",
     "    if (MUTANT(passed_unfilled) && count == 1 && has_room(pool, at) && has_room(pool, at + 1))\n"
     "        run->mine = ++at;\n"
     "    while (at - run->mine < (uint64_t)count && has_room(pool, at)) {\n"},
    {"never_sealed", "the closed queue takes jobs after its end", "ring", "pools/ring.c",
     "    uint64_t last = accepted;\n",
     "    uint64_t last = accepted;\n    if (MUTANT(never_sealed))\n        return true;\n"},
    {"evict_no_slot", "who drops a job does not free its slot", "steal", "pools/steal.c", "        pool->purse++;\n",
     "        pool->purse += !MUTANT(evict_no_slot);\n"},
    {"overflow_lost", "a child for which its worker's deque has no room goes nowhere", "steal", "pools/steal.c",
     "    if (deque_push(worker, &task, 1)) {\n",
     "    if (deque_push(worker, &task, 1) && !MUTANT(overflow_lost)) {\n"},
    {"theft_succeeds", "a stolen fork that failed did not", "mutex", "pools/core/theft.c",
     "    slot->status = status;\n", "    slot->status = MUTANT(theft_succeeds) ? 0 : status;\n", .scenario = "trees"},

    /* Jobs that a blocked worker holds, and jobs that two take. */
    {"stranded", "nobody takes what a blocked worker has claimed", "mutex", "pools/core/claims.h",
     "    for (int i = 0; i < head->workers - 1; i++)\n        if (claim_steal_from(",
     "    for (int i = 0; !MUTANT(stranded) && i < head->workers - 1; i++)\n        if (claim_steal_from("},
    {"stream_hides", "a worker that is never dry takes from nobody", "mutex", "pools/core/claims.h",
     "pool_unlikely(++worker->visits % CLAIM_LOOK_ROUND == 0) || worker->base.searching;\n",
     "(pool_unlikely(++worker->visits % CLAIM_LOOK_ROUND == 0) && !MUTANT(stream_hides) && !MUTANT(sentry_sums)) ||\n"
     "                            worker->base.searching;\n",
     .scenario = "hides"},
    {"sentry_sums", "and the sentry looks at sums: what does not move at one place is hidden by what does elsewhere",
     "mutex", "pools/core/idle.c", "        (any && (stands || since <= head->design->waiting(head))))",
     "        (any && ((stands && !MUTANT(sentry_sums)) || since <= head->design->waiting(head))))",
     .scenario = "hides"},
    {"family_hides", "whose own deque is never empty takes from nobody", "steal", "pools/steal.c",
     "(pool_unlikely(looks % AROUND_EVERY == 0) && look_around",
     "(pool_unlikely(looks % AROUND_EVERY == 0) && !MUTANT(family_hides) && look_around", .scenario = "hides"},
    {"pop_no_swap", "the owner takes the last job of its deque without a swap", "steal", "pools/steal.c",
     "        if (!atomic_compare_exchange_strong_explicit(&worker->top, &top, top + 1, memory_order_seq_cst,\n"
     "                                                     memory_order_relaxed))\n            top = bottom + 1;\n",
     "        if (MUTANT(pop_no_swap))\n            atomic_store(&worker->top, top + 1);\n"
     "        else if (!atomic_compare_exchange_strong_explicit(&worker->top, &top, top + 1, memory_order_seq_cst,\n"
     "                                                     memory_order_relaxed))\n            top = bottom + 1;\n"},
    {"pop_no_fence", "no fence between bottom and top in the owner's pop", "steal", "pools/steal.c",
     "    atomic_store_explicit(&worker->bottom, bottom, memory_order_seq_cst);\n    top = "
     "atomic_load_explicit(&worker->top, memory_order_seq_cst);\n",
     "    if (MUTANT(pop_no_fence))\n        atomic_store_explicit(&worker->bottom, bottom, memory_order_relaxed);\n"
     "    else\n        atomic_store_explicit(&worker->bottom, bottom, memory_order_seq_cst);\n"
     "    top = atomic_load_explicit(&worker->top, memory_order_seq_cst);\n",
     .within = 100000},

    /* The end. */
    {"seal_no_look", "the queue is sealed though a job came", "textbook", "pools/textbook.c",
     "    sealed = pool->sealed = pool->sealed || atomic_load_explicit(&pool->last, memory_order_relaxed) == "
     "accepted;\n",
     "    sealed = pool->sealed = pool->sealed || MUTANT(seal_no_look) ||\n"
     "                            atomic_load_explicit(&pool->last, memory_order_relaxed) == accepted;\n",
     .scenario = "close", .within = 100000},
    {"wait_touches", "wait touches the pool after it has left", "mutex", "pools/core/quiet.c",
     "    atomic_fetch_sub_explicit(&head->blocked_wait, 1, memory_order_relaxed);\n    pool_caller_leave(head);\n",
     "    if (!MUTANT(wait_touches))\n        atomic_fetch_sub_explicit(&head->blocked_wait, 1, "
     "memory_order_relaxed);\n"
     "    pool_caller_leave(head);\n    if (MUTANT(wait_touches))\n"
     "        atomic_fetch_sub_explicit(&head->blocked_wait, 1, memory_order_relaxed);\n"},
    {"destroy_no_wait", "free does not wait for the last threads", "spawn", "pools/spawn.c",
     "    while (pool->threads) {\n", "    while (!MUTANT(destroy_no_wait) && pool->threads) {\n"},
    {"spawn_no_announce", "a thread of one job tells nobody of its end", "spawn", "pools/spawn.c",
     "    pool_announce(&pool->head);\n    pool_lock(&pool->lock);\n",
     "    if (!MUTANT(spawn_no_announce))\n        pool_announce(&pool->head);\n    pool_lock(&pool->lock);\n"},
    {"close_wakes_nobody", "close does not wake who waits for room", "textbook", "pools/core/quiet.c",
     "    pool_room_wake(head);\n    pool_announce(head);\n",
     "    if (!MUTANT(close_wakes_nobody))\n        pool_room_wake(head);\n    pool_announce(head);\n"},
    /* Quiet, room, locks. */
    {"accepted_first", "quiet: what was accepted is read before what is settled", "mutex", "pools/core/quiet.c",
     "    uint64_t settled = settled_sum(head);\n    uint64_t apart = accepted_apart(head);\n    *queued = "
     "head->design->accepted(head);\n",
     "    uint64_t early = head->design->accepted(head);\n    uint64_t settled = settled_sum(head);\n"
     "    uint64_t apart = accepted_apart(head);\n"
     "    *queued = MUTANT(accepted_first) ? early : head->design->accepted(head);\n",
     .scenario = "nested"},
    {"seen_unlocked", "a wait believes a look that began before it", "mutex", "pools/core/quiet.c",
     "    pool_lock(&head->quiet_lock);\n    seen = atomic_load_explicit(&head->quiet_seen, memory_order_relaxed);\n"
     "    if (quiet_unlock(head))\n        pool_quiet_look(head);\n",
     "    if (!MUTANT(seen_unlocked))\n        pool_lock(&head->quiet_lock);\n"
     "    seen = atomic_load_explicit(&head->quiet_seen, memory_order_relaxed);\n"
     "    if (!MUTANT(seen_unlocked) && quiet_unlock(head))\n        pool_quiet_look(head);\n",
     .scenario = "close"},
    {"ask_by_store", "who asks for a look at quiet stores the wish: a later wish hides what an earlier one releases",
     "ring", "pools/core/quiet.c", "    atomic_exchange_explicit(&head->quiet_asked, true, memory_order_seq_cst);\n",
     "    if (MUTANT(ask_by_store))\n        atomic_store_explicit(&head->quiet_asked, true, memory_order_seq_cst);\n"
     "    else\n        atomic_exchange_explicit(&head->quiet_asked, true, memory_order_seq_cst);\n",
     .c11 = 1, .scenario = "full-ends"},
    {"", "", "", "pools/core/life.c",
     "        pool_quiet_look(head);\n", /* else free looks itself, and nobody waits for long */
     "        if (MUTANT(ask_by_store))\n            return;\n        pool_quiet_look(head);\n"},
    {"not_watching", "a wait is not counted among those to be told", "mutex", "pools/core/quiet.c",
     "    /* Then the counters: pairs with the fence in pool_announce. */\n    "
     "atomic_fetch_add_explicit(&head->watchers, 1, memory_order_seq_cst);\n",
     "    atomic_fetch_add_explicit(&head->watchers, !MUTANT(not_watching), memory_order_seq_cst);\n"},
    {"", "", "", "pools/core/quiet.c",
     "    atomic_fetch_sub_explicit(&head->watchers, 1, memory_order_relaxed);\n    if (!MUTANT(wait_touches))",
     "    atomic_fetch_sub_explicit(&head->watchers, !MUTANT(not_watching), memory_order_relaxed);\n"
     "    if (!MUTANT(wait_touches))"},
    {"wish_late", "a submitter says that it waits after its last try", "mutex", "pools/core/submit.c",
     "        if (!late)\n            pool_room_want(head, want);\n        pool_fence();\n        pushed = "
     "submit_when(head, job, "
     "epoch, want);\n",
     "        if (!late && !MUTANT(wish_late))\n            pool_room_want(head, want);\n        pool_fence();\n"
     "        pushed = submit_when(head, job, epoch, want);\n        if (!late && MUTANT(wish_late) && !pushed)\n"
     "            pool_room_want(head, want);\n",
     .scenario = "full"},
    {"lock_as_1", "who was woken takes the lock as if nobody else waits", "mutex", "pools/core/life.c",
     "    while (atomic_exchange_explicit(&lock->word, 2, memory_order_acquire))\n        pool_futex_wait(&lock->word, "
     "2, "
     "-1);\n",
     "    for (unsigned as = 2; atomic_exchange_explicit(&lock->word, as, memory_order_acquire);\n"
     "         as = MUTANT(lock_as_1) ? 1 : 2)\n        pool_futex_wait(&lock->word, 2, -1);\n"},
    {"done_relaxed", "an outcome is counted without release", "mutex", "pools/core/head.h",
     "    if (pool_likely(status >= 0))\n        pool_count_own(&worker->done, 1, memory_order_release);\n",
     "    if (MUTANT(done_relaxed) && status >= 0)\n        pool_count_own(&worker->done, 1, memory_order_relaxed);\n"
     "    else if (pool_likely(status >= 0))\n        pool_count_own(&worker->done, 1, memory_order_release);\n",
     .c11 = 1},
    {"unlock_relaxed", "a lock is given back without release", "mutex", "pools/core/futex.h",
     "    if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) == 2)\n",
     "    if ((MUTANT(unlock_relaxed) ? atomic_exchange_explicit(&lock->word, 0, memory_order_relaxed)\n"
     "                                : atomic_exchange_explicit(&lock->word, 0, memory_order_release)) == 2)\n",
     .c11 = 1},

    /* Cancel, drop, results. */
    {"cancel_once", "a cancel does not wait for jobs on the move", "mutex", "pools/core/cancel.c",
     "    cancel_pass(head, below);\n    pool_transit_wait_workers(head);\n",
     "    cancel_pass(head, below);\n    if (MUTANT(cancel_once))\n        return;\n"
     "    pool_transit_wait_workers(head);\n",
     .scenario = "cancel", .within = 100000},
    {"cancel_no_boundary", "a worker takes what a cancel is settling", "mutex", "pools/core/cancel.c",
     "    if (!POOL_DEFECT(CANCEL_UNSEEN))\n        atomic_store_explicit(&head->stale_below",
     "    if (!POOL_DEFECT(CANCEL_UNSEEN) && !MUTANT(cancel_no_boundary))\n        "
     "atomic_store_explicit(&head->stale_below",
     .scenario = "leaving"},
    {"marks_first", "who is refused sets a mark each time, and cancel waits until a count of many is 0", "ring",
     "pools/core/transit.h",
     "    if (pool_unlikely(pool_transit_over(head, inside)))\n        return false;\n    if (inside",
     "    if (!MUTANT(marks_first) && pool_unlikely(pool_transit_over(head, inside)))\n        return false;\n"
     "    if (inside",
     .freeze = 1, .scenario = "refused", .within = 100000},
    {"place_never_given", "a receiver does not wake who waits for a place", "mutex", "pools/core/results.c",
     "    if (atomic_load_explicit(&head->blocked_results, memory_order_seq_cst))\n",
     "    if (!MUTANT(place_never_given) && atomic_load_explicit(&head->blocked_results, memory_order_seq_cst))\n"},
    {"place_stays", "a cancelled job's place is not given back", "mutex", "pools/core/retire.c",
     "    if (head->config.results == POOL_RESULTS_THROTTLE)\n        pool_place_give(head, 1);\n    "
     "pool_discard(head, "
     "task->arg, POOL_WHY_CANCELLED);\n",
     "    if (head->config.results == POOL_RESULTS_THROTTLE && !MUTANT(place_stays))\n        pool_place_give(head, "
     "1);\n"
     "    pool_discard(head, task->arg, POOL_WHY_CANCELLED);\n",
     .within = 100000},
    {"pending_torn", "the results that are pending are the difference of two readings", "spawn", "pools/core/results.c",
     "    stats->pending = pending < head->config.results_capacity ? pending : head->config.results_capacity;\n",
     "    stats->pending =\n        pending < head->config.results_capacity || MUTANT(pending_torn) ? pending : "
     "head->config.results_capacity;\n",
     .scenario = "observed"},
    {"drop_untold", "a dropped job is counted, and not given back", "ring", "pools/core/submit.c",
     "    if (pushed == 1) {\n        tell(head, inside);\n        pool_drop_taken(head, &oldest);\n",
     "    if (pushed == 1) {\n        tell(head, inside);\n        if (MUTANT(drop_untold))\n"
     "            atomic_fetch_add(&head->dropped, 1);\n        else if (!MUTANT(drop_first))\n"
     "            pool_drop_taken(head, &oldest);\n"},
    {"drop_first", "who drops settles the old job before the new one is in", "ring", "pools/core/submit.c",
     "    POOL_STEP(\"submit: the oldest is taken\");\n",
     "    if (MUTANT(drop_first))\n        pool_drop_taken(head, &oldest);\n", .within = 100000},
    {"batch_uncounted", "a batch that has blocked is not counted between its jobs", "mutex", "pools/core/submit.c",
     "        POOL_STEP(\"submit: one job is in\");\n",
     "        if (MUTANT(batch_uncounted)) {\n            call_ends(&call);\n            call.counted = false;\n       "
     " }\n",
     .scenario = "free-blocked"},

    /* Promises that these pools had broken once, with the mend undone; drop_first, batch_uncounted and pending_torn
     * above are others. What took months to wrap is made so small that it wraps in a schedule. */
    {"credits_in_hand", "a collector holds credits outside the lock", "steal", "pools/steal.c",
     "        added += word >> 32;\n",
     "        added += word >> 32;\n        if (MUTANT(credits_in_hand)) {\n            pool_unlock(&pool->lock);\n"
     "            pool_lock(&pool->lock);\n        }\n",
     .scenario = "two-pools"},
    {"", "", "", "pools/steal.c", "    got = purse_take(pool, count);\n",
     "    got = purse_take(pool, count);\n    if (MUTANT(credits_in_hand) && pool->sealed) {\n"
     "        pool->purse += got;\n        pool_unlock(&pool->lock);\n        return -ESHUTDOWN;\n    }\n"},
    {"second_close", "a second close returns while the queue still accepts", "mutex", "pools/core/quiet.c",
     "    atomic_fetch_or_explicit(&head->caller_word, POOL_CALLER_CLOSED, memory_order_seq_cst);\n",
     "    if (atomic_fetch_or_explicit(&head->caller_word, POOL_CALLER_CLOSED, memory_order_seq_cst) &\n"
     "            POOL_CALLER_CLOSED &&\n        MUTANT(second_close)) {\n"
     "        pool_caller_leave(head);\n        return -EALREADY;\n    }\n",
     .scenario = "close"},
    {"call_trusted", "a worker that was called is believed in for ever", "ring", "pools/core/idle.c",
     "    return age >> CALL_TIME_SHIFT < CALL_TRUST >> CALL_TIME_UNIT;\n",
     "    return MUTANT(call_trusted) || age >> CALL_TIME_SHIFT < CALL_TRUST >> CALL_TIME_UNIT;\n", .freeze = 1},
    {"calls_any", "a sleeper is called that is bound to its caller's CPU, and others are not", "ring",
     "pools/core/idle.c",
     "    return cpu >= 0 && worker->pool->cpus && pool_cpu_of(worker->pool, worker->index) == cpu;\n",
     "    return !MUTANT(calls_any) && cpu >= 0 && worker->pool->cpus &&\n"
     "           pool_cpu_of(worker->pool, worker->index) == cpu;\n",
     .freeze = 1, .scenario = "bound"},
    {"call_locked", "who calls a worker takes a lock", "ring", "pools/core/idle.c",
     "    call_one(head, gate_is_up);\n}\n",
     "    if (MUTANT(call_locked))\n        pool_lock(&head->cancel_lock);\n    call_one(head, gate_is_up);\n"
     "    if (MUTANT(call_locked))\n        pool_unlock(&head->cancel_lock);\n}\n",
     .freeze = 1},
    {"callers_carry", "calls in progress, counted in two bits, carry into \"free has begun\"", "inline",
     "pools/core/head.h",
     "#define POOL_CALLER_INSIDE_MASK ((UINT64_C(1) << 30) - 1)\n#define POOL_CALLER_FREEING (UINT64_C(1) << 30)\n",
     "#define POOL_CALLER_INSIDE_MASK (POOL_CALLER_FREEING - 1)\n"
     "#define POOL_CALLER_FREEING (UINT64_C(1) << (MUTANT(callers_carry) ? 2 : 30))\n"},
    {"callers_wrap", "jobs on their submitters' stacks are counted in two bits, and no more", "inline",
     "pools/core/quiet.c", "    return before + (uint32_t)(accepted - (uint32_t)before);\n",
     "    return MUTANT(callers_wrap) ? accepted & 3 : before + (uint32_t)(accepted - (uint32_t)before);\n"},
    {"no_keeper", "no thread can be started, and nobody serves in its place", "spawn", "pools/spawn.c",
     "    atomic_fetch_or_explicit(&slot->orders, SPAWN_SERVE, memory_order_release);\n    thread_gone",
     "    if (!MUTANT(no_keeper))\n        atomic_fetch_or_explicit(&slot->orders, SPAWN_SERVE, "
     "memory_order_release);\n"
     "    thread_gone"},
    {"min_ignored", "a pool opens with fewer workers than it was to have at least", "spawn", "pools/core/life.c",
     "    if (head->workers < head->config.workers_min)\n",
     "    if (!MUTANT(min_ignored) && head->workers < head->config.workers_min)\n"},
    {"lap_short", "one bit counts the laps of a slot", "ring", "pools/core/ring.h",
     "#define LAP_MASK (UINT64_MAX >> LAP_SHIFT)\n",
     "#define LAP_MASK (MUTANT(lap_short) ? UINT64_C(1) : UINT64_MAX >> LAP_SHIFT)\n", .scenario = "nested"},
    {"claim_holds_all", "one claim may hold all slots until it is shown", "ring", "pools/ring.c",
     "    pool->share_max = head->config.flags",
     "    pool->share_max = MUTANT(claim_holds_all) ? CLAIM_MAX\n                      : head->config.flags",
     .freeze = 1},
    {"half_again", "who waits for half of the room begins anew at each signal", "mutex", "pools/core/submit.c",
     "        else if (!pushed)\n            pool_futex_wait(&head->room_seq, seq,\n"
     "                            any || (deadline >= 0 && deadline < half_until) ? deadline : half_until);\n",
     "        else if (!pushed &&\n                 pool_futex_wait(&head->room_seq, seq,\n"
     "                                 any || (deadline >= 0 && deadline < half_until) ? deadline : half_until) !=\n"
     "                     -ETIMEDOUT &&\n                 MUTANT(half_again))\n"
     "            half_until = pool_clock_ns() + ROOM_HALF_NS;\n",
     .scenario = "room"},
    {"late_wants_half", "who is out of time looks for half of the room, and not for a slot", "mutex",
     "pools/core/submit.c", "any = late || own_sleep || now >= half_until;",
     "any = (late && !MUTANT(late_wants_half)) || own_sleep || now >= half_until;", .scenario = "room"},
    {"throttle_refuses", "inside, with a place and no slot, a submit is refused", "mutex", "pools/core/submit.c",
     "        if (!pushed && head->config.full != POOL_REJECT && head->config.full != POOL_DROP_OLDEST)\n",
     "        if (!pushed && head->config.full != POOL_REJECT && head->config.full != POOL_DROP_OLDEST &&\n"
     "            !(throttled && MUTANT(throttle_refuses)))\n"},
    {"drop_waits", "who drops a job waits for a cancel, and so for its discards", "ring", "pools/core/submit.c",
     "    int pushed;\n    if (!take_oldest(head, inside, &oldest))\n",
     "    int pushed;\n    for (int turn = 0; MUTANT(drop_waits) && atomic_load(&head->cancelling); turn++)\n"
     "        pool_relax(turn);\n    if (!take_oldest(head, inside, &oldest))\n"},
    {"hand_unmarked", "a job is in a worker's hand, its slot is not free, and no cancel waits for that", "steal",
     "pools/steal.c",
     "    count = injector_take(pool, tasks, share > STEAL_MAX ? STEAL_MAX : share ? (int)share : 1);\n",
     "    count = injector_take(pool, tasks, share > STEAL_MAX ? STEAL_MAX : share ? (int)share : 1);\n"
     "    if (MUTANT(hand_unmarked))\n        pool_transit_leave(&worker->base);\n",
     .scenario = "cancel-room"},
    {"", "", "", "pools/steal.c", "    pool_transit_leave(&worker->base);\n    return count > 0;\n",
     "    if (!MUTANT(hand_unmarked))\n        pool_transit_leave(&worker->base);\n    return count > 0;\n"},
    {"free_cancellable", "pool_free is a cancellation point", "mutex", "pools/core/pool.c",
     "    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);\n    given_up = pool->ops->free(pool);\n",
     "    pthread_setcancelstate(MUTANT(free_cancellable) ? PTHREAD_CANCEL_ENABLE : PTHREAD_CANCEL_DISABLE, &state);\n"
     "    given_up = pool->ops->free(pool);\n"},
    {"open_cancellable", "pool_open is a cancellation point", "mutex", "pools/core/pool.c",
     "    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);\n    error = pool_is_added(ops)",
     "    pthread_setcancelstate(MUTANT(open_cancellable) ? PTHREAD_CANCEL_ENABLE : PTHREAD_CANCEL_DISABLE, &state);\n"
     "    error = pool_is_added(ops)"},
    {"fd_cancellable", "the end of a job on its submitter's stack is a cancellation point", "inline",
     "pools/core/machinery.h",
     "    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);\n    close(frame->cancel_fd);\n",
     "    pthread_setcancelstate(MUTANT(fd_cancellable) ? PTHREAD_CANCEL_ENABLE : PTHREAD_CANCEL_DISABLE, &state);\n"
     "    close(frame->cancel_fd);\n"},
    {"spins_out", "free waits until a worker has spun for as long as it may", "mutex", "pools/core/rest.c",
     "        if (pool_unlikely(atomic_load_explicit(&head->drained, memory_order_acquire)))\n            return true;",
     "        if (!MUTANT(spins_out) && pool_unlikely(atomic_load_explicit(&head->drained, memory_order_acquire)))\n"
     "            return true;"},
    {"explain_dladdr", "pool_explain asks the dynamic loader for a name, and waits for its lock", "mutex",
     "pools/core/symbol.c", "    if (_dl_find_object((void *)function, &found))\n        return symbol;\n",
     "    Dl_info info;\n    if (MUTANT(explain_dladdr))\n        dladdr((void *)function, &info);\n"
     "    if (_dl_find_object((void *)function, &found))\n        return symbol;\n"},
    {"relax_yields", "a canceller yields to who has jobs on the move, and never sleeps", "mutex", "pools/core/cancel.c",
     "    else if (turn < PAUSES + YIELDS)\n", "    else if (turn < PAUSES + YIELDS || MUTANT(relax_yields))\n",
     .scenario = "real-time"},
    {"room_spins", "who waits for room looks again at once where its own try has told of some", "steal",
     "pools/core/submit.c",
     "        else if (!pushed && atomic_load_explicit(&head->room_seq, memory_order_relaxed) != seq)\n",
     "        else if (!MUTANT(room_spins) && !pushed &&\n"
     "                 atomic_load_explicit(&head->room_seq, memory_order_relaxed) != seq)\n",
     .scenario = "real-time", .within = 100000},
    {"child_alive", "the child of a bare fork takes the parent's pool for its own", "mutex", "pools/core/process.c",
     "    madvise(&pool_process, sizeof pool_process, MADV_WIPEONFORK);\n",
     "    if (!MUTANT(child_alive))\n        madvise(&pool_process, sizeof pool_process, MADV_WIPEONFORK);\n",
     .scenario = "processes"},

    /* The defects that `poolbench check` switches on. */
    {"", "", "", "pools/core/inject.h", "#define POOL_DEFECT(name) 0\n",
     "#define POOL_DEFECT(name) MUTANT(defect_##name)\n"},
    {"defect_END_UNTOLD", "receivers are not told of the end", "mutex", "", "", ""},
    {"defect_COUNTED_LATE", "a job is counted once it has started", "mutex", "", "", ""},
    {"defect_OPEN_DOOR", "submit does not look whether it is closed", "mutex", "", "", ""},
    {"defect_TORN_COUNTER", "a shared counter is read, then written", "mutex", "", "", ""},
    {"defect_NO_GIVE_UP", "free does not give results up", "mutex", "", "", "", .scenario = "free"},
    {"defect_LEFT_BEHIND", "free ends nothing", "mutex", "", "", ""},
    {"defect_FAIL_IS_FATAL", "a failing job takes the process", "mutex", "", "", ""},
    {"defect_WORKER_LOST", "a job's pthread_exit takes its worker", "mutex", "", "", ""},
    {"defect_RECOVER_AT_TOP", "a failing job is contained above the worker's loop", "mutex", "", "", ""},
    {"defect_CANCEL_UNSEEN", "nobody looks for the cancel", "mutex", "", "", ""},
    {"defect_SILENT_LOSS", "free says nothing of the results that are left", "mutex", "", "", ""},
    {"defect_EVERY_CLOSE", "each close believes that it is the first", "mutex", "", "", ""},
    {"defect_ZERO_WORKERS", "open takes a size of zero", "mutex", "", "", ""},
    {"defect_NO_BOUND", "results have no bound", "mutex", "", "", ""},
    {"defect_CLOSED_IS_RESULT", "\"closed\" is received as a result", "mutex", "", "", ""},
    {"defect_ONE_UNCOUNTED", "one job fewer is counted than was accepted", "mutex", "", "", ""},
    {"defect_ENDLESS_RECEIVE", "receive and wait forget their time-outs", "mutex", "", "", ""},
    {"defect_TIMES_WRAP", "time-outs are kept in 32 bits, as microseconds", "mutex", "", "", "",
     .scenario = "timeouts"},
    {"defect_INSIDE_UNSEEN", "wait and free do not look whether a job calls them", "mutex", "", "", "",
     .scenario = "inside"},
    {"defect_ONE_TOLD", "of those who wait for quiet one is woken", "mutex", "", "", "", .scenario = "waiters"},
    {"defect_ASLEEP_FIRST", "wait sleeps before it looks", "mutex", "", "", ""},
    {"defect_CANCEL_STICKS", "what comes after a cancel is cancelled, too", "mutex", "", "", "", .scenario = "cancel"},
    {"defect_CANCEL_FORGETS", "a cancel takes queued jobs away, and gives nothing back", "mutex", "", "", ""},
    {"defect_BLOCKED_UNTOLD", "close and cancel wake no submitter", "mutex", "", "", "", .scenario = "full-ends"},
    {"defect_BATCH_TAIL", "what of a batch finds no room is gone, with a good answer", "mutex", "", "", ""},
    {"defect_FULL_SWALLOWS", "a full queue says 0 and keeps nothing", "mutex", "", "", ""},
    {"defect_CALLERS_LEFT", "free does not wait for calls that are blocked", "mutex", "", "", "",
     .scenario = "free-blocked"},
    {"", "", "", "pools/core/inject.h", "    return false;\n", "    return MUTANT(defect_CANCEL_BY_CHANCE);\n"},
    {"defect_CANCEL_BY_CHANCE", "a worker draws between cancel and job", "mutex", "", "", ""},
};

const int mutant_count = sizeof mutants / sizeof *mutants;
