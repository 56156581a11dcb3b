/* data.h - the static data of what is explored. */
#ifndef DATA_H
#define DATA_H

int data_keep(void);   /* as it is now. Returns 0 or -ENOMEM */
void data_begin(void); /* copies it back */

#endif
