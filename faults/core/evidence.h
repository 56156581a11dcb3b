/* evidence.h - what a cell has left, in lines that people can read: the ledger, the pending calls,
 * the threads, what the pool said and printed. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stddef.h>

#include "faults/core/fault.h"
#include "faults/core/proof.h"

/* Writes them into `report`, ended by a zero; what is beyond its size is cut. `outcome` has the
 * record; `look` is the latest at the threads, `output` the file of confine_output. */
void evidence_write(const struct outcome *outcome, const struct proof_look *look, int output, char *report,
                    size_t size);

#endif
