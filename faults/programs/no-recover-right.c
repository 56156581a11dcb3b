/* Three workers parse numbers; one of the texts is not a number. */
#include "channel.h"

#include <string.h>

enum { JOBS = 6, WORKERS = 3 };

static const char *const texts[JOBS] = {"1", "2", "3", NULL, "5", "6"};
static struct channel jobs = CHANNEL(2);
static struct tally done = TALLY, failed = TALLY;

static int parse(const char *text)
{
    if (!text)
        return -1;
    tally_add(&done, 1);
    return 0;
}

static void *worker(void *arg)
{
    int job;
    (void)arg;
    while (channel_receive(&jobs, &job))
        if (parse(texts[job]))
            tally_add(&failed, 1);
    return NULL;
}

int main(void)
{
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, worker, NULL);
    for (int job = 0; job < JOBS; job++)
        channel_send(&jobs, job);
    channel_close(&jobs);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    printf("%d jobs done, %d failed\n", done.count, failed.count);
    return done.count != JOBS - 1 || failed.count != 1;
}
