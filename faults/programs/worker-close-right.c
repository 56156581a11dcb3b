/* A worker looks for a number; once it is found, no more are wanted. */
#include "channel.h"

enum { JOBS = 200, WANTED = 40 };

static struct channel jobs = CHANNEL(4);

static void *worker(void *arg)
{
    int job, *found = arg;
    while (channel_receive(&jobs, &job)) {
        if (job != WANTED)
            continue;
        *found = job;
        channel_close(&jobs);
    }
    return NULL;
}

int main(void)
{
    pthread_t thread;
    int found = 0;
    pthread_create(&thread, NULL, worker, &found);
    for (int job = 1; job <= JOBS; job++)
        if (!channel_offer(&jobs, job))
            break;
    pthread_join(thread, NULL);
    printf("found %d\n", found);
    return found != WANTED;
}
