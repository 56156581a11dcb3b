/* consumer.c - see consumer.h. */
#include "faults/core/consumer.h"

#include <string.h>

#include "faults/core/cell.h"

static int jobs;

static void producer(void)
{
    cell_submit_range(0, jobs);
}

void consumer_play(const struct consumer *consumer)
{
    jobs = consumer->jobs;
    if (cell_open((struct pool_config){.results = POOL_RESULTS_BLOCK, .results_capacity = (size_t)consumer->places}))
        return;
    helper_start(0, producer);
    for (int i = 0; i < consumer->takes; i++)
        cell_receive(1, -1);
    if (consumer->takes < jobs) {
        cell_until_told("workers blocked by results", consumer->left);
        cell_until(consumer->named);
    }
    /* The producer is out of its last submit before the pool goes; where it runs the
     * jobs itself, and not all were taken, it is blocked in one, and only free lets it out. */
    if (cell_pool()->can & POOL_CAN_RUN_APART || consumer->takes >= jobs)
        helpers_join();
    cell_note(CONSUMER_GIVEN_UP, cell_free());
    cell_note(CONSUMER_FREED, 1);
    helpers_join();
}

bool consumer_frees(const struct outcome *outcome)
{
    return outcome->call && !strcmp(outcome->call, "pool_free");
}
