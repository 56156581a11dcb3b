/* Three workers have 100 jobs of 1 ms each; after 10 ms nobody wants them. */
#include "channel.h"

#include <stdatomic.h>

enum { JOBS = 100, WORKERS = 3 };

static struct channel jobs = CHANNEL(JOBS);
static atomic_bool cancelled;
static struct tally late = TALLY;

static void *worker(void *arg)
{
    int job;
    (void)arg;
    while (channel_receive(&jobs, &job)) {
        if (atomic_load(&cancelled))
            continue;
        if (atomic_load(&cancelled))
            tally_add(&late, 1);
        work_us(1000);
    }
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
    work_us(10000);
    atomic_store(&cancelled, true);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    /* Nobody looks at this number in real life: nothing failed. */
    printf("the end; %s jobs started after the cancel\n", late.count > WORKERS ? "many" : "no");
    return 0;
}
