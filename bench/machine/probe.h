/* probe.h - is this machine fit to measure on, now? Looked at before a run. */
#ifndef PROBE_H
#define PROBE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* What disturbs a round: more than these shares of the CPUs' time, and a fixed stretch that took so many times as long.
 */
#define PROBE_STEAL 0.01
#define PROBE_OTHERS 0.10
#define PROBE_SLOW 1.25

enum probe_verdict { PROBE_QUIET, PROBE_NOISY, PROBE_UNUSABLE };

enum { PROBE_REMARKS_MAX = 10, PROBE_TEXT = 160 };

struct probe {
    enum probe_verdict verdict;
    int count;
    struct probe_remark {
        char what[PROBE_TEXT]; /* what is wrong, with its figure */
        char help[PROBE_TEXT]; /* what to do about it; "" when nothing can be done here */
    } remarks[PROBE_REMARKS_MAX];
    double clock_ns; /* the least step of CLOCK_MONOTONIC that was seen */
};

/* Reads /proc and /sys below `root` ("" for the real ones) and watches the CPUs for
 * watch_ms. quota_is_meant: a CPU quota is what is asked about, and no disturbance. Reading only. */
void probe_machine(const char *root, int watch_ms, bool quota_is_meant, struct probe *probe);

const char *probe_verdict_name(enum probe_verdict verdict);

/* One line for each remark, after the verdict. */
void probe_print(const struct probe *probe, FILE *out);

/* For the result: verdict, remarks, clock_ns. Owner: the caller. */
json_t *probe_json(const struct probe *probe);

#endif
