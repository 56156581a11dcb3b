/* machinery.h - what the parts of the machinery call of each other; no pool does.
 *
 * They call in circles: a cancel wakes submitters and receivers and is ended by
 * quiet, quiet wakes them too, the end of a result frees room, and all of them count
 * the calls in progress that pool_free waits for. A header for each part would be as
 * many headers that name one another, so what they share stands in one, below them
 * all, and says where each is. */
#ifndef MACHINERY_H
#define MACHINERY_H

#include "pools/core/head.h"

/* life.c: calls in progress, which pool_free waits for. Enter: false once it has
 * begun. Leave is the last touch of the pool's memory. */
bool pool_caller_enter(struct pool_head *head);
void pool_caller_leave(struct pool_head *head);

/* quiet.c: the next quiet is the end of a cancel. */
void pool_quiet_watch_cancel(struct pool_head *head);

/* retire.c: tells config.discard. */
void pool_discard(struct pool_head *head, void *arg, enum pool_why why);

/* cancel.c: a job that asked for its descriptor ends. */
void pool_cancel_fd_disarm(struct pool_head *head, struct pool_frame *frame);

/* A frame goes, and its descriptor with it. close() is a cancellation point, at
 * which the job could get a second outcome; a bare system call would go unseen by a
 * sanitizer, which then takes the number's next owner for a race. */
static inline void pool_cancel_fd_close(struct pool_frame *frame)
{
    int state;
    if (pool_likely(frame->cancel_fd < 0))
        return;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    close(frame->cancel_fd);
    pthread_setcancelstate(state, &state);
}

/* room.c: how much room there is, and what is half of all; wake me at so much of it;
 * everybody who waits for some looks again; places for results, all or none of `count`. */
int64_t pool_room(struct pool_head *head);
uint32_t pool_room_half(struct pool_head *head);
void pool_room_want(struct pool_head *head, uint32_t least);
void pool_room_wake(struct pool_head *head);
bool pool_place_take(struct pool_head *head, int64_t count);

/* results.c: the channel's life. The two that end it return how many results were
 * ever lost. Wake: everybody at the channel looks again. */
int pool_results_open(struct pool_head *head);
int64_t pool_results_give_up(struct pool_head *head); /* nobody will receive */
int64_t pool_results_leave(struct pool_head *head);   /* hands the pending ones back */
void pool_results_free(struct pool_head *head);
void pool_results_stats(struct pool_head *head, struct pool_stats *stats);
void pool_results_wake(struct pool_head *head);

/* crash.c: once for the process. */
void pool_crash_install(void);

#endif
