/* figures_compared.h - the changes that a comparison found, and those of a duet, as a figure. */
#ifndef FIGURES_COMPARED_H
#define FIGURES_COMPARED_H

#include <stdio.h>

#include "bench/figures/drawing.h"
#include "bench/findings/comparison.h"

/* Of the speeds and the rates. Makes the folder, and draws changes.svg and .png into it, or, unless that is NULL, for a
 * taker. Says
 * on `log` what it could not do. Returns 0; -ENOENT without gnuplot or scripts; -EIO where the
 * folder cannot be made or written; -ENOMEM. */
int figures_compared(const struct comparison *comparison, const char *folder, const struct drawing_taker *taker,
                     FILE *log);

/* Of drawing->result, a duet's document (read_duet.h), into the folder that is open. */
int figures_duet(struct drawing *drawing);

#endif
