/* report_page.h - `poolbench report`: results as one page that people send each other. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <jansson.h>
#include <stdio.h>

#include "bench/commands/options.h"

/* Writes the page. Returns an exit status, and says on stderr what is wrong. */
int report_page_command(const struct options *options);

/* Writes the page of a run that has just ended, whose result is the file `saved`, over whatever has that name; says
 * where on `say`. Returns as above. */
int report_page_of_run(const json_t *result, const char *saved, const char *path, FILE *say);

#endif
