/* code.h - whose code an address lies in, as the dynamic loader knows it. */
#ifndef CODE_H
#define CODE_H

#include <stdbool.h>

/* Keeps the object (program or library) that holds the address, and the dynamic loader itself: three at most. */
void code_bar(const void *address);
void code_bar_loader(void);

/* Whether the address lies in one of them. Threads: any, after the last code_bar. Takes no lock. */
bool code_is_barred(const void *address);

/* Whether the object that holds the address says that it is never unloaded (DF_1_NODELETE). */
bool code_stays_loaded(const void *address);

#endif
