/* Three workers send what they found; somebody should want it. */
#include "channel.h"

enum { JOBS = 12, WORKERS = 3 };

static struct channel jobs = CHANNEL(JOBS), results = CHANNEL(1);

static void *worker(void *arg)
{
    int job;
    (void)arg;
    while (channel_receive(&jobs, &job))
        channel_send(&results, job * job);
    return NULL;
}

int main(void)
{
    pthread_t threads[WORKERS];
    int sum = 0, result;
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, worker, NULL);
    for (int job = 1; job <= JOBS; job++)
        channel_send(&jobs, job);
    channel_close(&jobs);
    for (int i = 0; i < JOBS && channel_receive(&results, &result); i++)
        sum += result;
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    if (sum != 650)
        return 1;
    printf("all %d jobs are given out\n", JOBS);
    return 0;
}
