/* channel.h - what the programs here are made of: a small bounded channel of
 * numbers, and a group that counts who is still at work. Plain pthreads; both are
 * right, the mistakes are in the programs.
 *
 * As channels have it: to send on a closed channel, or to close it twice, is a
 * mistake of the program, and ends it. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CHANNEL_MAX = 256 };

struct channel {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int room, first, count;
    bool closed;
    int items[CHANNEL_MAX];
};

#define CHANNEL(places)                                                                                                \
    {                                                                                                                  \
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .room = (places)                       \
    }

static inline void channel_mistake(const char *what)
{
    fprintf(stderr, "%s\n", what);
    abort();
}

/* Waits for room. */
static inline void channel_send(struct channel *channel, int item)
{
    pthread_mutex_lock(&channel->lock);
    while (!channel->closed && channel->count == channel->room)
        pthread_cond_wait(&channel->changed, &channel->lock);
    if (channel->closed)
        channel_mistake("send on a closed channel");
    channel->items[(channel->first + channel->count++) % CHANNEL_MAX] = item;
    pthread_cond_broadcast(&channel->changed);
    pthread_mutex_unlock(&channel->lock);
}

/* As channel_send, but returns false once the channel is closed. */
static inline bool channel_offer(struct channel *channel, int item)
{
    bool open;
    pthread_mutex_lock(&channel->lock);
    while (!channel->closed && channel->count == channel->room)
        pthread_cond_wait(&channel->changed, &channel->lock);
    open = !channel->closed;
    if (open)
        channel->items[(channel->first + channel->count++) % CHANNEL_MAX] = item;
    pthread_cond_broadcast(&channel->changed);
    pthread_mutex_unlock(&channel->lock);
    return open;
}

/* Waits for an item. Returns false, and 0 in *item, once closed and empty. */
static inline bool channel_receive(struct channel *channel, int *item)
{
    bool got;
    pthread_mutex_lock(&channel->lock);
    while (!channel->closed && !channel->count)
        pthread_cond_wait(&channel->changed, &channel->lock);
    got = channel->count > 0;
    *item = 0;
    if (got) {
        *item = channel->items[channel->first];
        channel->first = (channel->first + 1) % CHANNEL_MAX;
        channel->count--;
        pthread_cond_broadcast(&channel->changed);
    }
    pthread_mutex_unlock(&channel->lock);
    return got;
}

static inline void channel_close(struct channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    if (channel->closed)
        channel_mistake("close of a closed channel");
    channel->closed = true;
    pthread_cond_broadcast(&channel->changed);
    pthread_mutex_unlock(&channel->lock);
}

struct group {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int count;
};

#define GROUP                                                                                                          \
    {                                                                                                                  \
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER                                         \
    }

static inline void group_add(struct group *group, int more)
{
    pthread_mutex_lock(&group->lock);
    group->count += more;
    if (group->count < 0)
        channel_mistake("more are done than were counted");
    pthread_cond_broadcast(&group->changed);
    pthread_mutex_unlock(&group->lock);
}

static inline void group_done(struct group *group)
{
    group_add(group, -1);
}

static inline void group_wait(struct group *group)
{
    pthread_mutex_lock(&group->lock);
    while (group->count > 0)
        pthread_cond_wait(&group->changed, &group->lock);
    pthread_mutex_unlock(&group->lock);
}

/* A counter that is right. */
struct tally {
    pthread_mutex_t lock;
    int count;
};

#define TALLY                                                                                                          \
    {                                                                                                                  \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                                              \
    }

static inline int tally_add(struct tally *tally, int more)
{
    int count;
    pthread_mutex_lock(&tally->lock);
    count = tally->count += more;
    pthread_mutex_unlock(&tally->lock);
    return count;
}

/* Work that takes time and no CPU. */
static inline void work_us(int us)
{
    struct timespec time = {us / 1000000, us % 1000000 * 1000L};
    nanosleep(&time, NULL);
}

#endif
