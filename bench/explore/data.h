/* data.h - the static data of what is explored. */
#ifndef DATA_H
#define DATA_H

#include <stdbool.h>
#include <stddef.h>

int data_keep(void); /* as it is now. Returns 0 or -ENOMEM */
/* Whether all libraries that were loaded later are compiled with hooks. */
bool data_is_hooked(void);
void data_begin(void); /* copies it back */
void data_each(void (*look)(const char *at, size_t size));

#endif
