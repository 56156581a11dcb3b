/* room.c - who waits for room, and who tells it. Room in a full pool is a free slot
 * for the job and, under THROTTLE, a free place for its result.
 *
 * A submitter that finds the pool full sets a bit in room_wanted, tries once
 * more, and sleeps on room_seq. Whoever frees a slot (a worker that takes a job,
 * a canceller, a receiver of results) looks at that word afterwards: sequential
 * consistency on both sides, so that one of them sees the other. At first a
 * submitter asks for half of the room, so that it is not woken for each slot;
 * after 1 ms it asks for any. */
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

/* Whether there is any room, or half of it. */
bool pool_room_is(struct pool_head *head, bool any)
{
    int64_t bound = (int64_t)head->config.capacity;
    int64_t free_slots = bound - (int64_t)head->design->waiting(head);
    if (head->config.results == POOL_RESULTS_THROTTLE) {
        int64_t places = atomic_load_explicit(&head->places, memory_order_seq_cst);
        if (free_slots > places)
            free_slots = places;
        if (bound > (int64_t)head->config.results_capacity)
            bound = (int64_t)head->config.results_capacity;
    }
    return free_slots > 0 && (any || free_slots >= (bound + 1) / 2);
}

/* Tells the submitters if there is as much room as they asked for. */
void pool_room_look(struct pool_head *head)
{
    enum { ROOM_ANY = 2 };
    uint32_t want = atomic_load_explicit(&head->room_wanted, memory_order_seq_cst);
    if (want && pool_room_is(head, want & ROOM_ANY))
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
