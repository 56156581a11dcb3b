/* room.c - who waits for room, and who tells it. Room in a full pool is a free slot
 * for the job and, under THROTTLE, a free place for its result.
 *
 * A submitter that finds the pool full says in room_wanted how much room is worth a
 * wake-up, tries once more, and sleeps on room_seq. Whoever frees a slot (a worker
 * that takes a job, a canceller, a receiver of results) looks at that word afterwards:
 * sequential consistency on both sides, so that one of them sees the other. At first a
 * submitter asks for half of the room, so that it is not woken for each slot; when it
 * has waited for almost 1 ms it asks for any. The word holds the least that somebody
 * asked for. */
#include "pools/core/machinery.h"

/* Tells the submitters, whatever they asked for. */
void pool_room_wake(struct pool_head *head)
{
    atomic_store_explicit(&head->room_wanted, 0, memory_order_seq_cst);
    if (head->design->room_wake)
        head->design->room_wake(head);
    atomic_fetch_add_explicit(&head->room_seq, 1, memory_order_release);
    pool_futex_wake(&head->room_seq, INT_MAX);
}

static int64_t room_bound(struct pool_head *head)
{
    int64_t slots = (int64_t)head->config.capacity, places = (int64_t)head->config.results_capacity;
    return head->config.results == POOL_RESULTS_THROTTLE && places < slots ? places : slots;
}

uint32_t pool_room_half(struct pool_head *head)
{
    return (uint32_t)((room_bound(head) + 1) / 2);
}

int64_t pool_room(struct pool_head *head)
{
    int64_t slots = (int64_t)head->config.capacity - (int64_t)head->design->waiting(head), places;
    if (head->config.results != POOL_RESULTS_THROTTLE)
        return slots;
    places = atomic_load_explicit(&head->places, memory_order_seq_cst);
    return places < slots ? places : slots;
}

/* Sequentially consistent; who calls it fences and looks for room once more. Pairs with
 * the look at the word after a slot was freed. What another one wrote meanwhile is not
 * more than half, which all ask for at most. */
void pool_room_want(struct pool_head *head, uint32_t least)
{
    uint32_t nothing = 0;
    if (least == 1)
        atomic_store_explicit(&head->room_wanted, 1, memory_order_seq_cst);
    else
        atomic_compare_exchange_strong_explicit(&head->room_wanted, &nothing, least, memory_order_seq_cst,
                                                memory_order_seq_cst);
}

/* Tells the submitters if there is as much room as they asked for. */
void pool_room_look(struct pool_head *head)
{
    uint32_t want = atomic_load_explicit(&head->room_wanted, memory_order_seq_cst);
    if (POOL_DEFECT(ROOM_SELDOM) && head->design->waiting(head)) /* only where it is empty now */
        return;
    if (POOL_DEFECT(BLOCKED_UNTOLD) && atomic_load_explicit(&head->cancelling, memory_order_relaxed))
        return;
    if (want && pool_room(head) >= (int64_t)want)
        pool_room_wake(head);
}

/* Places for results, under THROTTLE: reserved when a job is accepted. */
bool pool_place_take(struct pool_head *head, int64_t count)
{
    int64_t places = atomic_load_explicit(&head->places, memory_order_seq_cst);
    do {
        if (places < count)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&head->places, &places, places - count, memory_order_seq_cst,
                                                    memory_order_seq_cst));
    return true;
}

void pool_place_give(struct pool_head *head, int64_t count)
{
    atomic_fetch_add_explicit(&head->places, count, memory_order_seq_cst);
    pool_room_look(head);
}
