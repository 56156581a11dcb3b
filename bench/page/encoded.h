/* encoded.h - bytes as text: an address, so that a page carries a file (RFC 2397), and what tells
 * them from others. */
#ifndef PAGE_ENCODED_H
#define PAGE_ENCODED_H

#include <stddef.h>

/* "data:application/gzip;base64,...": `bytes`, compressed. *length receives how long it is. Owner: the
 * caller (free). Ends the program when out of memory. */
char *encoded_gzip(const char *bytes, size_t size, size_t *length);

enum { ENCODED_HASH_SIZE = 64 };

/* "'sha256-...'", by which a Content Security Policy (W3C, level 3) knows a script. Returns out. */
const char *encoded_hash(const char *bytes, size_t size, char out[static ENCODED_HASH_SIZE]);

#endif
