/* Four workers do a job each; main waits for the group and adds up. */
#include "channel.h"

enum { WORKERS = 4 };

static struct group group = GROUP;
static struct tally done = TALLY;

static void *worker(void *arg)
{
    (void)arg;
    group_add(&group, 1);
    tally_add(&done, 1);
    group_done(&group);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    int seen;
    for (int i = 0; i < WORKERS; i++) {
        pthread_create(&thread, NULL, worker, NULL);
        pthread_detach(thread);
    }
    group_wait(&group);
    seen = tally_add(&done, 0);
    printf("%d of %d jobs done\n", seen, WORKERS);
    return seen != WORKERS;
}
