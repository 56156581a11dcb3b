/* The number of workers comes from a configuration. */
#include "channel.h"

enum { JOBS = 5, WORKERS_MAX = 8 };

static const char *const configured = "0";
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
    pthread_t threads[WORKERS_MAX];
    int workers = atoi(configured);
    if (workers < 1 || workers > WORKERS_MAX) {
        printf("workers: %s is not from 1 to %d; taking 1\n", configured, WORKERS_MAX);
        workers = 1;
    }
    for (int i = 0; i < workers; i++)
        pthread_create(&threads[i], NULL, worker, NULL);
    for (int job = 1; job <= JOBS; job++)
        channel_send(&jobs, job);
    channel_close(&jobs);
    for (int i = 0; i < workers; i++)
        pthread_join(threads[i], NULL);
    printf("%d of %d jobs done\n", done.count, JOBS);
    return done.count != JOBS;
}
