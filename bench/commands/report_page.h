/* report_page.h - `poolbench report`: results as one page that people send each other. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdio.h>

#include "bench/commands/options.h"

/* Becomes poolbench-page, which writes it. Returns only if it cannot: an exit status, having said why. */
int report_page_command(const struct options *options);

/* Writes the page of a run that has just ended, whose result is the file `saved`, over whatever has that name; says
 * where on `say`. Returns as above. */
int report_page_of_run(const char *saved, const char *path, FILE *say);

#endif
