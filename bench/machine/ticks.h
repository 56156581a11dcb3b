/* ticks.h - what the CPUs that this process may use did, by /proc/stat: who looks twice
 * knows what was done between. In clock ticks, a hundredth of a second mostly, so that
 * stretches below a few tenths of a second say little. */
#ifndef TICKS_H
#define TICKS_H

struct ticks {
    double all, idle, steal;
    double work; /* of processes and of the kernel for them; without interrupts, which nobody owns */
    int cpus;    /* 0: nothing is known */
};

/* Reads /proc/stat below `root` ("" for the real one). All 0 where it cannot be had. */
void ticks_read(const char *root, struct ticks *ticks);

/* What happened between two readings. */
struct ticks ticks_between(const struct ticks *before, const struct ticks *after);

/* The share of the CPUs' time in which others than us worked, when our own work was
 * own_s; NaN where the stretch is too short to tell. */
double ticks_others(const struct ticks *between, double own_s);

#endif
