/* Two workers add up numbers until there are no more. */
#include "channel.h"

enum { JOBS = 6, WORKERS = 2 };

static struct channel jobs = CHANNEL(JOBS);
static struct tally done = TALLY;

static void *worker(void *arg)
{
    int job;
    (void)arg;
    for (;;) {
        if (!channel_receive(&jobs, &job))
            return NULL;
        tally_add(&done, 1);
    }
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
