/* report_page.h - `poolbench report`: results as one page that people send each other. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "bench/commands/options.h"

/* Writes the page. Returns an exit status, and says on stderr what is wrong. */
int report_page_command(const struct options *options);

#endif
