/* Three workers send five results; the first three are enough. */
#include "channel.h"

enum { JOBS = 5, TAKEN = 3, WORKERS = 3 };

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
    for (int i = 0; i < TAKEN; i++)
        if (channel_receive(&results, &result))
            sum += result;
    for (int i = TAKEN; i < JOBS; i++)
        channel_receive(&results, &result); /* not wanted, but taken */
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    printf("%d results, %s\n", TAKEN, sum > 0 ? "enough" : "nothing");
    return 0;
}
