/* searches.c - the rate that a search keeps on queues that are made up, against Erlang C: the
 * search by itself, without a machine. Prints a table; exit status 1 when a rate is off: their
 * mean by more than 3%, or any of them beyond what the workers have time for. */
#include <math.h>
#include <stdio.h>

#include "bench/json/must.h"
#include "bench/machine/machine.h"
#include "tests/core/made_search.h"
#include "workloads/core/units.h"

enum { SEARCHES = 32 };
static const double TOLERANCE = 0.03;

/* Returns whether all is well. */
static bool prove(const struct sought *sought)
{
    struct sought_runs runs = sought_often(sought, SEARCHES);
    double erlang = sought_rate(sought), most = sought_saturation(sought);
    char service[32], limit[32], rate[32];
    const char *answer = runs.none > 0                     ? "OFF: some kept none"
                         : runs.most >= most               ? "OFF: beyond saturation"
                         : fabs(runs.mean - 1) > TOLERANCE ? "OFF"
                                                           : "holds";
    printf("| M/M/%d of %s | p99 <= %s | %.0f%% | %s | %+.1f%% | %+.1f .. %+.1f%% | %s |\n", sought->c,
           units_time_text(sought->service, service, sizeof service),
           units_time_text(sought->limit, limit, sizeof limit), 100 / most,
           units_count_text(1e9 * erlang, rate, sizeof rate), 100 * (runs.mean - 1), 100 * (runs.least - 1),
           100 * (runs.most - 1), answer);
    fflush(stdout);
    return *answer == 'h';
}

int main(void)
{
    bool good = true;
    must_begin();
    printf("| made-up queue | promise | load | Erlang C | kept, mean of %d | least and most | |\n"
           "|---|--:|--:|--:|--:|--:|---|\n",
           SEARCHES);
    for (int i = 0; i < SOUGHT_GRID; i++)
        good = prove(&sought_grid[i]) && good;
    printf("\nMeasured by poolbench %s, make prove-measuring\n", machine_revision);
    return good ? 0 : 1;
}
