/* recording.h - the first slice of an open loop as a trace (workloads/core/trace.h): when
 * each job was planned, and how long it took from its start to its end. */
#ifndef RECORDING_H
#define RECORDING_H

#include "workloads/core/workload.h"

/* After quiet, of a slice whose jobs all have stamps. Writes a new file, gzipped where its
 * name ends in .gz; where there is one already, another slice was before, and nothing is
 * done. Jobs that got no service have no length and are left out. Memory: 8 bytes for each
 * job. Returns 0 or -errno, and then leaves no file. */
int recording_write(const char *path, const struct workload_slice *work);

#endif
