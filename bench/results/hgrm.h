/* hgrm.h - latencies in the text format of HdrHistogram, which its plotter and many
 * other tools read. */
#ifndef HGRM_H
#define HGRM_H

#include <jansson.h>
#include <stdio.h>

/* Writes FOLDER/POOL-SPEC-tN.hgrm for each configuration of a summarised result that
 * has latencies, in microseconds from submit to end (burst: from the plan). Says on
 * `log` what fails. Returns 0 or -errno. */
int hgrm_write(const json_t *result, const char *folder, FILE *log);

#endif
