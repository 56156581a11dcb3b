/* data.h - the static data of what is explored. */
#ifndef DATA_H
#define DATA_H

#include <stddef.h>

int data_keep(void);   /* as it is now. Returns 0 or -ENOMEM */
void data_begin(void); /* copies it back */
void data_each(void (*look)(const char *at, size_t size));

#endif
