/* Two producers feed one worker; who is through, closes. */
#include "channel.h"

enum { EACH = 5, PRODUCERS = 2 };

static struct channel jobs = CHANNEL(2);
static struct tally through = TALLY;

static void *producer(void *arg)
{
    (void)arg;
    for (int job = 1; job <= EACH; job++)
        channel_send(&jobs, job);
    if (tally_add(&through, 1) == PRODUCERS)
        channel_close(&jobs);
    return NULL;
}

int main(void)
{
    pthread_t threads[PRODUCERS];
    int job, done = 0;
    for (int i = 0; i < PRODUCERS; i++)
        pthread_create(&threads[i], NULL, producer, NULL);
    while (channel_receive(&jobs, &job))
        done++;
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(threads[i], NULL);
    printf("%d of %d jobs done\n", done, EACH * PRODUCERS);
    return done != EACH * PRODUCERS;
}
