/* untold.h - what figures do not tell, so that nobody reads it out of them. */
#ifndef PAGE_UNTOLD_H
#define PAGE_UNTOLD_H

/* By a figure's script (plot/SCRIPT.gp). "" where nothing is known. */
const char *untold_of(const char *script);

#endif
