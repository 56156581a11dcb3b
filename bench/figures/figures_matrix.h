/* figures_matrix.h - which known bugs each pool has, as a figure. */
#ifndef FIGURES_MATRIX_H
#define FIGURES_MATRIX_H

#include "bench/figures/drawing.h"

/* Whether a document is a check's. */
bool figures_is_matrix(const json_t *document);

/* Draws matrix.svg and .png of drawing->result, a check's document (results/read_matrix.h), into the folder that is
 * open. Returns 0 or -errno, and says what failed. */
int figures_matrix(struct drawing *drawing);

#endif
