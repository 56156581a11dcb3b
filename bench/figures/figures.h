/* figures.h - draws a result: one data file and one gnuplot script for each
 * question, SVG and PNG. */
#ifndef FIGURES_H
#define FIGURES_H

#include <stdio.h>

#include "bench/figures/drawing.h"

/* Reads a result file, of a run or of a duet, and draws its figures into out_dir, which is made; the
 * data of each figure lies beside it as tab-separated text with a header line.
 * The scripts are found beside the program (plot/, ../share/poolbench/plot) or
 * in ./plot. Says on `log` what it could not do.
 * Returns 0; -ENOENT without gnuplot or scripts; -EINVAL when the file is no
 * result; -errno when the folder cannot be written. */
int figures_write(const char *result_path, const char *out_dir, FILE *log);

/* The same figures of a document that was read, for a taker; their data go to out_dir, which must be there. What
 * cannot be drawn the taker is told. Returns 0 or -errno, and says on `log` what failed. */
int figures_give(const json_t *result, const char *out_dir, const struct drawing_taker *taker, FILE *log);

#endif
