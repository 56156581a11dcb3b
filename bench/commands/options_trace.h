/* options_trace.h - the options of recorded loads: --trace, --times, --record. */
#ifndef OPTIONS_TRACE_H
#define OPTIONS_TRACE_H

#include "bench/commands/options_set.h"

options_set_fn options_set_trace, options_set_times, options_set_record;

/* After all words: what --trace says becomes the workloads, each with its jobs (`trace:file=
 * ...,of=...`), or one with jobs as recorded where none was named; and whether --record can
 * be done, of which what else is not said follows. Returns 0, or -EINVAL and a line. */
int options_trace_apply(struct options *options, struct why why);

#endif
