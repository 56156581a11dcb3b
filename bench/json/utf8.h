/* utf8.h - text from elsewhere, made safe: pure functions. */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at `text`: 1 to 4; 0 where it is no UTF-8 (overlong forms,
 * surrogates and code points beyond 10FFFF are none), or the end. */
size_t utf8_length(const char *text);

/* Makes text UTF-8 in place: each byte that is no part of a character becomes "?", also
 * those of a last character that was cut. Returns text. */
char *utf8_repair(char *text);

/* As utf8_repair, for a terminal: control characters, which may do anything there, become
 * "?", too; newlines and tabs in what may have `lines` stay. */
char *utf8_plain(char *text, bool lines);

/* Whether all of it is UTF-8. */
bool utf8_is(const char *text);

#endif
