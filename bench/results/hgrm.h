/* hgrm.h - latencies in the text format of HdrHistogram, which its plotter and many
 * other tools read. */
#ifndef HGRM_H
#define HGRM_H

#include <jansson.h>
#include <stdio.h>

/* Writes hgrm/POOL-SPEC-tN-....hgrm below the folder, a descriptor, for each configuration
 * of a summarised result that has latencies, in microseconds from submit to end (burst:
 * from the plan). A row is a percentile of HdrHistogram's lattice, so that files can be
 * joined by the number of the row. No link is followed; what has a name is replaced. Says
 * on `log` what fails first, and ends with it. Returns 0 or -errno. */
int hgrm_write(const json_t *result, int folder, FILE *log);

#endif
