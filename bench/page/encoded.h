/* encoded.h - bytes as an address, so that a page carries a file: RFC 2397. */
#ifndef PAGE_ENCODED_H
#define PAGE_ENCODED_H

#include <stddef.h>

/* "data:application/gzip;base64,...": `bytes`, compressed. *length receives how long it is. Owner: the
 * caller (free). Ends the program when out of memory. */
char *encoded_gzip(const char *bytes, size_t size, size_t *length);

#endif
