/* Five workers are started; main waits for the group. */
#include "channel.h"

enum { WORKERS = 5, COUNTED = WORKERS };

static struct group group = GROUP;
static struct tally done = TALLY;

static void *worker(void *arg)
{
    (void)arg;
    work_us(200);
    tally_add(&done, 1);
    group_done(&group);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    int seen;
    group_add(&group, COUNTED);
    for (int i = 0; i < WORKERS; i++) {
        pthread_create(&thread, NULL, worker, NULL);
        pthread_detach(thread);
    }
    group_wait(&group);
    seen = tally_add(&done, 0);
    printf("%d of %d jobs done\n", seen, WORKERS);
    return seen != WORKERS;
}
