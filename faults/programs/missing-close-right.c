/* Three workers square numbers; main waits until they are through. */
#include "channel.h"

enum { JOBS = 6, WORKERS = 3 };

static struct channel jobs = CHANNEL(2);
static struct tally done = TALLY;

static void *worker(void *arg)
{
    int job;
    (void)arg;
    while (channel_receive(&jobs, &job))
        tally_add(&done, 1);
    return NULL;
}

int main(void)
{
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, worker, NULL);
    for (int job = 1; job <= JOBS; job++)
        channel_send(&jobs, job);
    channel_close(&jobs);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    printf("%d of %d jobs done\n", done.count, JOBS);
    return done.count != JOBS;
}
