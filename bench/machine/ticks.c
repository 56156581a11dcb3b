/* ticks.c - see ticks.h. */
#include "bench/machine/ticks.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pools/core/topology.h"

/* Adds one line "cpu0 user nice system idle iowait irq softirq steal ...". */
static bool add_line(const char *line, struct ticks *ticks)
{
    double v[8] = {0};
    if (sscanf(line + strcspn(line, " "), "%lf %lf %lf %lf %lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
               &v[6], &v[7]) != 8)
        return false;
    for (int i = 0; i < 8; i++)
        ticks->all += v[i];
    ticks->work += v[0] + v[1] + v[2];
    ticks->idle += v[3] + v[4];
    ticks->steal += v[7];
    return true;
}

/* Whether a line is of a CPU among those that may be used. */
static bool is_usable(const char *line, const int *cpus, int count)
{
    if (line[3] < '0' || line[3] > '9')
        return false;
    for (int i = 0; i < count; i++)
        if (cpus[i] == atoi(line + 3))
            return true;
    return false;
}

void ticks_read(const char *root, struct ticks *ticks)
{
    static int cpus[TOPOLOGY_CPUS_MAX];
    char path[512], why[256], *line = NULL;
    size_t room = 0;
    struct ticks of_all = {0};
    int count = 0;
    FILE *file;
    *ticks = (struct ticks){0};
    if (topology_place("compact", cpus, TOPOLOGY_CPUS_MAX, &count, why, sizeof why))
        count = 0;
    snprintf(path, sizeof path, "%s/proc/stat", root);
    file = fopen(path, "re");
    while (file && getline(&line, &room, file) > 0 && !strncmp(line, "cpu", 3)) {
        if (line[3] == ' ')
            of_all.cpus += add_line(line, &of_all);
        else if (is_usable(line, cpus, count))
            ticks->cpus += add_line(line, ticks);
    }
    if (!ticks->cpus) /* a container's, which tells of all together only */
        *ticks = of_all;
    free(line);
    if (file)
        fclose(file);
}

struct ticks ticks_between(const struct ticks *before, const struct ticks *after)
{
    return (struct ticks){.all = after->all - before->all,
                          .idle = after->idle - before->idle,
                          .steal = after->steal - before->steal,
                          .work = after->work - before->work,
                          .cpus = after->cpus == before->cpus ? after->cpus : 0};
}

double ticks_others(const struct ticks *between, double own_s)
{
    static const double enough = 20; /* ticks of each CPU: one more or less is then 5% */
    double own = own_s * (double)sysconf(_SC_CLK_TCK);
    if (!between->cpus || between->all < enough * between->cpus)
        return NAN;
    return fmax(0, between->work - own) / between->all;
}
